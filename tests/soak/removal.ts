import type { ViolationKind } from './protocol.ts';

/** Takes the place of `from`, which must occur exactly once. */
export type Edit = {
  /** A file under src/infrastructure, or the function that appends. */
  readonly where: 'append_units' | `${string}.ts`;
  readonly from: string;
  readonly to: string;
};

export type Removal = {
  readonly name: string;
  readonly guard: string;
  readonly edits: readonly Edit[];
  readonly caughtBy: readonly ViolationKind[];
  /** What must go wrong for it to be missed; nothing unless said. `stop` takes two processes. */
  readonly needs?: 'cut' | 'pause' | 'stop';
  /** Events that subscriptions take at a time; few unless said, so that there is always a batch in hand. */
  readonly batch?: number;
};
