import { inject } from 'vitest';
import { commandExecutor } from '../../src/application/execute-command.ts';
import { dayReconciler, type ReconcileDay } from '../../src/application/ledger/reconcile-day.ts';
import type { Clock } from '../../src/application/ports.ts';
import { addDays, dayOf } from '../../src/domain/ledger/settlement.ts';
import type { ReconciliationBreak } from '../../src/domain/ledger/reconciliation.ts';
import { simulatedSettlements } from '../../src/infrastructure/gateways/simulated-settlements.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { openBooks } from '../../src/infrastructure/reconciliation/books.ts';
import { ids, systemClock } from '../../src/infrastructure/system.ts';
import { openTestLog } from './log.ts';

/** A clock that is so many hours ahead, so that what is done now is over. */
const clockAhead = (hours: number): Clock => ({
  ...systemClock,
  now: () => new Date(Date.now() + hours * 3_600_000),
});

/** As one process of the service has it, some hours later. */
export function dayReconcilerOn(pool: Pool, hoursAhead = 2, patienceMs = 10_000): ReconcileDay {
  const clock = clockAhead(hoursAhead);
  const { log } = openTestLog(pool);
  const books = openBooks(pool, { shardCount: inject('shardCount'), patienceMs });
  const execute = commandExecutor(log, clock, Math.random);
  return dayReconciler({ books, execute, ids, clock });
}

/** Reconciles with the simulated provider. */
export function reconcilerOn(pool: Pool, hoursAhead?: number, patienceMs?: number) {
  const reconcileDay = dayReconcilerOn(pool, hoursAhead, patienceMs);
  const source = simulatedSettlements(pool, 'simulated');
  return {
    reconcileDay: (day: string) => reconcileDay(source, day),
    /** Every day on which the provider has something, the last one first paid out by being asked about. */
    reconcileAll: async (): Promise<ReconciliationBreak[]> => {
      const breaks: ReconciliationBreak[] = [];
      for (const day of await daysOf(pool)) breaks.push(...(await reconcileDay(source, day)).breaks);
      return breaks;
    },
  };
}

/** Of the provider's transactions and of our bookings: one, or two where a test runs over midnight. */
async function daysOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ first: string; last: string }>(
    `select min(at at time zone 'UTC')::date::text as first, max(at at time zone 'UTC')::date::text as last
     from (select at from simulated_provider.balance_transaction
       union all select booked_at from ledger_transaction where provider is not null) t`,
  );
  const { first, last } = rows[0]!;
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

export const today = (): string => dayOf(new Date().toISOString());
