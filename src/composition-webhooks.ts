import type { Logger } from 'pino';
import type { ExecuteCommand } from './application/execute-command.ts';
import type { Ids } from './application/ports.ts';
import { outageTeller, webhookDeliverer } from './application/webhooks/deliver.ts';
import type { Observe } from './composition-telemetry.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';
import type { Job } from './infrastructure/scheduler.ts';
import { webhookDeliveries } from './infrastructure/webhooks/deliveries.ts';
import { deliveryLoop } from './infrastructure/webhooks/delivery-loop.ts';
import { webhookEndpoints } from './infrastructure/webhooks/endpoints.ts';
import { webhookQueue } from './infrastructure/webhooks/queue.ts';
import { webhookSender } from './infrastructure/webhooks/send.ts';

export type WebhookParts = {
  readonly pool: Pool;
  readonly execute: ExecuteCommand;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly version: string;
  readonly allowPrivate: boolean;
  readonly observe: Observe;
  /** More could be posted at once than is waiting in this process. */
  readonly onRoom: () => void;
};

const DELIVERIES_EVERY_MS = 500;
const OUTAGES_EVERY_MS = 60_000;

/** Messages posted to tenants: their endpoints, the log of deliveries, and the jobs that post. */
export function composeWebhooks({ pool, execute, ids, logger, observe, ...parts }: WebhookParts) {
  const addresses = { allowPrivate: parts.allowPrivate };
  const outgoing = { queue: observe.webhookQueue(webhookQueue(pool)), execute, ids };
  const deliver = webhookDeliverer({
    ...outgoing,
    send: observe.webhookSender(webhookSender({ ...addresses, version: parts.version })),
    random: Math.random,
  });
  const deliveries = deliveryLoop({ queue: outgoing.queue, deliver, logger, onRoom: parts.onRoom });
  const jobs: readonly Job[] = [
    { name: 'webhooks', everyMs: DELIVERIES_EVERY_MS, run: deliveries.run },
    { name: 'webhook-outages', everyMs: OUTAGES_EVERY_MS, run: outageTeller(outgoing) },
  ];
  return {
    webhookEndpoints: webhookEndpoints(pool, addresses),
    webhookDeliveries: webhookDeliveries(pool),
    jobs,
    drain: deliveries.drain,
  };
}
