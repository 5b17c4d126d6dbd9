import type { IntegrationMessage } from '../../src/application/integration-events.ts';
import { commandExecutor } from '../../src/application/execute-command.ts';
import { outageTeller, webhookDeliverer } from '../../src/application/webhooks/deliver.ts';
import type {
  EndpointWithSecret,
  SendWebhook,
  WebhookCommand,
  WebhookQueue,
} from '../../src/application/webhooks/ports.ts';
import type { OrderId, TenantId } from '../../src/domain/shared/ids.ts';
import { webhooksConsumer } from '../../src/infrastructure/consumers/webhooks-consumer.ts';
import { ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { inTransaction, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids, newEventId, systemClock } from '../../src/infrastructure/system.ts';
import { deliveryLoop } from '../../src/infrastructure/webhooks/delivery-loop.ts';
import { webhookEndpoints } from '../../src/infrastructure/webhooks/endpoints.ts';
import { webhookQueue } from '../../src/infrastructure/webhooks/queue.ts';
import { webhookSender } from '../../src/infrastructure/webhooks/send.ts';
import { contextOf, openTestLog, silent } from './log.ts';

const commandFor = (tenantId: TenantId): WebhookCommand => ({
  context: contextOf(ids.commandId(), tenantId),
  keyed: false,
});

/** An endpoint on this machine, of the tenant of that name. */
export async function openEndpoint(
  pool: Pool,
  url: string,
  { tenant = 'acme', events = ['*'] }: { tenant?: string; events?: readonly string[] } = {},
): Promise<EndpointWithSecret & { readonly tenantId: TenantId }> {
  const tenantId = await ensureTenant(pool, tenant);
  const endpoints = webhookEndpoints(pool, { allowPrivate: true });
  const made = await endpoints.create(commandFor(tenantId), { url, events });
  if (!made.ok) throw new Error(made.error.code);
  return { ...made.value.answer, tenantId };
}

let position = 0n;

/** That an order was paid, by a new order and event unless said otherwise. */
export const paidMessage = (
  tenantId: TenantId,
  over: Partial<IntegrationMessage> = {},
): IntegrationMessage => ({
  messageId: newEventId(),
  tenantId,
  shard: 0,
  position: ++position,
  subject: ids.orderId(),
  sequence: 5,
  occurredAt: '2026-01-01T00:00:00.000Z',
  correlationId: 'trace',
  event: {
    type: 'order.paid.v1',
    data: {
      orderId: ids.orderId(),
      total: { amount: 1_050, currency: 'USD' },
      paidAt: '2026-01-01T00:00:00.000Z',
    },
  },
  ...over,
});

export const createdMessage = (
  tenantId: TenantId,
  orderId: OrderId,
  customerId: string,
): IntegrationMessage =>
  paidMessage(tenantId, {
    event: {
      type: 'order.created.v1',
      data: {
        orderId,
        customerId,
        currency: 'USD',
        items: [],
        shipping: { amount: 0, currency: 'USD' },
        total: { amount: 1_050, currency: 'USD' },
        createdAt: '2026-01-01T00:00:00.000Z',
      },
    },
  });

/** As both hosts of the consumer do, in a transaction. */
export const consume = (pool: Pool, messages: readonly IntegrationMessage[]): Promise<void> =>
  inTransaction(pool, (tx) => webhooksConsumer.apply(tx, messages));

export const idsOf = (messages: readonly IntegrationMessage[]): string[] =>
  messages.map(({ messageId }) => messageId).toSorted();

export type ProcessOptions = {
  readonly queue?: (queue: WebhookQueue) => WebhookQueue;
  readonly send?: (send: SendWebhook) => SendWebhook;
  readonly perEndpointMax?: number;
};

/** What one process of the service does about webhooks. */
export function webhookProcess(pool: Pool, options: ProcessOptions = {}) {
  const {
    queue: changeQueue = (queue) => queue,
    send: changeSend = (send) => send,
    perEndpointMax,
  } = options;
  const execute = commandExecutor(openTestLog(pool).log, systemClock, Math.random);
  const queue = changeQueue(webhookQueue(pool));
  const send = changeSend(webhookSender({ allowPrivate: true, version: 'test' }));
  const ports = { queue, execute, ids };
  let wanted = true;
  const loop = deliveryLoop({
    queue,
    deliver: webhookDeliverer({ ...ports, send, random: () => 0.5 }),
    logger: silent,
    onRoom: () => {
      wanted = true;
    },
    ...(perEndpointMax !== undefined && { perEndpointMax }),
  });
  return {
    loop,
    /** Until nothing more is due. */
    work: async (): Promise<void> => {
      for (wanted = true; wanted;) {
        wanted = false;
        await loop.run();
        await loop.drain();
      }
    },
    tellOutages: outageTeller(ports),
  };
}

/** So much time passes for all that is kept about webhooks: it happened that much earlier. */
export async function letPass(pool: Pool, seconds: number): Promise<void> {
  const columns = {
    webhook_endpoint: ['created_at', 'updated_at', 'disabled_at', 'failing_since', 'previous_expires_at'],
    webhook_delivery: ['created_at', 'next_attempt_at', 'claimed_until', 'settled_at'],
    webhook_attempt: ['at'],
    webhook_request: ['created_at'],
  };
  for (const [table, names] of Object.entries(columns)) {
    const set = names.map((name) => `${name} = ${name} - make_interval(secs => $1)`).join(', ');
    await pool.query(`update ${table} set ${set}`, [seconds]);
  }
}

export type DeliveryRow = {
  readonly messageId: string;
  readonly status: string;
  readonly attempts: number;
  readonly waitSeconds: number;
};

export async function deliveryRows(pool: Pool): Promise<DeliveryRow[]> {
  const { rows } = await pool.query<DeliveryRow>(
    `select message_id as "messageId", status, attempts,
       extract(epoch from next_attempt_at - now())::float8 as "waitSeconds"
     from webhook_delivery order by delivery_id`,
  );
  return rows;
}
