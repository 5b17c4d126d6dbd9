/** What happened in one step, in one currency; as the service counts it. */
export type Activity = {
  readonly at: string;
  readonly currency: string;
  readonly ordersCreated: number;
  readonly paymentsSucceeded: number;
  readonly paymentsFailed: number;
  readonly capturedAmount: string;
  readonly refundsSucceeded: number;
  readonly refundedAmount: string;
};

export type Range = 'hour' | 'day';

const MINUTE_MS = 60_000;

export const RANGES = {
  hour: { step: 'minute', stepMs: MINUTE_MS, steps: 60, last: 'last hour', before: 'the hour before' },
  day: { step: 'hour', stepMs: 60 * MINUTE_MS, steps: 24, last: 'last 24 hours', before: 'the day before' },
} as const;

/** When the step that it is in begins; hours are those of UTC, as the service counts them. */
const stepOf = (at: number, stepMs: number): number => Math.floor(at / stepMs) * stepMs;

/** Where to ask from, so that the period before is there too. */
export function askedFrom(range: Range, now: number): string {
  const { stepMs, steps } = RANGES[range];
  return new Date(stepOf(now, stepMs) - (2 * steps - 1) * stepMs).toISOString();
}

export type Period = {
  /** When each step begins, the one under way last, whether or not anything happened in it. */
  readonly starts: readonly number[];
  readonly rows: readonly Activity[];
  readonly before: readonly Activity[];
};

/** By the clock of the service where that is ahead: what has just happened there is not left out here. */
export function periodOf(range: Range, now: number, rows: readonly Activity[]): Period {
  const { stepMs, steps } = RANGES[range];
  const last = rows.reduce((latest, { at }) => Math.max(latest, Date.parse(at)), stepOf(now, stepMs));
  const starts = Array.from({ length: steps }, (_, index) => last - (steps - 1 - index) * stepMs);
  const [first = last] = starts;
  const within = (from: number, to: number): readonly Activity[] =>
    rows.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < to);
  return {
    starts,
    rows: within(first, last + stepMs),
    before: within(first - steps * stepMs, first),
  };
}

/** One value for each step: 0 where nothing happened. */
export function perStep(
  starts: readonly number[],
  rows: readonly Activity[],
  valueOf: (row: Activity) => bigint,
): readonly bigint[] {
  const sums = new Map<number, bigint>();
  for (const row of rows) {
    const at = Date.parse(row.at);
    sums.set(at, (sums.get(at) ?? 0n) + valueOf(row));
  }
  return starts.map((start) => sums.get(start) ?? 0n);
}

/** Of the payments that were decided, those that succeeded; undefined: none was. */
export function successRate(rows: readonly Activity[]): number | undefined {
  const { succeeded, decided } = decisionsOf(rows);
  return decided === 0 ? undefined : succeeded / decided;
}

export function decisionsOf(rows: readonly Activity[]): {
  readonly succeeded: number;
  readonly decided: number;
} {
  const succeeded = rows.reduce((sum, { paymentsSucceeded }) => sum + paymentsSucceeded, 0);
  const failed = rows.reduce((sum, { paymentsFailed }) => sum + paymentsFailed, 0);
  return { succeeded, decided: succeeded + failed };
}

export const ratePerStep = (
  starts: readonly number[],
  rows: readonly Activity[],
): readonly (number | undefined)[] =>
  starts.map((start) => successRate(rows.filter(({ at }) => Date.parse(at) === start)));

export const countOf = (rows: readonly Activity[], name: 'ordersCreated' | 'refundsSucceeded'): number =>
  rows.reduce((sum, row) => sum + row[name], 0);

/** In minor units, by currency: amounts of different currencies have no sum. */
export function amountsOf(
  rows: readonly Activity[],
  name: 'capturedAmount' | 'refundedAmount',
): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const row of rows) sums.set(row.currency, (sums.get(row.currency) ?? 0n) + BigInt(row[name]));
  return sums;
}

export const currenciesOf = ({ rows, before }: Period): readonly string[] =>
  [...new Set([...rows, ...before].map(({ currency }) => currency))].toSorted();
