import { Type } from 'typebox';
import { BREAK_STATUSES, type BreakPlace, type FoundBreak } from '../application/read-models.ts';
import { BREAK_KINDS } from '../domain/ledger/reconciliation.ts';
import type { Api, ApiDependencies } from './api.ts';
import { readPage } from './page.ts';
import { instant, nullable } from './schemas.ts';

const minor = (description: string) =>
  nullable<string>(
    'string',
    `${description}, in signed minor units as a decimal string; null: there is none`,
  );
const id = (description: string) => nullable<string>('string', description);
const provider = { pattern: '^[a-z0-9_-]{1,40}$', description: 'Such as `simulated`' };

const BreakPage = Type.Object({
  data: Type.Array(
    Type.Object({
      day: Type.String({ format: 'date', description: 'UTC, by the books that have it' }),
      provider: Type.String(),
      kind: Type.Enum([...BREAK_KINDS]),
      subject: Type.String({ description: 'With day, provider and kind it names this break' }),
      status: Type.Enum([...BREAK_STATUSES]),
      currency: Type.String(),
      expected: minor('What the book that speaks for it says'),
      actual: minor('What the book that was compared with it has'),
      operationId: id('The capture, the refund, or the dispute'),
      paymentId: id('The payment'),
      orderId: id('The order'),
      transactionId: id('By the books of the provider'),
      payoutId: id('By the books of the provider'),
      foundAt: instant('When it was first found'),
      resolvedAt: id('When it was found no more; null while it is open'),
    }),
  ),
  nextCursor: nullable<string>('string', 'null on the last page'),
});

export function reconciliationRoutes(api: Api, { readModels, cursors }: ApiDependencies): void {
  api.get(
    '/api/reconciliation/breaks',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listReconciliationBreaks',
        tags: ['ledger'],
        summary: 'Where the ledger and a provider’s books do not agree, the newest day first',
        querystring: Type.Object(
          {
            day: Type.Optional(Type.String({ format: 'date', description: 'Only of this day, UTC' })),
            provider: Type.Optional(Type.String(provider)),
            status: Type.Optional(Type.Enum([...BREAK_STATUSES])),
            limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
            cursor: Type.Optional(
              Type.String({ maxLength: 1_000, description: 'From `nextCursor` of the page before' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: BreakPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, ...filter } = request.query;
      const { day = null, provider: account = null, status = null } = filter;
      const list = JSON.stringify(['breaks', tenantId, day, account, status]);
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: (count, after?: BreakPlace) => readModels.breaks(tenantId, filter, count, after),
          placeOf,
        },
      );
      return page ? reply.send(page) : reply;
    },
  );
}

const placeOf = ({ day, provider: account, kind, subject }: FoundBreak): BreakPlace => ({
  ...{ day, provider: account, kind, subject },
});
