import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify, v4, v5, v7 } from 'uuid';
import type { Clock, Ids } from '../application/ports.ts';
import type { CommandId, OrderId, PaymentId, PayoutStreamId, WebhookOutageId } from '../domain/shared/ids.ts';

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms) => {
    await sleep(ms);
  },
};

// The namespace of all ids derived here; it must never change, or repeated requests would no longer be recognised.
const NAMESPACE = '6f1d9d0c-3f0e-5c55-9b2a-2f7c1f6d7a41';
const SHARD_BYTES = 2;

/** Unambiguous whatever the parts hold, since each is quoted. */
const derive = (...parts: readonly string[]): string => v5(JSON.stringify(parts), NAMESPACE);

const RANDOM_BYTES = 16; // of one id
const drawn = new Uint8Array(256 * RANDOM_BYTES);
let drawnUsed = drawn.length;
let lastMs = 0;
let sequence = 0;

/**
 * A UUIDv7, larger than those before it in this process. Random bytes are drawn for 256 of them at once: one by one, as
 * `v7` does it if left to itself, they took 6 % of the service's CPU.
 */
function newId(): string {
  if (drawnUsed === drawn.length) {
    randomFillSync(drawn);
    drawnUsed = 0;
  }
  const random = drawn.subarray(drawnUsed, (drawnUsed += RANDOM_BYTES));
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Half the range is left for those of the same millisecond.
    sequence = ((random[0]! << 24) | (random[1]! << 16) | (random[2]! << 8) | random[3]!) >>> 1;
  } else sequence++;
  return v7({ msecs: lastMs, seq: sequence, random });
}

export const ids: Ids = {
  commandId: () => newId() as CommandId,
  derivedCommandId: (...parts) => derive(...parts) as CommandId,
  orderId: (from) => (from ? derive(from, 'order') : newId()) as OrderId,
  paymentId: (orderId, from) => onShardOf(orderId, from ? derive(from, 'payment') : newId()) as PaymentId,
  payoutStreamId: ({ provider, payoutId, tenantId, currency }) =>
    derive('payout', provider, payoutId, tenantId, currency) as PayoutStreamId,
  webhookOutageId: (endpointId, activation) =>
    derive('webhook-outage', endpointId, String(activation)) as WebhookOutageId,
};

/** Names this process among those that share the work, and to people who ask who holds a lease. */
export const newOwnerName = (): string => `${hostname()}:${process.pid}:${newId().slice(-6)}`;

export const newEventId = (): string => newId();
export const newKeyId = (): string => v4();
export const newErasureId = (): string => newId();
export const newEndpointId = (): string => newId();
export const newDeliveryId = (): string => newId();
export const newLetterId = (): string => newId();
export const newApiKeyId = (): string => newId();
export const newTenantId = (): string => newId();

function onShardOf(parentId: string, id: string): string {
  const bytes = parse(id);
  bytes.set(parse(parentId).subarray(-SHARD_BYTES), bytes.length - SHARD_BYTES);
  return stringify(bytes);
}

/** The shard of an aggregate's stream: an order and its payments end in the same two bytes. */
export const shardOf = (streamId: string, shardCount: number): number =>
  Number.parseInt(streamId.slice(-2 * SHARD_BYTES), 16) % shardCount;
