import { LogOverloaded, LogUnavailable } from '../../application/ports.ts';
import { isUnreachable } from '../postgres/pool.ts';
import { backoffMs, pause } from './backoff.ts';

/** `interrupted`: the connection was lost, or we are stopping or pausing; the broker will deliver the message again. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly fault: unknown; readonly attempts: number }
  | { readonly kind: 'hopeless'; readonly fault: Hopeless }
  | { readonly kind: 'interrupted' };

/** It would end the same however often it is tried. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless';
}

export type AttemptOptions = {
  /** Failures that end it; those of an outage are not counted. */
  readonly attemptsMax: number;
  /** When aborted, no further attempt is begun. */
  readonly signal: AbortSignal;
  /** Once true, no further attempt is begun either, not even a first. */
  readonly isPaused: () => boolean;
  /** Called after each failure that an outage explains, with their number. */
  readonly onOutage: (fault: unknown, failures: number) => void;
};

const RETRY_FIRST_MS = 20;
const RETRY_MAX_MS = 200;
const OUTAGE_FIRST_MS = 100;
const OUTAGE_MAX_MS = 5_000;

/** Tries until it works, `attemptsMax` failures speak against the message, or going on is of no use. */
export async function attempt(work: () => Promise<void>, options: AttemptOptions): Promise<Outcome> {
  const { attemptsMax, signal, isPaused, onOutage } = options;
  let failures = 0;
  let outages = 0;
  for (;;) {
    if (isPaused()) return { kind: 'interrupted' };
    try {
      await work();
      return { kind: 'done' };
    } catch (fault) {
      if (fault instanceof Hopeless) return { kind: 'hopeless', fault };
      if (isOutage(fault)) onOutage(fault, ++outages);
      else if (++failures >= attemptsMax) return { kind: 'failed', fault, attempts: failures };
      const delay = isOutage(fault)
        ? backoffMs(outages, OUTAGE_FIRST_MS, OUTAGE_MAX_MS)
        : backoffMs(failures, RETRY_FIRST_MS, RETRY_MAX_MS);
      await pause(delay, signal);
      if (signal.aborted) return { kind: 'interrupted' };
    }
  }
}

// 25006: read-only, as during a failover; class 53: disk full, out of memory; class 58: I/O error.
const OUTAGE_STATES = /^(25006|53...|58...)$/;

/** Every message would fail like this: sending them to the error queue would only empty the good ones into it. */
function isOutage(fault: unknown): boolean {
  if (fault instanceof LogUnavailable || fault instanceof LogOverloaded || isUnreachable(fault)) return true;
  return (
    fault instanceof Error &&
    'code' in fault &&
    typeof fault.code === 'string' &&
    OUTAGE_STATES.test(fault.code)
  );
}
