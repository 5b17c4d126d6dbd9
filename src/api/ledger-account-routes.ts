import { Type } from 'typebox';
import type { LedgerPlace, StatementEntry } from '../application/read-models.ts';
import { ACCOUNT_KINDS, chartEntryOf } from '../domain/ledger/chart.ts';
import { invariant } from '../domain/shared/invariant.ts';
import type { Api, ApiDependencies } from './api.ts';
import { readPage } from './page.ts';
import { sendProblem } from './problem.ts';
import { instant, NoQuery, nullable, uuid } from './schemas.ts';

const sum = (description: string) =>
  Type.String({
    description: `${description}, in minor units as a decimal string: a sum has no upper limit`,
  });
const account = Type.String({
  description: 'Such as `psp_clearing:simulated`, `revenue`; `order_funds`: the funds of all orders together',
});

const AccountList = Type.Object({
  data: Type.Array(
    Type.Object({
      account,
      currency: Type.String(),
      kind: Type.Enum([...ACCOUNT_KINDS], {
        description: '`memo`: no money of ours, and in no balance sheet; every other one as its name says',
      }),
      description: Type.String({ description: 'What it is for' }),
      debit: sum('All that was ever debited'),
      credit: sum('All that was ever credited'),
      balance: sum('Debit less credit'),
    }),
  ),
});

const StatementPage = Type.Object({
  account,
  currency: Type.String(),
  from: nullable<string>('string', 'As it was asked for; null: from the beginning'),
  to: nullable<string>('string', 'As it was asked for; null: until now'),
  opening: sum('Balance with all that was booked by `from`'),
  closing: sum('Balance with all that was booked by `to`'),
  data: Type.Array(
    Type.Object({
      eventId: uuid('The event that was booked'),
      type: Type.String(),
      orderId: nullable<string>('string', 'The order that it is about; null: of none, as a payout is'),
      account: Type.String({ description: 'The one that was booked on, where one name stands for several' }),
      debit: sum('Debited'),
      credit: sum('Credited'),
      balance: sum('Balance with this entry'),
      bookedAt: instant('UTC, by the clock of the log'),
    }),
  ),
  nextCursor: nullable<string>('string', 'null on the last page'),
});

const StatementQuery = Type.Object(
  {
    currency: Type.String({
      format: 'currency',
      description: 'ISO 4217 code; each has a statement of its own',
    }),
    from: Type.Optional(instant('Only what was booked after this instant')),
    to: Type.Optional(instant('Only what was booked by this instant')),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
    cursor: Type.Optional(
      Type.String({ maxLength: 500, description: 'From `nextCursor` of the page before' }),
    ),
  },
  { additionalProperties: false },
);

export function ledgerAccountRoutes(api: Api, { readModels, cursors }: ApiDependencies): void {
  api.get(
    '/api/ledger/accounts',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listLedgerAccounts',
        tags: ['ledger'],
        summary: 'Every account that was ever booked on, by currency: what it is for and what it comes to',
        querystring: NoQuery,
        response: { 200: AccountList },
      },
    },
    async (request, reply) => {
      const balances = await readModels.trialBalance(request.principal.tenantId);
      const data = balances.flatMap(({ currency, accounts }) =>
        accounts.map((one) => {
          const entry = chartEntryOf(one.account);
          invariant(entry, 'nothing is booked on an account that the chart has not');
          return { ...one, currency, ...entry };
        }),
      );
      return reply.send({ data });
    },
  );

  api.get(
    '/api/ledger/accounts/:account/statement',
    {
      config: { scope: 'orders:read', problems: ['ledger-account-not-found'] },
      schema: {
        operationId: 'getAccountStatement',
        tags: ['ledger'],
        summary: 'What was booked on an account in one currency, oldest first, and what it came to each time',
        description:
          'What was booked exactly at `from` is in `opening`, what was booked exactly at `to` in an entry: the ' +
          'statements of periods that follow each other fit together, and both sums are those of the trial balance ' +
          '`at` the same instants.',
        params: Type.Object({
          account: Type.String({
            pattern: '^[A-Za-z0-9_:-]{1,100}$',
            description: 'Its name; `order_funds` and `psp_clearing` without a colon stand for all of theirs',
          }),
        }),
        querystring: StatementQuery,
        response: { 200: StatementPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { account: name } = request.params;
      if (!chartEntryOf(name)) return sendProblem(request, reply, 'ledger-account-not-found');
      const { limit, cursor, currency, ...period } = request.query;
      const { from = null, to = null } = period;
      const list = JSON.stringify(['statement', tenantId, name, currency, from, to]);
      let sums = { opening: '0', closing: '0' };
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: async (count, after?: LedgerPlace) => {
            const of = { account: name, currency, ...period };
            const { entries, ...found } = await readModels.statement(tenantId, of, count, after);
            sums = found;
            return [...entries];
          },
          placeOf: ({ bookedAt, shard, position, number }: StatementEntry): LedgerPlace => ({
            ...{ bookedAt, shard, position, number },
          }),
        },
      );
      return page ? reply.send({ account: name, currency, from, to, ...sums, ...page }) : reply;
    },
  );
}
