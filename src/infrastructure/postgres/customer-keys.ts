import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CustomerId, OrderId, TenantId } from '../../domain/shared/ids.ts';
import type { CustomerKey } from '../codecs/personal-data.ts';
import { gather } from '../gather.ts';
import { newKeyId } from '../system.ts';
import type { Pool, Tx } from './pool.ts';

export type Customer = { readonly tenantId: TenantId; readonly customerId: CustomerId };
export type PlacedOrder = { readonly shard: number; readonly orderId: OrderId };

/** Whom an event says something about: a customer, or whoever an order is of. */
export type Subject = Customer | PlacedOrder;

/** `retired`: an erasure has begun, or is done. `none`: the order is from before there were keys, and not sealed itself. */
export type SubjectKey = CustomerKey | 'retired' | 'none';

/** The keys of customers, as one process knows them. */
export type CustomerKeys = {
  /** At once, if it is known here. */
  recall(subject: Subject): SubjectKey | undefined;
  /** That of a customer is made at the first need of it. */
  of(subject: Subject): Promise<SubjectKey>;
  find(keyIds: readonly string[]): Promise<ReadonlyMap<string, KeyObject>>;
  forget(keyIds: readonly string[]): void;
};

/** No two have one: a tenant's id and an order's have the same length and never the same value. */
export const nameOf = (subject: Subject): string =>
  'orderId' in subject ? subject.orderId : `${subject.tenantId}${subject.customerId}`;

const SECRET_BYTES = 32;
const KNOWN_MAX = 20_000;
/** A key that another process has deleted opens nothing here after this. */
export const KEYS_KNOWN_MS = 5_000;
const ASKS_MAX = 5;

/** Looks keys up, those asked for in one turn of the event loop by one query, and remembers them for 5 s. */
export function customerKeys(pool: Pool): CustomerKeys {
  const limits = { max: KNOWN_MAX, ttl: KEYS_KNOWN_MS };
  const bySubject = new LRUCache<string, CustomerKey>(limits);
  const byId = new LRUCache<string, KeyObject>(limits);

  function remember<Key extends SubjectKey>(subject: Subject, key: Key): Key {
    if (typeof key === 'string') return key;
    bySubject.set(nameOf(subject), key);
    byId.set(key.keyId, key.secret);
    return key;
  }

  const ensure = gather(async (customers: readonly Customer[]) => {
    const keys = await ensureKeys(pool, customers);
    return customers.map((customer) => remember(customer, keys.get(nameOf(customer))!));
  });
  const look = gather(async (orders: readonly PlacedOrder[]) => {
    const keys = await readOrderKeys(pool, orders);
    return orders.map((order, index) => remember(order, keys[index]!));
  });
  const read = gather(async (asked: readonly (readonly string[])[]) => {
    const found = await readKeys(pool, [...new Set(asked.flat())]);
    for (const [keyId, secret] of found) byId.set(keyId, secret);
    return asked.map(() => found);
  });

  return {
    recall: (subject) => bySubject.get(nameOf(subject)),
    of: async (subject) =>
      bySubject.get(nameOf(subject)) ?? ('orderId' in subject ? look(subject) : ensure(subject)),
    find: async (keyIds) => {
      const found = new Map<string, KeyObject>();
      const unknown: string[] = [];
      for (const keyId of keyIds) {
        const secret = byId.get(keyId);
        if (secret) found.set(keyId, secret);
        else unknown.push(keyId);
      }
      if (unknown.length === 0) return found;
      const others = await read(unknown);
      for (const keyId of unknown) if (others.has(keyId)) found.set(keyId, others.get(keyId)!);
      return found;
    },
    forget: (keyIds) => {
      for (const keyId of keyIds) byId.delete(keyId);
      const gone = new Set(keyIds);
      for (const [name, { keyId }] of bySubject.entries()) if (gone.has(keyId)) bySubject.delete(name);
    },
  };
}

type KeyRow = { keyId: string; tenantId: TenantId; customerId: CustomerId; secret: Buffer };

/** Those of the keys that are there, retired ones included. */
export async function readKeys(pool: Pool | Tx, keyIds: readonly string[]): Promise<Map<string, KeyObject>> {
  const { rows } = await pool.query<Pick<KeyRow, 'keyId' | 'secret'>>({
    name: 'customer-keys-read',
    text: `select k.key_id as "keyId", k.secret from unnest($1::uuid[]) u (id)
      cross join lateral (select * from customer_key c where c.key_id = u.id limit 1) k`,
    values: [keyIds],
  });
  return new Map(rows.map(({ keyId, secret }) => [keyId, createSecretKey(secret)]));
}

type OrderKeyRow = { keyId: string | null; secret: Buffer | null; retired: boolean };

/** The keys that orders were created under; one that is not there yet, or not any more, takes no event anyway. */
async function readOrderKeys(pool: Pool, orders: readonly PlacedOrder[]): Promise<SubjectKey[]> {
  const { rows } = await pool.query<OrderKeyRow>({
    name: 'customer-keys-of-orders',
    text: `select c.key_id as "keyId", k.secret, k.retired_at is not null as retired
      from unnest($1::smallint[], $2::uuid[]) with ordinality as u (shard, id, ordinal)
      left join lateral (select (e.data #>> '{customerId,keyId}')::uuid as key_id from event e
        where e.shard = u.shard and e.stream_id = u.id and e.version = 1) c on true
      left join lateral (select * from customer_key k where k.key_id = c.key_id limit 1) k on true
      order by u.ordinal`,
    values: [orders.map((order) => order.shard), orders.map(({ orderId }) => orderId)],
  });
  return rows.map(({ keyId, secret, retired }) => {
    if (keyId === null) return 'none';
    return secret === null || retired ? 'retired' : { keyId, secret: createSecretKey(secret) };
  });
}

/**
 * Keys in use, made where there are none. Their commit is not waited for: the log's is, and whatever it flushes holds
 * what was written before it. Two processes that make one at the same time get the one of whoever was first.
 */
async function ensureKeys(pool: Pool, customers: readonly Customer[]): Promise<Map<string, CustomerKey>> {
  const keys = new Map<string, CustomerKey>();
  for (let asks = 0; asks < ASKS_MAX; asks++) {
    const missing = new Map(
      customers.filter((one) => !keys.has(nameOf(one))).map((one) => [nameOf(one), one]),
    );
    if (missing.size === 0) return keys;
    const asked = [...missing.values()];
    const { rows } = await pool.query<KeyRow>({
      name: 'customer-keys-ensure',
      text: ENSURE,
      values: [
        asked.map(({ tenantId }) => tenantId),
        asked.map(({ customerId }) => customerId),
        asked.map(() => newKeyId()),
        asked.map(() => randomBytes(SECRET_BYTES)),
      ],
    });
    for (const { keyId, secret, ...customer } of rows)
      keys.set(nameOf(customer), { keyId, secret: createSecretKey(secret) });
  }
  throw new Error('the key of a customer could not be made');
}

// In the order of their names, so that two processes that make the same ones do not wait for each other for ever. One
// that somebody else made since this statement began is in neither part: it is seen when asked again.
const ENSURE = `
  with asked as (
    select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]) as u (tenant_id, customer_id, key_id, secret)
  ), known as (
    select a.key_id as offered, k.key_id, k.tenant_id, k.customer_id, k.secret
    from asked a cross join lateral (select * from customer_key c
      where c.tenant_id = a.tenant_id and c.customer_id = a.customer_id and c.retired_at is null limit 1) k
  ), unflushed as (
    select set_config('synchronous_commit', 'off', true) where exists (select from asked a
      where not exists (select from known n where n.offered = a.key_id))
  ), made as (
    insert into customer_key (key_id, tenant_id, customer_id, secret)
    select a.key_id, a.tenant_id, a.customer_id, a.secret from asked a cross join unflushed
    where not exists (select from known n where n.offered = a.key_id)
    order by a.tenant_id, a.customer_id
    on conflict (tenant_id, customer_id) where retired_at is null do nothing
    returning key_id, tenant_id, customer_id, secret
  )
  select key_id as "keyId", tenant_id as "tenantId", customer_id as "customerId", secret from known
  union all select key_id, tenant_id, customer_id, secret from made`;
