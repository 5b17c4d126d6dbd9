/** What an endpoint said to a message; `statusCode` undefined: nothing, in time or at all. */
export type Answer = {
  readonly statusCode: number | undefined;
  /** By its header Retry-After. */
  readonly retryAfterSeconds?: number | undefined;
};

export type Verdict =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'retry'; readonly afterSeconds: number }
  | { readonly kind: 'failed'; readonly isGone: boolean };

const MINUTE = 60;
const HOUR = 3_600;

/** Waited after the first attempt, the second, …: 71 hours in all. */
export const RETRY_SECONDS = [
  ...[5, 30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  ...[HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR],
] as const;

/** A tenth more or less, so that what failed together does not come again together. */
const JITTER = 0.1;
/** An endpoint may ask for more time, but not for so much that nothing comes of the three days. */
export const RETRY_AFTER_MAX_SECONDS = 24 * HOUR;

/** An endpoint is disabled when all attempts of so long a time failed, and they were so many. */
export const SUSTAINED_SECONDS = 72 * HOUR;
export const SUSTAINED_FAILURES = 10;

const GONE = 410;

/** `retries`: attempts that failed before this one. `random` in [0, 1). */
export function judge(answer: Answer, retries: number, random: number): Verdict {
  const { statusCode, retryAfterSeconds = 0 } = answer;
  if (statusCode !== undefined && statusCode >= 200 && statusCode < 300) return { kind: 'succeeded' };
  if (statusCode === GONE) return { kind: 'failed', isGone: true };
  const scheduled = RETRY_SECONDS[retries];
  if (scheduled === undefined) return { kind: 'failed', isGone: false };
  const jittered = scheduled * (1 - JITTER + 2 * JITTER * random);
  return {
    kind: 'retry',
    afterSeconds: Math.max(jittered, Math.min(retryAfterSeconds, RETRY_AFTER_MAX_SECONDS)),
  };
}
