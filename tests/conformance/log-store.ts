import type { EventLog } from '../../src/application/ports.ts';

/** One log for all tests, as two processes have it open: each test makes streams of its own. */
export type Logs = () => readonly [EventLog, EventLog];

export type LogStore = {
  /** Ids whose last two bytes are different numbers below this lie on different shards. */
  readonly shardCount: number;
  /** How many random sequences of calls are tried. */
  readonly runs: number;
  /** An empty log. */
  open(): Promise<OpenStore>;
};

export type OpenStore = { readonly logs: ReturnType<Logs>; close(): Promise<void> };
