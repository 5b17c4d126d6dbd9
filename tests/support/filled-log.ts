import pg from 'pg';
import { inject } from 'vitest';
import { aggregateLoader, noCache } from '../../src/application/load-aggregates.ts';
import { claimPayment, createOrder, orderAggregate } from '../../src/domain/orders/order.ts';
import { initiatePayment, paymentAggregate, recordOutcome } from '../../src/domain/payments/payment.ts';
import { fold } from '../../src/domain/shared/aggregate.ts';
import type { Currency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import { AGGREGATES } from '../../src/infrastructure/aggregates.ts';
import { eventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { hostProjections } from '../../src/infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from '../../src/infrastructure/read-models/projections.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { COUNTED_MODELS } from '../../src/infrastructure/verify/counted-models.ts';
import { verify, type Verdict, type VerifyOptions } from '../../src/infrastructure/verify/verify.ts';
import { eventually } from './eventually.ts';
import { claimed, contextOf, orderCreated, orderStream, silent, startTestWorker } from './log.ts';
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

/** Read models and consumers, as one process hosts them; returns what stops them. */
export async function followAll(shop: Shop, consumers = shop.consumers): Promise<() => Promise<void>> {
  const stopConsumers = onLog(shop, consumers);
  const worker = startTestWorker(shop.database.pool, shop.tails);
  const projections = await hostProjections(shop.database.pool, worker, silent, PROJECTIONS);
  return async () => {
    await stopConsumers();
    await projections.stop();
    await worker.stop();
  };
}

export const untilCaughtUp = (pool: Pool, subscriptions = 5): Promise<void> =>
  eventually(async () => {
    const { rows } = await pool.query(
      `select count(*) filter (where s.position < l.head)::int as behind, count(distinct s.name)::int as names
       from log_head l join subscription s using (shard)`,
    );
    if (rows[0].behind > 0 || rows[0].names < subscriptions)
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
  const paymentId = ids.paymentId(orderId);
  const at = '2026-01-02T00:00:00.000Z';
  const amount = money(900n, 'EUR' as Currency);
  const item = { productId: 'p-2', productName: 'Cup', quantity: 1, unitPrice: amount };
  const customerId = 'customer-2' as CustomerId;
  const created = createOrder({ orderId, customerId, items: [item], pricesIncludeTax: true, at });
  if (!created.ok) throw new Error(created.error.code);
  const claim = claimPayment({ paymentId, at }, fold(orderAggregate, created.value));
  if (!claim.ok) throw new Error(claim.error.code);
  const method = { paymentMethod: 'card', paymentToken: 'tok_declined', provider: 'simulated' } as const;
  const begun = initiatePayment({ paymentId, orderId, amount, ...method, at });
  const outcome = { kind: 'declined', code: 'declined' } as const;
  const ended = recordOutcome({ outcome, at }, fold(paymentAggregate, begun));
  await log.append({
    context: contextOf(ids.commandId(), tenantId),
    streams: [
      orderStream(orderId, 0, [...created.value, ...claim.value]),
      { streamId: paymentId, category: 'payment', expectedVersion: 0, events: [...begun, ...ended] },
    ],
    answer: null,
  });
}

async function appendLongStream({ log, tenantId }: Shop): Promise<void> {
  const orderId = ids.orderId();
  const claims = Array.from({ length: LONG_STREAM_EVENTS - 1 }, () => claimed(orderId));
  const streams = [orderStream(orderId, 0, [orderCreated(orderId), ...claims])] as const;
  await log.append({ context: contextOf(ids.commandId(), tenantId), streams, answer: null });
  const history = await aggregateLoader(log, noCache).load(tenantId, [orderId]);
  history.of(orderAggregate, orderId); // offers a snapshot, the stream being long
}

/** A database is copied only while nobody is connected to it. */
async function disconnectAll(name: string): Promise<void> {
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
