import { Type } from 'typebox';
import type { LedgerPlace } from '../application/read-models.ts';
import type { Api, ApiDependencies } from './api.ts';
import { sendProblem } from './problem.ts';
import { instant, nullable, problems, uuid } from './schemas.ts';

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
      orderId: uuid('The order that it is about'),
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
        response: { 200: TrialBalanceSchema, ...problems },
      },
    },
    async (request, reply) =>
      reply.send({ data: await readModels.trialBalance(request.principal.tenantId, request.query.at) }),
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
        response: { 200: EntryPage, ...problems },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, ...filter } = request.query;
      const list = JSON.stringify(['ledger', tenantId, filter.account ?? null, filter.orderId ?? null]);
      const after = cursor === undefined ? undefined : cursors.decode(cursor, list);
      if (cursor !== undefined && after === undefined) {
        const message = 'must be the nextCursor of the same list';
        const errors = [{ in: 'query', pointer: '/cursor', message }] as const;
        return sendProblem(request, reply, 'validation-failed', { errors });
      }
      // One more than asked for tells whether there is a next page.
      const entries = await readModels.ledgerEntries(tenantId, filter, limit + 1, after as LedgerPlace);
      const data = entries.slice(0, limit);
      const last = entries.length > limit ? data.at(-1) : undefined;
      const { bookedAt, shard, position, number } = last ?? {};
      const nextCursor = last ? cursors.encode({ bookedAt, shard, position, number }, list) : null;
      return reply.send({ data, nextCursor });
    },
  );
}
