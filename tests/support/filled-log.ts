import pg from 'pg';
import { inject } from 'vitest';
import { aggregateLoader, noCache } from '../../src/application/load-aggregates.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import type { Currency } from '../../src/domain/shared/currencies.ts';
import { money } from '../../src/domain/shared/money.ts';
import { AGGREGATES } from '../../src/infrastructure/aggregates.ts';
import { eventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import { hostCheckout } from '../../src/infrastructure/consumers/checkout.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { hostProjections } from '../../src/infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from '../../src/infrastructure/read-models/projections.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { COUNTED_MODELS } from '../../src/infrastructure/verify/counted-models.ts';
import { verify, type Verdict, type VerifyOptions } from '../../src/infrastructure/verify/verify.ts';
import { eventually } from './eventually.ts';
import { claimed, contextOf, orderCreated, orderStream, silent, startTestWorker } from './log.ts';
import { purchase } from './payments.ts';
import { copyDatabase, type TestDatabase } from './postgres.ts';
import { onLog, openShop, type Shop } from './shop.ts';

export type FilledLog = {
  /** The same log each time, in a database of one's own. */
  copy(): Promise<TestDatabase>;
  drop(): Promise<void>;
};

const ROUNDS = 5;
const LONG_STREAMS = 8;
const LONG_STREAM_EVENTS = 60;

/** Orders with payments of both outcomes, long streams with snapshots, and all that follows the log caught up. */
export async function fillLog(): Promise<FilledLog> {
  const shop = await openShop();
  const { pool, connectionString } = shop.database;
  const stop = await followAll(shop);
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all([shop.sellMany(8), payInVain(shop), payInVain(shop)]);
  }
  for (let number = 0; number < LONG_STREAMS; number++) await appendLongStream(shop);
  await eventually(async () => {
    const { rows } = await pool.query('select count(*)::int as n from snapshot');
    if (rows[0].n < LONG_STREAMS) throw new Error(`${rows[0].n} snapshots`);
  });
  await untilCaughtUp(pool);
  // As if some messages had come by a broker once, as well.
  await pool.query(
    `insert into inbox (consumer, message_id)
     select 'order-created', event_id from event where type = 'OrderCreated' order by shard, position limit 3`,
  );
  await stop();
  const [, name = ''] = /\/(op_test_[0-9a-f]+)/.exec(connectionString) ?? [];
  await disconnectAll(name);
  return { copy: () => copyDatabase(inject('postgresUrl'), name), drop: shop.database.drop };
}

/** Read models, consumers and `checkout`, as one process hosts them; returns what stops them. */
export async function followAll(shop: Shop): Promise<() => Promise<void>> {
  const stopConsumers = onLog(shop, { ...shop.consumers, command: [] });
  const worker = startTestWorker(shop.database.pool, shop.tails);
  hostCheckout(worker, shop.checkout);
  const projections = await hostProjections(shop.database.pool, worker, silent, PROJECTIONS);
  return async () => {
    await stopConsumers();
    await projections.stop();
    await worker.stop();
  };
}

/** `order-created`, `payment-processed` and `checkout`, and the read models. */
const SUBSCRIPTIONS = 3 + PROJECTIONS.length;

export const untilCaughtUp = (pool: Pool): Promise<void> =>
  eventually(async () => {
    const { rows } = await pool.query(
      `select count(*) filter (where s.position < l.head)::int as behind, count(distinct s.name)::int as names
       from log_head l join subscription s using (shard)`,
    );
    if (rows[0].behind > 0 || rows[0].names < SUBSCRIPTIONS)
      throw new Error(`not caught up: ${JSON.stringify(rows[0])}`);
  }, 15_000);

export const verifyHere = async (pool: Pool, options: Partial<VerifyOptions> = {}): Promise<Verdict> => {
  const verdict = await verify({
    pool,
    codec: eventCodec,
    aggregates: AGGREGATES,
    projections: PROJECTIONS,
    counted: COUNTED_MODELS,
    snapshots: 'all',
    ...options,
  });
  if (!verdict.ok) throw new Error(verdict.error);
  return verdict.value;
};

/** An order, and a payment of it that is declined. */
export async function payInVain({ log, tenantId }: Pick<Shop, 'log' | 'tenantId'>): Promise<void> {
  const orderId = ids.orderId();
  const streams = purchase({
    orderId,
    customerId: 'customer-2',
    productName: 'Cup',
    paymentId: ids.paymentId(orderId),
    amount: money(900n, 'EUR' as Currency),
    paymentToken: 'tok_declined',
    outcome: { kind: 'declined', code: 'declined' },
    at: '2026-01-02T00:00:00.000Z',
  });
  await log.append({ context: contextOf(ids.commandId(), tenantId), streams, answer: null });
}

async function appendLongStream({ log, tenantId }: Shop): Promise<void> {
  const orderId = ids.orderId();
  const begun = orderCreated(orderId);
  // Said here, or `checkout` would add it at the end.
  const reserved = { type: 'StockReserved', orderId, at: begun.at } as const;
  const claims = Array.from({ length: LONG_STREAM_EVENTS - 2 }, () => claimed(orderId));
  const streams = [orderStream(orderId, 0, [begun, reserved, ...claims])] as const;
  await log.append({ context: contextOf(ids.commandId(), tenantId), streams, answer: null });
  const history = await aggregateLoader(log, noCache).load(tenantId, [orderId]);
  history.of(orderAggregate, orderId); // offers a snapshot, the stream being long
}

/** A database is copied only while nobody is connected to it. */
export async function disconnectAll(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
      name,
    ]);
  } finally {
    await client.end();
  }
}
