import type { Logger } from 'pino';
import { breakLookup } from './application/ledger/look-into-break.ts';
import { dayReconciler } from './application/ledger/reconcile-day.ts';
import { dueReconciler } from './application/ledger/reconcile-due.ts';
import type { ExecuteCommand } from './application/execute-command.ts';
import { openSettlementSources, type ProviderOptions } from './infrastructure/gateways/providers.ts';
import { timedBooks } from './infrastructure/gateways/timed.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';
import { openBooks } from './infrastructure/reconciliation/books.ts';
import { breakBooks } from './infrastructure/reconciliation/breaks.ts';
import { dayClaims } from './infrastructure/reconciliation/runs.ts';
import { ids, systemClock } from './infrastructure/system.ts';

const LEDGER_PATIENCE_MS = 10_000;
/** Somebody waits for it, and it is asked twice or thrice. */
const LOOK_TIMEOUT_MS = 5_000;

type Parts = {
  readonly pool: Pool;
  readonly shardCount: number;
  readonly execute: ExecuteCommand;
  readonly payments: ProviderOptions;
  readonly logger: Logger;
};

/** The ledger against the books of providers: every day, and for whoever looks into what was found. */
export async function composeReconciliation({ pool, shardCount, execute, payments, logger }: Parts) {
  const books = openBooks(pool, { shardCount, patienceMs: LEDGER_PATIENCE_MS });
  const sources = await openSettlementSources(pool, payments);
  const clock = systemClock;
  return {
    reconcileDue: dueReconciler({
      sources,
      claimDay: dayClaims(pool),
      reconcileDay: dayReconciler({ books, execute, ids, clock }),
      clock,
    }),
    lookIntoBreak: breakLookup({
      books: breakBooks(pool, books),
      sources: sources.map((source) => timedBooks(source, LOOK_TIMEOUT_MS)),
      clock,
      onFault: (fault, provider) =>
        logger.warn({ err: fault, provider }, 'the books of a provider could not be asked about a break'),
    }),
  };
}
