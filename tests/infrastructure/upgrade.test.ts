import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventLog } from '../../src/application/ports.ts';
import type { ReadModels } from '../../src/application/read-models.ts';
import { hostCheckout } from '../../src/infrastructure/consumers/checkout.ts';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { listGenerations } from '../../src/infrastructure/read-models/generations.ts';
import { hostProjections } from '../../src/infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from '../../src/infrastructure/read-models/projections.ts';
import { openReadModels } from '../../src/infrastructure/read-models/read-models.ts';
import { wakeDue } from '../../src/infrastructure/timers.ts';
import { orderAfter, paymentAfter } from '../support/as-it-was.ts';
import { checkoutOn } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { newOrder, openTestLog, silent, startTestWorker, TENANT } from '../support/log.ts';
import {
  createOlderDatabase,
  liveOnOlderBuild,
  type OlderLife,
  type OlderOrder,
} from '../support/older-build.ts';
import { createTestDatabase, MIGRATIONS_FOLDER, type TestDatabase } from '../support/postgres.ts';

const CAPTURED = [
  'PaymentInitiated',
  'AttemptStarted',
  'PaymentAuthorized',
  'CaptureSucceeded',
  'PaymentProcessed',
];
const LIVES = {
  new: { order: ['OrderCreated'] },
  begun: { order: ['OrderCreated', 'PaymentClaimed'], payment: ['PaymentInitiated', 'AttemptStarted'] },
  unknown: {
    order: ['OrderCreated', 'PaymentClaimed'],
    payment: ['PaymentInitiated', 'AttemptStarted', 'OperationOutcomeUnknown'],
  },
  released: { order: ['OrderCreated', 'PaymentClaimed', 'OrderPaymentFailed', 'PaymentClaimReleased'] },
  untold: { order: ['OrderCreated', 'PaymentClaimed'], payment: CAPTURED },
  paid: {
    order: ['OrderCreated', 'PaymentClaimed', 'OrderPaymentCaptured', 'OrderConfirmed', 'OrderPaid'],
    payment: CAPTURED,
  },
} as const satisfies Record<string, OlderLife>;
type Name = keyof typeof LIVES;
const NAMES = Object.keys(LIVES) as Name[];

let database: TestDatabase;
let pool: Pool;
let log: EventLog;
let readModels: ReadModels;
let orders: Record<Name, OlderOrder>;
let stopAll: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await createOlderDatabase('0009_archive');
  ({ pool } = database);
  stopAll = [() => database.drop()];
  const lived: [Name, OlderOrder][] = [];
  for (const name of NAMES) lived.push([name, await liveOnOlderBuild(pool, LIVES[name])]);
  orders = Object.fromEntries(lived) as Record<Name, OlderOrder>;
  await migrate(pool, { folder: MIGRATIONS_FOLDER });
  const opened = openTestLog(pool);
  ({ log } = opened);
  readModels = openReadModels(pool, log, opened.tails.length);
});
afterEach(async () => {
  for (const stop of stopAll) await stop();
});

const hasPayment = (name: Name): boolean => 'payment' in LIVES[name];

/** What this build makes of the events themselves. */
async function expected() {
  const streams = await Promise.all(
    NAMES.map(async (name) => {
      const { orderId, paymentId } = orders[name];
      const [order = [], payment = []] = await log.readStreams(TENANT, [orderId, paymentId]);
      return { order: orderAfter(order), payment: payment.length > 0 ? [paymentAfter(payment)] : [] };
    }),
  );
  return { orders: streams.map(({ order }) => order), payments: streams.map(({ payment }) => payment) };
}

/** The same by every way there is to read it. */
async function expectReadRight(): Promise<void> {
  const right = await expected();
  const byId = await Promise.all(NAMES.map((name) => readModels.order(TENANT, orders[name].orderId)));
  expect(byId.map((read) => read.ok && read.value)).toEqual(right.orders);
  const listed = await readModels.orders(TENANT, {}, 100);
  expect(listed.toSorted(byOrderId)).toEqual(right.orders.toSorted(byOrderId));
  for (const [index, name] of NAMES.entries()) {
    const { orderId, paymentId } = orders[name];
    expect(await readModels.paymentsOfOrder(TENANT, orderId, {})).toEqual(right.payments[index]);
    const payment = await readModels.payment(TENANT, paymentId);
    expect(payment.ok ? [payment.value] : []).toEqual(right.payments[index]);
    const history = await readModels.orderHistory(TENANT, orderId);
    const { order, payment: paid = [] } = LIVES[name] as OlderLife;
    expect(history?.map(({ type }) => type).toSorted()).toEqual([...order, ...paid].toSorted());
    expect(history?.[0]?.data).toMatchObject({ orderId, expiresAt: null });
  }
}

const byOrderId = (a: { orderId: string }, b: { orderId: string }): number =>
  a.orderId < b.orderId ? -1 : 1;

/** This build's processes, as far as they follow the log. */
function startFollowing() {
  const opened = openTestLog(pool);
  const checkout = checkoutOn(opened.log, pool);
  const worker = startTestWorker(pool, opened.tails);
  stopAll.unshift(() => worker.stop());
  return { ...checkout, worker };
}

async function rebuild(): Promise<void> {
  const { worker } = startFollowing();
  const host = await hostProjections(pool, worker, silent, PROJECTIONS);
  stopAll.unshift(() => host.stop());
  await eventually(async () => {
    const generations = (await listGenerations(pool)).map(({ name, codeVersion, status }) => ({
      ...{ name, codeVersion, status },
    }));
    for (const { name, codeVersion } of PROJECTIONS)
      expect(generations).toContainEqual({ name, codeVersion, status: 'live' });
    expect(generations).toHaveLength(PROJECTIONS.length);
  });
}

describe('what an older build left', { timeout: 60_000 }, () => {
  it('is in the log as that build wrote it', async () => {
    const { rows } = await pool.query(
      `select distinct schema_version as version, data ? 'expiresAt' as newer from event`,
    );
    expect(rows).toEqual([{ version: 1, newer: false }]);
    const snapshots = await pool.query('select distinct schema_version as version from snapshot');
    expect(snapshots.rows).toEqual([{ version: 1 }]);
  });

  it('is read right by id, in lists and in histories, before the read models are rebuilt', async () => {
    expect(await readModels.orders(TENANT, { status: 'Confirmed' }, 100)).toMatchObject([
      {
        orderId: orders.paid.orderId,
        paymentStatus: 'Paid',
        fulfilmentStatus: 'None',
        dueAmount: { amount: 0 },
      },
    ]);
    await expectReadRight();
  });

  it('is read right while and after they are rebuilt', async () => {
    await rebuild();
    await expectReadRight();
    const { rows } = await pool.query(
      `select (select array_agg(distinct state_version) from order_summary) as orders,
         (select array_agg(distinct state_version) from payment_history) as payments`,
    );
    expect(rows).toEqual([{ orders: [2], payments: [3] }]);
    expect(await readModels.orders(TENANT, { fulfilmentStatus: 'None' }, 100)).toHaveLength(NAMES.length);
    expect(await readModels.orders(TENANT, { paymentStatus: 'Paid' }, 100)).toMatchObject([
      { orderId: orders.paid.orderId },
    ]);
    await log.append(newOrder());
    await eventually(async () =>
      expect(await readModels.orders(TENANT, {}, 100)).toHaveLength(NAMES.length + 1),
    );
  });

  it('is seen as it was at each of its versions', async () => {
    const { orderId, paymentId } = orders.paid;
    const [order = [], payment = []] = await log.readStreams(TENANT, [orderId, paymentId]);
    for (let version = 1; version <= order.length; version++)
      expect(await readModels.order(TENANT, orderId, { version })).toEqual({
        ok: true,
        value: orderAfter(order.slice(0, version)),
      });
    expect(await readModels.payment(TENANT, paymentId, { version: 3 })).toEqual({
      ok: true,
      value: paymentAfter(payment.slice(0, 3)),
    });
  });

  it('goes on: what nobody heard of is asked for, and the money is taken once', async () => {
    await rebuild();
    const { wake, follower, worker } = startFollowing();
    hostCheckout(worker, follower);
    await eventually(async () => {
      await wakeDue(pool, wake, silent);
      for (const name of NAMES.filter(hasPayment)) {
        const read = await readModels.order(TENANT, orders[name].orderId);
        expect({ name, ...(read.ok && read.value) }).toMatchObject({
          ...{ name, status: 'Confirmed', paymentStatus: 'Paid' },
          payments: [{ status: 'Completed' }],
        });
      }
    }, 20_000);
    const { rows } = await pool.query<{ booked: number; payments: number }>(
      `select count(*)::int as booked, count(distinct payment_id)::int as payments
       from simulated_provider.operation join simulated_provider.intent using (intent_ref)`,
    );
    const payments = NAMES.filter(hasPayment).length;
    expect(rows).toEqual([{ booked: payments, payments }]);
  });
});

it('a new database has nothing to rebuild', async () => {
  const fresh = await createTestDatabase();
  const generations = await listGenerations(fresh.pool);
  for (const { name, codeVersion } of generations)
    expect(codeVersion).toBe(PROJECTIONS.find((one) => one.name === name)?.codeVersion);
  await fresh.drop();
});
