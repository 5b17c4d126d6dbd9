import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Due, Wake } from '../../src/application/checkout/wake.ts';
import type { EventLog } from '../../src/application/ports.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { money } from '../../src/domain/shared/money.ts';
import { hostCheckout } from '../../src/infrastructure/consumers/checkout.ts';
import { inTransaction, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { tableOf } from '../../src/infrastructure/read-models/generations.ts';
import { orderSummaryProjection } from '../../src/infrastructure/read-models/order-summary.ts';
import { paymentHistoryProjection } from '../../src/infrastructure/read-models/payment-history.ts';
import { hostProjections } from '../../src/infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from '../../src/infrastructure/read-models/projections.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { wakeDue } from '../../src/infrastructure/timers.ts';
import { checkoutOn } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import {
  claimed,
  contextOf,
  openTestLog,
  orderCreated,
  orderStream,
  silent,
  startTestWorker,
} from '../support/log.ts';
import { paymentStream } from '../support/payments.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pool: Pool;
let log: EventLog;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ pool } = database);
  ({ log } = openTestLog(pool));
});
afterAll(() => database.drop());
beforeEach(() =>
  pool.query('truncate timer_claim, read_model.order_summary_1, read_model.payment_history_1'),
);

const LONG_AGO = '2026-01-01T00:00:00.000Z';
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

async function show(streamId: string): Promise<void> {
  const { tenantId } = contextOf();
  const [events = []] = await log.readStreams(tenantId, [streamId as OrderId]);
  await inTransaction(pool, async (tx) => {
    for (const projection of [orderSummaryProjection, paymentHistoryProjection])
      await projection.project(tx, tableOf(projection.name, 1), events);
  });
}

/** An order whose stock nobody answered for: due a minute after it was created, and overdue after a quarter of an hour. */
async function place(at = LONG_AGO): Promise<OrderId> {
  const orderId = ids.orderId();
  const streams = [orderStream(orderId, 0, [orderCreated(orderId, 'Teapot', at)])] as const;
  await log.append({ context: contextOf(), streams, answer: null });
  await show(orderId);
  return orderId;
}

const placeMany = (count: number): Promise<OrderId[]> =>
  Promise.all(Array.from({ length: count }, () => place()));

async function change(orderId: OrderId): Promise<void> {
  const streams = [orderStream(orderId, 1, [claimed(orderId)])] as const;
  await log.append({ context: contextOf(), streams, answer: null });
  await show(orderId);
}

/** One process: what it was woken for, and how often. */
function sleeper(wake: Wake = async () => undefined) {
  const woken: Due[] = [];
  return {
    ids: () => woken.map(({ streamId }) => streamId),
    woken,
    look: () =>
      wakeDue(
        pool,
        async (due) => {
          woken.push(due);
          return wake(due);
        },
        silent,
      ),
  };
}

const endClaims = () => pool.query('update timer_claim set until = now()');

describe('a stream whose time has come', () => {
  it('is woken, an order as well as a payment, and one whose time is to come is not', async () => {
    const orderId = await place();
    await place(inMs(0));
    const paymentId = ids.paymentId(orderId);
    const stream = paymentStream({
      orderId,
      paymentId,
      amount: money(500n, parseCurrency('EUR')!),
      paymentToken: 'tok_success',
      outcome: { kind: 'unknown', reason: 'timeout' },
      at: LONG_AGO,
    });
    await log.append({ context: contextOf(), streams: [stream], answer: null });
    await show(paymentId);
    const { look, woken } = sleeper();
    await look();
    const { tenantId } = contextOf();
    expect(woken).toHaveLength(2);
    expect(woken).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ category: 'order', streamId: orderId, tenantId }),
        expect.objectContaining({ category: 'payment', streamId: paymentId, tenantId }),
      ]),
    );
  });

  it('is woken once, though several processes look at the same time', async () => {
    const due = await placeMany(60);
    const processes = Array.from({ length: 6 }, () => sleeper());
    for (let round = 0; round < 3; round++) await Promise.all(processes.map(({ look }) => look()));
    const woken = processes.flatMap((process) => process.ids());
    expect(woken.toSorted()).toEqual(due.toSorted());
  });

  it('has its turn, however many there are', async () => {
    const due = await placeMany(130);
    const { look, ids: woken } = sleeper();
    for (let before = -1; before < woken().length;) {
      before = woken().length;
      await look();
    }
    expect(woken().toSorted()).toEqual(due.toSorted());
  });

  it('that has nothing more to wait for is left alone', async () => {
    await place();
    const { look, woken } = sleeper();
    await look();
    await look();
    expect(woken).toHaveLength(1);
  });

  it('is left alone until the time that was given for it, and then woken again', async () => {
    await place();
    const { look, woken } = sleeper(async () => inMs(500));
    await look();
    await look();
    expect(woken).toHaveLength(1);
    await eventually(async () => {
      await look();
      expect(woken).toHaveLength(2);
    });
  });

  it('that was put off is woken once it has changed', async () => {
    const [orderId, other] = [await place(), await place()];
    const { look, ids: woken } = sleeper(async () => inMs(3_600_000));
    await look();
    await change(orderId);
    await look();
    expect(woken().toSorted()).toEqual([orderId, orderId, other].toSorted());
    await look();
    expect(woken()).toHaveLength(3);
  });
});

describe('a process that wakes a stream', () => {
  it('and dies leaves it to another, as soon as its claim has run out', async () => {
    const orderId = await place();
    const gate = new EventEmitter();
    const reached = once(gate, 'reached');
    const dying = sleeper(() => {
      gate.emit('reached');
      return new Promise(() => {}); // never comes back
    });
    void dying.look();
    await reached;
    const next = sleeper();
    await next.look();
    expect(next.woken).toEqual([]);
    const { rows } = await pool.query(`select until > now() + interval '30 s' as held from timer_claim`);
    expect(rows).toEqual([{ held: true }]);
    await endClaims();
    await next.look();
    expect(next.ids()).toEqual([orderId]);
  });

  it('and fails at it tries again when its claim has run out, and wakes the others meanwhile', async () => {
    const due = await placeMany(5);
    let failures = 0;
    const { look, ids: woken } = sleeper(async ({ streamId }) => {
      if (streamId !== due[2] || failures > 0) return undefined;
      failures++;
      throw new Error('not today');
    });
    await look();
    expect(woken().toSorted()).toEqual(due.toSorted());
    await look();
    expect(woken()).toHaveLength(5);
    await pool.query(`update timer_claim set until = now() where until < 'infinity'`);
    await look();
    expect(woken().slice(5)).toEqual([due[2]]);
  });

  it('says so when the database is away, and is asked again', async () => {
    await place();
    const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
    await expect(sleeper(() => Promise.reject(away)).look()).rejects.toBe(away);
  });
});

describe('the time that passed while no process was there', () => {
  it('is made up for by the next, which expires and cancels what is overdue', async () => {
    const [unanswered, unpaid] = [ids.orderId(), ids.orderId()];
    const created = { ...orderCreated(unpaid, 'Cup', inMs(0)), expiresAt: inMs(200) };
    await log.append({
      context: contextOf(),
      streams: [orderStream(unpaid, 0, [created])],
      answer: null,
    });
    const streams = [orderStream(unanswered, 0, [orderCreated(unanswered)])] as const;
    await log.append({ context: contextOf(), streams, answer: null });

    const restarted = openTestLog(pool);
    const { wake, follower } = checkoutOn(restarted.log, pool);
    const worker = startTestWorker(pool, restarted.tails);
    const projections = await hostProjections(pool, worker, silent, PROJECTIONS);
    hostCheckout(worker, follower);
    const { rows } = await eventually(async () => {
      await wakeDue(pool, wake, silent);
      const found = await pool.query<{ status: string }>(
        'select status from order_summary where order_id = any($1) order by status',
        [[unpaid, unanswered]],
      );
      expect(found.rows[1]?.status).toBe('Expired');
      return found;
    });
    await projections.stop();
    await worker.stop();
    await restarted.stop();
    // The stock was asked for at last, which is all that this one was waiting for.
    expect(rows.map(({ status }) => status)).toEqual(['Created', 'Expired']);
    const stock = await pool.query(
      `select count(*)::int as n from event where stream_id = $1 and type = 'StockReserved'`,
      [unanswered],
    );
    expect(stock.rows).toEqual([{ n: 1 }]);
  });
});
