import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify, v5, v7 } from 'uuid';
import type { Clock, Ids } from '../application/ports.ts';
import type { CommandId, OrderId, PaymentId } from '../domain/shared/ids.ts';

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

export const ids: Ids = {
  commandId: () => v7() as CommandId,
  derivedCommandId: (...parts) => derive(...parts) as CommandId,
  orderId: (from) => (from ? derive(from, 'order') : v7()) as OrderId,
  paymentId: (orderId, from) => onShardOf(orderId, from ? derive(from, 'payment') : v7()) as PaymentId,
};

/** Names this process among those that share the work, and to people who ask who holds a lease. */
export const newOwnerName = (): string => `${hostname()}:${process.pid}:${v7().slice(-6)}`;

export const newEventId = (): string => v7();
export const newTenantId = (): string => v7();

function onShardOf(parentId: string, id: string): string {
  const bytes = parse(id);
  bytes.set(parse(parentId).subarray(-SHARD_BYTES), bytes.length - SHARD_BYTES);
  return stringify(bytes);
}

/** The shard of an aggregate's stream: an order and its payments end in the same two bytes. */
export const shardOf = (streamId: string, shardCount: number): number =>
  Number.parseInt(streamId.slice(-2 * SHARD_BYTES), 16) % shardCount;
