import { Type } from 'typebox';
import type { LedgerPlace } from '../application/read-models.ts';
import type { Api, ApiDependencies } from './api.ts';
import { readPage } from './page.ts';
import { instant, nullable, uuid } from './schemas.ts';

const sum = Type.String({ description: 'Minor units, as a decimal string: a sum has no upper limit' });
const account = Type.String({
  description: 'Such as `psp_clearing:simulated`, `order_funds:{orderId}`, `revenue`',
});

const TrialBalanceSchema = Type.Object({
  data: Type.Array(
    Type.Object({
      currency: Type.String(),
      accounts: Type.Array(Type.Object({ account, debit: sum, credit: sum, balance: sum })),
      debit: sum,
      credit: sum,
      balance: Type.String({ description: 'Always 0: every transaction is balanced' }),
    }),
  ),
});

const EntryPage = Type.Object({
  data: Type.Array(
    Type.Object({
      eventId: uuid('The event that was booked'),
      type: Type.String(),
      orderId: nullable<string>('string', 'The order that it is about; null: of none, as a payout is'),
      account,
      currency: Type.String(),
      debit: sum,
      credit: sum,
      bookedAt: instant('UTC, by the clock of the log'),
    }),
  ),
  nextCursor: nullable<string>('string', 'null on the last page'),
});

export function ledgerRoutes(api: Api, { readModels, cursors }: ApiDependencies): void {
  api.get(
    '/api/ledger/trial-balance',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'getTrialBalance',
        tags: ['ledger'],
        summary: 'What every account comes to, now or at an instant',
        querystring: Type.Object(
          { at: Type.Optional(instant('With all that was booked by then')) },
          { additionalProperties: false },
        ),
        response: { 200: TrialBalanceSchema },
      },
    },
    async (request, reply) => {
      const found = await readModels.trialBalance(request.principal.tenantId, request.query.at);
      return reply.send({ data: found.map((one) => ({ ...one, accounts: [...one.accounts] })) });
    },
  );

  api.get(
    '/api/ledger/entries',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listLedgerEntries',
        tags: ['ledger'],
        summary: 'The statement of an account, or all that was booked for an order, newest first',
        querystring: Type.Object(
          {
            account: Type.Optional(
              Type.String({
                pattern: '^[a-z_]{1,40}(:[A-Za-z0-9_-]{1,100})?$',
                description: '`order_funds` and `psp_clearing` without a colon stand for all of theirs',
              }),
            ),
            orderId: Type.Optional(uuid('Only this order’s')),
            limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
            cursor: Type.Optional(
              Type.String({ maxLength: 500, description: 'From `nextCursor` of the page before' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: EntryPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, ...filter } = request.query;
      const list = JSON.stringify(['ledger', tenantId, filter.account ?? null, filter.orderId ?? null]);
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: (count, after?: LedgerPlace) => readModels.ledgerEntries(tenantId, filter, count, after),
          placeOf: ({ bookedAt, shard, position, number }): LedgerPlace => ({
            bookedAt,
            shard,
            position,
            number,
          }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );
}
