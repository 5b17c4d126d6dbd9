import type { CheckoutFollower } from '../../application/checkout/follow.ts';
import type { Following, Worker } from '../event-log/worker.ts';
import { inLanes } from './lanes.ts';
import { RETRIES, type OnUnhandled } from './retries.ts';

const BATCH_MAX = 500;
const LANES_MAX = 32;

/**
 * The process manager follows the log itself, with a broker or without: money must not wait for one. What concerns an
 * order is done one after another, different orders side by side.
 */
export const hostCheckout = (
  worker: Worker,
  { lastOfEach, handle }: CheckoutFollower,
  onUnhandled: OnUnhandled = () => {},
): Following =>
  worker.follow({
    name: 'checkout',
    version: 1,
    batchMax: BATCH_MAX,
    effect: {
      kind: 'outside',
      apply: (events) => inLanes(lastOfEach(events), ({ streamId }) => streamId, LANES_MAX, handle),
    },
    onPoison: 'park',
    retries: RETRIES,
    onUnhandled,
  });
