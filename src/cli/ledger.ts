import { type Command } from 'commander';
import { findTenant } from '../infrastructure/postgres/api-keys.ts';
import { readTrialBalance } from '../infrastructure/read-models/ledger-queries.ts';
import { parseInstant } from './arguments.ts';
import { command, group, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { breaksCommand } from './ledger-breaks.ts';
import { reconcileCommand } from './ledger-reconcile.ts';
import { CliProblem, EXIT, table } from './output.ts';

export const ledgerCommand = (cli: Cli): Command =>
  group({
    name: 'ledger',
    description: 'The books: double entry, derived from the events, and what providers say of the same',
    example: 'ledger trial-balance --tenant acme',
  })
    .addCommand(trialBalanceCommand(cli))
    .addCommand(reconcileCommand(cli))
    .addCommand(breaksCommand(cli));

type Options = JsonOption & { readonly tenant: string; readonly at?: string };

const trialBalanceCommand = (cli: Cli): Command =>
  command({
    name: 'trial-balance',
    description:
      'What every account comes to, in minor units. Ends with 1 if debits and credits are not the same, which the ' +
      'database does not let happen',
    example: 'ledger trial-balance --tenant acme --at 2026-01-31T12:00:00Z',
  })
    .requiredOption('--tenant <name>', 'whose books')
    .option('--at <instant>', 'with all that was booked by then', parseInstant)
    .action((options: Options) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const tenantId = await findTenant(pool, options.tenant);
        if (!tenantId) throw new CliProblem(`there is no tenant ${options.tenant}`);
        const balances = await readTrialBalance(pool, tenantId, options.at);
        const rows = balances.flatMap(({ currency, accounts, ...total }) => [
          ...accounts.map((one) => [currency, one.account, one.debit, one.credit, one.balance]),
          [currency, 'total', total.debit, total.credit, total.balance],
        ]);
        output.answer({ trialBalance: balances }, table(HEADINGS, rows));
        return balances.every(({ balance }) => balance === '0') ? EXIT.done : EXIT.failed;
      }),
    );

const HEADINGS = ['CURRENCY', 'ACCOUNT', 'DEBIT', 'CREDIT', 'BALANCE'];
