import type { Command } from 'commander';
import { pino } from 'pino';
import { commandExecutor } from '../application/execute-command.ts';
import {
  dayReconciler,
  LedgerBehind,
  type ReconcileDay,
  type Reconciled,
} from '../application/ledger/reconcile-day.ts';
import type { SettlementSource } from '../application/provider-ports.ts';
import { dayOf } from '../domain/ledger/settlement.ts';
import { STATE_VERSIONS } from '../infrastructure/aggregates.ts';
import { eventCodec } from '../infrastructure/codecs/event-codec.ts';
import { openLog } from '../infrastructure/event-log/event-log.ts';
import { openSettlementSources } from '../infrastructure/gateways/providers.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { openBooks } from '../infrastructure/reconciliation/books.ts';
import { ids, systemClock } from '../infrastructure/system.ts';
import { paymentsOf } from '../provider-options.ts';
import { parseDay } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { breakLine } from './ledger-breaks.ts';
import { CliProblem, EXIT, wrongUsage } from './output.ts';

type Options = JsonOption & { readonly day: string; readonly provider?: string };

const LEDGER_PATIENCE_MS = 5_000;

export const reconcileCommand = (cli: Cli): Command =>
  command({
    name: 'reconcile',
    description:
      'Write down the payouts of a day and compare the ledger with the books of the providers. May be repeated at any ' +
      'time; the service does so by itself for every day that is over. Ends with 1 if they do not agree',
    example: 'ledger reconcile --day 2026-01-31',
  })
    .requiredOption('--day <day>', 'in UTC; today is compared as far as it has come', parseDay)
    .option('--provider <name>', 'only with this one')
    .action((options: Options) => {
      if (options.day > dayOf(systemClock.now().toISOString())) throw wrongUsage('--day has not begun yet');
      return onDatabase(cli, options, async ({ config, pool, shardCount, output }) => {
        const sources = pick(await openSettlementSources(pool, paymentsOf(config)), options.provider);
        const runs = await reconcileAll(pool, shardCount, sources, options.day);
        output.answer({ runs }, runs.map(inWords).join('\n'));
        return runs.every(({ breaks }) => breaks.length === 0) ? EXIT.done : EXIT.failed;
      });
    });

function pick(
  sources: readonly SettlementSource[],
  provider: string | undefined,
): readonly SettlementSource[] {
  const picked = sources.filter(({ name }) => provider === undefined || name === provider);
  if (picked.length > 0) return picked;
  const there = sources.map(({ name }) => name).join(', ') || 'nobody';
  throw wrongUsage(`the books of ${provider ?? 'the providers'} cannot be read: those of ${there} can`);
}

async function reconcileAll(
  pool: Pool,
  shardCount: number,
  sources: readonly SettlementSource[],
  day: string,
): Promise<Reconciled[]> {
  const { log, stop } = openLog({
    ...{ writePool: pool, readPool: pool, shardCount, codec: eventCodec, stateVersions: STATE_VERSIONS },
    logger: pino({ level: 'silent' }),
    // One payout at a time is written down.
    ...{ batchMax: 1, batchBytesMax: 1_000_000, queueMax: 10, resendForMs: 5_000 },
  });
  const execute = commandExecutor(log, systemClock, Math.random);
  const books = openBooks(pool, { shardCount, patienceMs: LEDGER_PATIENCE_MS });
  const reconcileDay: ReconcileDay = dayReconciler({ books, execute, ids, clock: systemClock });
  try {
    const runs: Reconciled[] = [];
    for (const source of sources) runs.push(await reconcileDay(source, day));
    return runs;
  } catch (fault) {
    if (!(fault instanceof LedgerBehind)) throw fault;
    throw new CliProblem(`${fault.message}: the service keeps it, so start that first, or see doctor`);
  } finally {
    await stop();
  }
}

function inWords({ provider, day, transactions, settlements, breaks }: Reconciled): string {
  const counts = `${transactions} transactions, ${settlements} payouts, ${breaks.length} breaks`;
  return [`${provider} ${day}: ${counts}`, ...breaks.map(breakLine)].join('\n');
}
