import { KILL_SWITCH, type KillSwitchOptions } from './kill-switch.ts';

/** What a consumer does about messages it cannot handle. */
export type Retries = {
  /** Waits before each further try; after the last the message is a dead letter. */
  readonly afterMs: readonly number[];
  readonly killSwitch: KillSwitchOptions;
};

/** Told of messages that a consumer was not done with at once, or had been done with before. */
export type OnUnhandled = (
  consumer: string,
  outcome: 'duplicate' | 'retried' | 'dead_lettered',
  messages: number,
) => void;

/** Ten seconds, a minute, ten minutes, an hour. */
export const RETRIES: Retries = { afterMs: [10_000, 60_000, 600_000, 3_600_000], killSwitch: KILL_SWITCH };
