import type { BookedMovement } from '../../domain/ledger/movement-matching.ts';
import {
  reconcile,
  type BookedPayout,
  type ReconciliationBreak,
} from '../../domain/ledger/reconciliation.ts';
import {
  addDays,
  dayOf,
  type Owners,
  type ProviderTransaction,
  type Settlement,
} from '../../domain/ledger/settlement.ts';
import type { PaymentId } from '../../domain/shared/ids.ts';
import type { ExecuteCommand } from '../execute-command.ts';
import type { Clock, Ids } from '../ports.ts';
import type { Days, SettlementSource } from '../provider-ports.ts';
import { payoutReceiver } from './receive-payouts.ts';

/** What our own books say, and where it is kept how they differ from the provider's. */
export type ReconciliationBooks = {
  /** Returns once the ledger holds all that is in the log by now; throws `LedgerBehind` if that takes too long. */
  untilBooked(): Promise<void>;
  /** Whose payments these are; those that nobody has are left out. */
  owners(paymentIds: readonly PaymentId[]): Promise<Owners>;
  /** What was booked on that day, and whenever it was for these operations. */
  movements(account: Account, operationIds: readonly string[]): Promise<BookedMovement[]>;
  /** Of that day, by the provider's calendar. */
  payouts(account: Account): Promise<BookedPayout[]>;
  /** Replaces what an earlier run of that day found: what is found no more is resolved. */
  keep(run: Run, breaks: readonly ReconciliationBreak[]): Promise<void>;
};

export type Account = { readonly provider: string; readonly day: string };

export type Run = Account & {
  /** The findings of a run that began earlier never replace those of a later one. */
  readonly startedAt: string;
  readonly transactions: number;
  readonly settlements: number;
};

export type Reconciled = Run & { readonly breaks: readonly ReconciliationBreak[] };

/** The ledger has not read all of the log: what it lacks would look like breaks. */
export class LedgerBehind extends Error {
  override readonly name = 'LedgerBehind';
}

/** Books of a provider beyond the day, in which the same operations are looked for. */
const AROUND_DAYS = 7;
/** How long a transaction is looked for in later payouts. */
const SETTLED_WITHIN_DAYS_MAX = 30;
/** How old a transaction may be that a payout still has; an older one is called unknown. */
const LINE_AGE_DAYS_MAX = 90;

export type ReconcileDay = (source: SettlementSource, day: string) => Promise<Reconciled>;

/**
 * Writes down the payouts of a day and compares the ledger with what the provider says of that day. Repeating it, at
 * any time and by several processes at once, books nothing twice.
 */
export function dayReconciler({
  books,
  execute,
  ids,
  clock,
}: {
  readonly books: ReconciliationBooks;
  readonly execute: ExecuteCommand;
  readonly ids: Ids;
  readonly clock: Clock;
}): ReconcileDay {
  const receivePayouts = payoutReceiver({ execute, ids });

  return async (source, day) => {
    const account = { provider: source.name, day };
    const startedAt = clock.now().toISOString();
    const { settlements, oldest } = await settlementsAround(source, day, dayOf(startedAt));
    const ofDay = settlements.filter((settlement) => settlement.day === day);
    const near = await source.transactions({ from: earlier(oldest, addDays(day, -1)), to: addDays(day, 1) });
    const today = near.filter(({ at }) => dayOf(at) === day);

    const owners = await books.owners(paymentsOf([...today, ...ofDay.flatMap(({ lines }) => lines)]));
    await receivePayouts(ofDay, { provider: source.name, at: startedAt, owners });
    await books.untilBooked();
    const movements = await books.movements(
      account,
      today.flatMap(({ operationId }) => operationId ?? []),
    );
    // Nearly always all of a day is found within the days next to it, and a provider is asked for no more than that.
    const transactions = areMet(movements, near)
      ? near
      : await source.transactions({
          from: earlier(oldest, addDays(day, -AROUND_DAYS)),
          to: addDays(day, AROUND_DAYS),
        });
    const payouts = await books.payouts(account);
    const own = { movements, payouts, owners };
    const breaks = reconcile({ ...account, now: startedAt, ...own, transactions, settlements });
    const run = { ...account, startedAt, transactions: today.length, settlements: ofDay.length };
    await books.keep(run, breaks);
    return { ...run, breaks };
  };
}

const earlier = (a: string, b: string): string => (a < b ? a : b);

/** Payouts of the day, and those before and after it that may hold the same transactions. */
async function settlementsAround(
  source: SettlementSource,
  day: string,
  today: string,
): Promise<{ readonly settlements: readonly Settlement[]; readonly oldest: string }> {
  const own = await source.settlements({ from: day, to: day });
  const firstDays = own.flatMap(({ lines }) => lines.map(({ at }) => dayOf(at)));
  const oldest = firstDays.reduce(earlier, day);
  const limit = addDays(day, -LINE_AGE_DAYS_MAX);
  // Today's payouts are not complete: asking would make some providers believe that we want them now.
  const closed = earlier(addDays(day, SETTLED_WITHIN_DAYS_MAX), addDays(today, -1));
  const days: Days = { from: oldest < limit ? limit : oldest, to: closed < day ? day : closed };
  const settlements = days.from === day && days.to === day ? own : await source.settlements(days);
  return { settlements, oldest: days.from };
}

const paymentsOf = (entries: readonly { readonly paymentId?: PaymentId }[]): PaymentId[] => [
  ...new Set(entries.flatMap(({ paymentId }) => paymentId ?? [])),
];

function areMet(movements: readonly BookedMovement[], transactions: readonly ProviderTransaction[]): boolean {
  const seen = new Set(transactions.map(({ kind, operationId }) => `${kind} ${operationId}`));
  return movements.every(({ kind, operationId }) => seen.has(`${kind} ${operationId}`));
}
