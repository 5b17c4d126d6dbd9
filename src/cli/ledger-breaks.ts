import { InvalidArgumentError, type Command } from 'commander';
import { BREAK_STATUSES, type BreakFilter, type FoundBreak } from '../application/read-models.ts';
import type { ReconciliationBreak } from '../domain/ledger/reconciliation.ts';
import { findTenant } from '../infrastructure/postgres/api-keys.ts';
import { listBreaks } from '../infrastructure/reconciliation/breaks.ts';
import { parseDay, parseWhole } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { CliProblem, EXIT } from './output.ts';

type Options = JsonOption & BreakFilter & { readonly tenant?: string; readonly limit: number };

export const breaksCommand = (cli: Cli): Command =>
  command({
    name: 'breaks',
    description:
      'Where the ledger and the books of providers do not agree, as last reconciled, the newest day first; those of ' +
      'no tenant as well',
    example: 'ledger breaks --status open --day 2026-01-31',
  })
    .option('--tenant <name>', 'only this one’s')
    .option('--day <day>', 'only of this day, UTC', parseDay)
    .option('--provider <name>', 'only with this provider')
    .option('--status <status>', BREAK_STATUSES.join(' or '), parseStatus)
    .option('--limit <n>', 'at most so many', parseWhole(1, 10_000), 100)
    .action((options: Options) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const { tenant, limit, day, provider, status } = options;
        const tenantId = tenant === undefined ? undefined : await findTenant(pool, tenant);
        if (tenant !== undefined && !tenantId) throw new CliProblem(`there is no tenant ${tenant}`);
        const filter = {
          ...(day === undefined ? {} : { day }),
          ...(provider === undefined ? {} : { provider }),
          ...(status === undefined ? {} : { status }),
        };
        const breaks = await listBreaks(pool, tenantId, filter, { limit });
        output.answer({ breaks }, breaks.length === 0 ? 'none' : breaks.map(foundLine).join('\n'));
        return EXIT.done;
      }),
    );

function parseStatus(raw: string): FoundBreak['status'] {
  const status = BREAK_STATUSES.find((one) => one === raw);
  if (status === undefined) throw new InvalidArgumentError(`Give ${BREAK_STATUSES.join(' or ')}.`);
  return status;
}

const foundLine = (found: FoundBreak): string =>
  `${found.status.padEnd(8)}  ${breakLine(found)}  found ${found.foundAt}`;

/** One line for people; what it does not apply to is left out. */
export function breakLine(found: ReconciliationBreak): string {
  const { day, provider, kind, currency, expected, actual } = found;
  const ids = {
    ...{ payment: found.paymentId, operation: found.operationId, transaction: found.transactionId },
    ...{ payout: found.payoutId, order: found.orderId, tenant: found.tenantId },
  };
  const named = Object.entries(ids).flatMap(([name, id]) => (id === null ? [] : `${name} ${id}`));
  const amounts = `expected ${expected ?? 'nothing'}, found ${actual ?? 'nothing'} ${currency}`;
  return [day, provider, kind.padEnd(25), amounts, ...named].join('  ');
}
