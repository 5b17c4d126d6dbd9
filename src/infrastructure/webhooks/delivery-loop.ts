import type { Logger } from 'pino';
import type { ClaimedDelivery, WebhookQueue } from '../../application/webhooks/ports.ts';

export type DeliveryLoopOptions = {
  readonly queue: WebhookQueue;
  readonly deliver: (delivery: ClaimedDelivery) => Promise<void>;
  readonly logger: Logger;
  /** Called when there is room again and there may be more to do. */
  readonly onRoom: () => void;
  readonly inFlightMax?: number;
  readonly perEndpointMax?: number;
};

export type DeliveryLoop = {
  /** Claims what there is room for and returns; it is sent meanwhile. */
  run(): Promise<void>;
  /** Waits for what is being sent, at most as long as one attempt may take. Call it when `run` is called no more. */
  drain(): Promise<void>;
};

const IN_FLIGHT_MAX = 100;
const PER_ENDPOINT_MAX = 5;

/** Nobody waits for a slow endpoint but what is meant for it: the rest has places of its own. */
export function deliveryLoop(options: DeliveryLoopOptions): DeliveryLoop {
  const { queue, deliver, logger, onRoom } = options;
  const { inFlightMax = IN_FLIGHT_MAX, perEndpointMax = PER_ENDPOINT_MAX } = options;
  const inFlight = new Set<Promise<void>>();
  const inHand = new Map<string, number>();
  let mayBeMore = false;

  const count = (endpointId: string, change: 1 | -1): void => {
    const now = (inHand.get(endpointId) ?? 0) + change;
    if (now === 0) inHand.delete(endpointId);
    else inHand.set(endpointId, now);
  };

  async function send(delivery: ClaimedDelivery): Promise<void> {
    const { deliveryId, endpointId } = delivery;
    count(endpointId, 1);
    try {
      await deliver(delivery);
    } catch (fault) {
      logger.error(
        { err: fault, deliveryId, endpointId },
        'what came of a webhook was not noted, it is sent again',
      );
    } finally {
      count(endpointId, -1);
    }
  }

  return {
    run: async () => {
      const limit = inFlightMax - inFlight.size;
      if (limit === 0) return;
      const claimed = await queue.claimDue({ limit, perEndpoint: perEndpointMax, inHand });
      mayBeMore = claimed.length > 0;
      for (const delivery of claimed) {
        const sending = send(delivery).then(() => {
          inFlight.delete(sending);
          if (mayBeMore) onRoom();
        });
        inFlight.add(sending);
      }
    },
    drain: async () => {
      await Promise.all(inFlight);
    },
  };
}
