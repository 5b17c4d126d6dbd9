import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { DomainEvent, StreamAppend } from '../../src/application/ports.ts';
import type { OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { decodeEvent, eventCodec, type EventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids, shardOf } from '../../src/infrastructure/system.ts';
import goldenPayloads from '../infrastructure/golden-payloads.json' with { type: 'json' };
import goldenStates from '../infrastructure/golden-states.json' with { type: 'json' };
import { contextOf, openTestLog, TENANT } from './log.ts';
import { createEmptyDatabase, MIGRATIONS_FOLDER, urlOfDatabase, type TestDatabase } from './postgres.ts';

/** A database as a build left it that knew no migration beyond this one. */
export async function createOlderDatabase(lastMigration: string): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'op-migrations-'));
  const files = (await readdir(MIGRATIONS_FOLDER)).filter((file) => file <= `${lastMigration}.sql`);
  for (const file of files) await cp(join(MIGRATIONS_FOLDER, file), join(folder, file));
  const { name, drop } = await createEmptyDatabase(inject('postgresUrl'));
  const connectionString = urlOfDatabase(inject('postgresUrl'), name);
  const pool = createPool({ connectionString, max: 10, onConnectionError: () => {} });
  await migrate(pool, { folder, shardCount: inject('shardCount') });
  await rm(folder, { recursive: true });
  return {
    connectionString,
    pool,
    drop: async () => {
      await pool.end();
      await drop();
    },
  };
}

const PAYLOADS_1 = goldenPayloads.filter(({ schemaVersion }) => schemaVersion === 1);
const STATES_1 = goldenStates.filter(({ stateVersion }) => stateVersion === 1);
const [ORDER] = PAYLOADS_1.filter(({ type }) => type === 'OrderCreated').map(({ data }) => data.orderId!);
const [PAYMENT] = PAYLOADS_1.filter(({ type }) => type === 'PaymentInitiated').map(
  ({ data }) => data.paymentId!,
);

/** Writes payloads of version 1: those of the golden file, with ids of their own. */
const olderCodec: EventCodec = {
  decode: eventCodec.decode,
  encode: (event) => {
    const { type, data } = eventCodec.encode(event);
    const golden = PAYLOADS_1.find((payload) => payload.type === type);
    if (!golden) throw new Error(`the older build wrote no ${type}`);
    const fields = Object.keys(golden.data).map((name) => [name, (data as Record<string, unknown>)[name]]);
    return { type, schemaVersion: 1, data: Object.fromEntries(fields) };
  },
};

/** What happened to an order and its payment, in the types of their events. */
export type OlderLife = { readonly order: readonly string[]; readonly payment?: readonly string[] };
export type OlderOrder = { readonly orderId: OrderId; readonly paymentId: PaymentId };

/** Lets the older build do that: events, rows of read models, snapshots, and what the provider booked. */
export async function liveOnOlderBuild(pool: Pool, { order, payment = [] }: OlderLife): Promise<OlderOrder> {
  const orderId = ids.orderId();
  const paymentId = ids.paymentId(orderId);
  const renamed = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll(ORDER!, orderId).replaceAll(PAYMENT!, paymentId)) as T;
  const eventOf = (type: string): DomainEvent =>
    decodeEvent(renamed(PAYLOADS_1.find((payload) => payload.type === type)!));
  const streamOf = (
    streamId: OrderId | PaymentId,
    category: string,
    types: readonly string[],
  ): StreamAppend => ({
    ...{ streamId, category, expectedVersion: 0 },
    events: types.map(eventOf),
  });
  const [first, second] = [streamOf(orderId, 'order', order), streamOf(paymentId, 'payment', payment)];
  const older = openTestLog(pool, { codec: olderCodec, stateVersions: { order: 1, payment: 1 } });
  const streams = payment.length > 0 ? ([first, second] as const) : ([first] as const);
  await older.log.append({ context: contextOf(), streams, answer: null });

  const shard = shardOf(orderId, inject('shardCount'));
  for (const { streamId, category, types } of [
    { streamId: orderId, category: 'order', types: order },
    { streamId: paymentId, category: 'payment', types: payment },
  ]) {
    if (types.length === 0) continue;
    const state = renamed(stateAfter(category, types));
    await insertRow(pool, category, { shard, streamId, version: types.length, state });
    await insertSnapshot(pool, { shard, streamId, version: types.length, state });
  }
  if (payment.length > 0)
    await pool.query(
      `insert into simulated_provider.charge (provider_key, provider_ref, payment_id, amount_minor, currency, token, outcome)
       values ($1::text, 'sim_' || md5($1), $2, 2780, 'USD', 'tok_success', 'succeeded')`,
      [`${paymentId}:1`, paymentId],
    );
  await older.stop();
  await pool.query(
    `insert into subscription (shard, name, version, position)
     select shard, name, 1, head from log_head, unnest(array['order-summary', 'payment-history']) name
     on conflict (shard, name, version) do update set position = excluded.position`,
  );
  return { orderId, paymentId };
}

function stateAfter(category: string, types: readonly string[]): object {
  const { states } = STATES_1.find((pinned) => pinned.category === category)!;
  const pinned = states.find(({ after }) => after.join() === types.join());
  if (!pinned) throw new Error(`no state of version 1 is pinned after ${types.join()}`);
  return pinned.state;
}

type OlderRow = {
  readonly shard: number;
  readonly streamId: string;
  readonly version: number;
  readonly state: object;
};

/** As the older build wrote them, whose streams bear no mark of an erasure. */
async function insertSnapshot(pool: Pool, { shard, streamId, version, state }: OlderRow): Promise<void> {
  await pool.query(
    `insert into snapshot (shard, stream_id, schema_version, version, state)
     values ($1, $2, 1, $3::int, jsonb_build_object('state', $4::jsonb,
       'checksum', hashtextextended($4::jsonb::text, $3::int)))`,
    [shard, streamId, version, JSON.stringify(state)],
  );
}

/** As the older build's projections wrote it. */
async function insertRow(pool: Pool, category: string, { shard, streamId, version, state }: OlderRow) {
  await pool.query(
    category === 'order'
      ? `insert into read_model.order_summary_1 (shard, order_id, tenant_id, customer_id, status, payment_status, currency,
           total_minor, due_minor, version, created_at, updated_at, state)
         select $1, $2, $3, s ->> 'customerId', s ->> 'status', 'Unpaid', s ->> 'currency', 2780, 2780, $4,
           (s ->> 'createdAt')::timestamptz, (s ->> 'updatedAt')::timestamptz, s from (select $5::jsonb) v (s)`
      : `insert into read_model.payment_history_1 (shard, payment_id, order_id, tenant_id, payment_method, status,
           amount_minor, currency, version, created_at, updated_at, state)
         select $1, $2, (s ->> 'orderId')::uuid, $3, s ->> 'paymentMethod', s ->> 'status', 2780, 'USD', $4,
           (s ->> 'createdAt')::timestamptz, (s ->> 'updatedAt')::timestamptz, s from (select $5::jsonb) v (s)`,
    [shard, streamId, TENANT, version, JSON.stringify(state)],
  );
}
