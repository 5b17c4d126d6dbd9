import type { RecordedEvent } from '../../application/ports.ts';
import type { Tx } from '../postgres/pool.ts';

/**
 * What a subscription does with events. `sql`: committed together with the checkpoint, so once. `outside`: repeated
 * after a crash, so it must drop what it has seen; `signal` tells that the lease ended.
 */
export type Effect =
  | { readonly kind: 'sql'; readonly apply: (tx: Tx, events: readonly RecordedEvent[]) => Promise<void> }
  | {
      readonly kind: 'outside';
      readonly apply: (events: readonly RecordedEvent[], signal: AbortSignal) => Promise<void>;
    };
