import { Type } from 'typebox';
import { BREAK_STATUSES, type BreakPlace, type FoundBreak } from '../application/read-models.ts';
import type { Api, ApiDependencies } from './api.ts';
import { readPage } from './page.ts';
import { sendProblem } from './problem.ts';
import { BreakPage, BreakParams, BreakSchema } from './reconciliation-schemas.ts';
import { NoQuery } from './schemas.ts';

const provider = { pattern: '^[a-z0-9_-]{1,40}$', description: 'Such as `simulated`' };

export function reconciliationRoutes(
  api: Api,
  { readModels, cursors, lookIntoBreak }: ApiDependencies,
): void {
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

  api.get(
    '/api/reconciliation/breaks/:breakId',
    {
      config: { scope: 'orders:read', problems: ['break-not-found'] },
      schema: {
        operationId: 'getReconciliationBreak',
        tags: ['ledger'],
        summary: 'A break, with what each of the books has to say of it now',
        description:
          'The provider is asked while you wait, for some seconds at most. One that is away costs nothing but its ' +
          'side of the answer.',
        params: BreakParams,
        querystring: NoQuery,
        response: { 200: BreakSchema },
      },
    },
    async (request, reply) => {
      const found = await lookIntoBreak(request.principal.tenantId, request.params.breakId);
      return found ? reply.send(found) : sendProblem(request, reply, 'break-not-found');
    },
  );
}

const placeOf = ({ day, provider: account, kind, subject }: FoundBreak): BreakPlace => ({
  ...{ day, provider: account, kind, subject },
});
