import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import type { EventLog, RecordedEvent } from '../../src/application/ports.ts';
import type { HistoryEntry } from '../../src/application/read-models.ts';
import type { OrderId, PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import { orderAfter, paymentAfter, toInstant, toMicros } from '../support/as-it-was.ts';
import { orderOf, pay, paymentOf, placeOrderOf, settledOrder, usd } from '../support/api-samples.ts';
import { expectProblem, problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { openTestLog } from '../support/log.ts';

let api: Api;
let client: ApiClient;
/** Reads what there is without the service. */
let log: EventLog;
beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  ({ log } = openTestLog(api.database.pool));
});
afterAll(() => api.stop());

async function eventsOf(id: string): Promise<readonly RecordedEvent[]> {
  const [events = []] = await log.readStreams(client.tenantId as TenantId, [id as OrderId | PaymentId]);
  return events;
}

const historyOf = async (orderId: string) =>
  ((await client.get(`/api/orders/${orderId}/events`)).body as { data: HistoryEntry[] }).data;

const query = (parameters: Readonly<Record<string, string | number>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

const FUTURE = '2999-01-01T00:00:00Z';
const PAST = '2000-01-01T00:00:00Z';

/** An order of 10.00 of which a part was declined and another paid, and the payments. */
async function livedOrder() {
  const { orderId } = await placeOrderOf(client, 1_000);
  await settledOrder(client, orderId);
  const declined = paymentOf(await pay(client, orderId, { amount: usd(300), paymentToken: 'tok_declined' }));
  await settledOrder(client, orderId);
  const paid = paymentOf(await pay(client, orderId, { amount: usd(400) }));
  const order = await settledOrder(client, orderId);
  return { order, orderId, declined, paid };
}

describe('an order and its payments', () => {
  it('are seen at every version as the events until then fold, whatever happened', async () => {
    const payment = fc.record({
      amount: fc.integer({ min: 1, max: 600 }).map(usd),
      paymentToken: fc.constantFrom('tok_success', 'tok_declined', 'tok_insufficient_funds'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(payment, { maxLength: 4 }), async (payments) => {
        const { orderId } = await placeOrderOf(client, 1_000);
        for (const body of payments) await pay(client, orderId, body);
        const order = await settledOrder(client, orderId);
        const paymentIds = order.payments.map(({ paymentId }) => paymentId);
        await expectAllVersions(`/api/orders/${orderId}`, await eventsOf(orderId), orderAfter);
        for (const id of paymentIds)
          await expectAllVersions(`/api/payments/${id}`, await eventsOf(id), paymentAfter);
      }),
      { numRuns: 10 },
    );
  });

  it('are seen at the instant of each of their events with it, and a microsecond before it without', async () => {
    const { orderId } = await livedOrder();
    const order = await eventsOf(orderId);
    for (const { streamId, recordedAt } of await historyOf(orderId)) {
      const isOrder = streamId === orderId;
      const events = isOrder ? order : await eventsOf(streamId);
      const path = isOrder ? `/api/orders/${streamId}` : `/api/payments/${streamId}`;
      const until = events.filter((event) => event.recordedAt <= recordedAt);
      const answer = await client.get(`${path}?${query({ at: recordedAt })}`);
      expect(answer.body).toEqual(isOrder ? orderAfter(until) : paymentAfter(until));
      const earlier = events.filter((event) => event.recordedAt < recordedAt);
      const before = await client.get(`${path}?${query({ at: toInstant(toMicros(recordedAt) - 1n) })}`);
      if (earlier.length > 0)
        expect(before.body).toEqual(isOrder ? orderAfter(earlier) : paymentAfter(earlier));
      else expect(before.status).toBe(404);
    }
  });

  it('tell the version and the times of then', async () => {
    const { orderId, order } = await livedOrder();
    const [created] = await eventsOf(orderId);
    const first = orderOf(await client.get(`/api/orders/${orderId}?atVersion=1`));
    expect(first).toMatchObject({ version: 1, payments: [], dueAmount: usd(1_000) });
    expect(first.updatedAt).toBe(first.createdAt);
    expect(first.updatedAt).toBe(created!.event.at);
    expect(order.updatedAt > first.updatedAt).toBe(true);
  });

  it('are as they are now at an instant to come', async () => {
    const { orderId, order, paid } = await livedOrder();
    expect((await client.get(`/api/orders/${orderId}?at=${FUTURE}`)).body).toEqual(order);
    expect((await client.get(`/api/payments/${paid.paymentId}?at=${FUTURE}`)).body).toEqual(paid);
  });

  it('are not there before they were created, and the answer says when that was', async () => {
    const { orderId, paid } = await livedOrder();
    for (const [path, code, id] of [
      ['orders', 'order-not-found', orderId],
      ['payments', 'payment-not-found', paid.paymentId],
    ] as const) {
      const answer = await client.get(`/api/${path}/${id}?at=${PAST}`);
      expectProblem(answer, { status: 404, code });
      const [first] = await eventsOf(id);
      expect(problemOf(answer).detail).toContain(`created later, at ${first!.recordedAt}`);
    }
  });

  it.each([1, 1_000_000, 2_147_483_648, Number.MAX_SAFE_INTEGER])(
    'have no version %d beyond the current one, which the answer names',
    async (beyond) => {
      const { orderId, paid } = await livedOrder();
      for (const [path, id] of [
        ['orders', orderId],
        ['payments', paid.paymentId],
      ] as const) {
        const { length } = await eventsOf(id);
        const atVersion = Math.min(length + beyond, Number.MAX_SAFE_INTEGER);
        const answer = await client.get(`/api/${path}/${id}?${query({ atVersion })}`);
        expectProblem(answer, { status: 404, code: 'version-not-found' });
        expect(problemOf(answer).detail).toMatch(new RegExp(`current version .* is ${length}\\.`));
      }
    },
  );
});

async function expectAllVersions(
  path: string,
  events: readonly RecordedEvent[],
  after: (events: readonly RecordedEvent[]) => object,
): Promise<void> {
  for (let version = 1; version <= events.length; version++) {
    const answer = await client.get(`${path}?atVersion=${version}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['etag']).toBe(`"${version}"`);
    expect(answer.body).toEqual(after(events.slice(0, version)));
  }
}

describe('what was', () => {
  it.each(['atVersion', 'at', 'atPosition'])(
    'has its version for an entity tag, is kept by nobody and sent in full each time: %s',
    async (parameter) => {
      const { orderId } = await livedOrder();
      const second = (await eventsOf(orderId))[1]!;
      const place = { atVersion: 2, at: second.recordedAt, atPosition: String(second.position) };
      const path = `/api/orders/${orderId}?${query({ [parameter]: place[parameter as keyof typeof place] })}`;
      const first = await client.get(path);
      expect([first.headers['etag'], first.headers['cache-control']]).toEqual(['"2"', 'no-store']);
      for (const tag of ['"2"', '*']) {
        const { status, body } = await client.get(path, { 'if-none-match': tag });
        expect({ status, body }).toEqual({ status: 200, body: first.body });
      }
      const head = await client.send({ method: 'HEAD', url: path });
      expect([head.status, head.headers['etag']]).toEqual([200, '"2"']);
    },
  );
});

describe("another tenant's order and payment", () => {
  it('are as absent as if there were none, at whatever time they are asked for', async () => {
    const { orderId, paid } = await livedOrder();
    const stranger = await api.connect('stranger');
    for (const asked of ['', '?atVersion=1', '?atVersion=99', `?at=${PAST}`, `?at=${FUTURE}`]) {
      for (const [path, id] of [
        ['orders', orderId],
        ['payments', paid.paymentId],
      ] as const) {
        const absent = problemOf(
          await stranger.get(`/api/${path}/019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b${asked}`),
        );
        const found = problemOf(await stranger.get(`/api/${path}/${id}${asked}`));
        expect(found).toEqual({ ...absent, instance: found.instance, traceId: found.traceId });
        expect(found.code).toBe(`${path.slice(0, -1)}-not-found`);
      }
    }
  });
});

describe('a question about the past', () => {
  it.each([
    ['a version of 0', 'atVersion=0', ['query /atVersion']],
    ['a negative version', 'atVersion=-1', ['query /atVersion']],
    ['half a version', 'atVersion=1.5', ['query /atVersion']],
    ['a version in words', 'atVersion=one', ['query /atVersion']],
    ['no version', 'atVersion=', ['query /atVersion']],
    ['an endless version', 'atVersion=1e400', ['query /atVersion']],
    ['two versions', 'atVersion=1&atVersion=2', ['query /atVersion']],
    ['a day', 'at=2026-01-31', ['query /at']],
    ['a time without its zone', 'at=2026-01-31T12:00:00', ['query /at']],
    ['a day that does not exist', 'at=2026-02-30T12:00:00Z', ['query /at']],
    ['an offset whose plus is a space', 'at=2026-01-31T12:00:00+01:00', ['query /at']],
    ['no instant', 'at=', ['query /at']],
    ['two instants', `at=${PAST}&at=${FUTURE}`, ['query /at']],
    ['an instant and a version', `at=${FUTURE}&atVersion=1`, ['query /at', 'query /atVersion']],
    ['an instant and a position', `at=${FUTURE}&atPosition=1`, ['query /at', 'query /atPosition']],
    ['a position of 0', 'atPosition=0', ['query /atPosition']],
    ['an endless position', `atPosition=${'9'.repeat(19)}`, ['query /atPosition']],
    ['another parameter', 'version=1', ['query /version']],
  ])('with %s is refused', async (_what, asked, errors) => {
    const { orderId } = await placeOrderOf(client, 1_000);
    const absent = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
    for (const path of [`/api/orders/${orderId}`, `/api/payments/${absent}`])
      expectProblem(await client.get(`${path}?${asked}`), { status: 422, code: 'validation-failed', errors });
  });

  it('may name its instant in any time zone, in lower case, with more digits than there are', async () => {
    const { orderId } = await placeOrderOf(client, 1_000);
    const [first] = await eventsOf(orderId);
    const at = toMicros(first!.recordedAt);
    for (const instant of [toInstant(at, '999'), first!.recordedAt.toLowerCase(), toInstant(at)])
      expect((await client.get(`/api/orders/${orderId}?${query({ at: instant })}`)).status).toBe(200);
    expect(
      (await client.get(`/api/orders/${orderId}?${query({ at: toInstant(at - 1n, '999') })}`)).status,
    ).toBe(404);
  });
});

async function setSubscriptions(status: 'paused' | 'running'): Promise<void> {
  await api.database.pool.query(
    `update subscription set status = $1 where name in ('order-summary', 'payment-history')`,
    [status],
  );
}

describe('a long order', () => {
  const DECLINED = 41;

  async function longOrder(): Promise<OrderView> {
    const { orderId } = await placeOrderOf(client, 1_000);
    for (let number = 1; number <= DECLINED; number++)
      await pay(client, orderId, { amount: usd(number), paymentToken: 'tok_declined' });
    return settledOrder(client, orderId);
  }

  it('is seen at every version, with snapshots of it, and while the read model stands still', async () => {
    const { orderId } = await longOrder();
    const path = `/api/orders/${orderId}`;
    const events = await eventsOf(orderId);
    expect(events.length).toBeGreaterThan(120);
    await eventually(async () => {
      const [stream] = await log.loadStreams(client.tenantId as TenantId, [
        { streamId: orderId as OrderId, after: 0 },
      ]);
      expect(stream?.snapshot?.version).toBeGreaterThanOrEqual(50);
    });
    await expectAllVersions(path, events, orderAfter);

    await setSubscriptions('paused');
    try {
      await pay(client, orderId, { amount: usd(1) });
      await settledOrder(client, orderId);
      const later = await eventsOf(orderId);
      expect(later.length).toBeGreaterThan(events.length);
      expect((await client.get(path)).body).toEqual(orderAfter(later));
      await expectAllVersions(path, later, orderAfter);
      expect((await client.get(`${path}?at=${FUTURE}`)).body).toEqual(orderAfter(later));
    } finally {
      await setSubscriptions('running');
    }
  });
});

describe('the history of an order', () => {
  it('tells of each event which one caused it, and leaves out what requests caused', async () => {
    const { orderId, declined, paid } = await livedOrder();
    const history = await historyOf(orderId);
    const typeOf = new Map(history.map(({ eventId, type, streamId }) => [eventId, `${type} of ${streamId}`]));
    const caused = history.flatMap(({ type, causedBy }) => (causedBy ? [[type, typeOf.get(causedBy)]] : []));
    expect(caused).toEqual([
      ['OrderPaymentFailed', `PaymentProcessed of ${declined.paymentId}`],
      ['PaymentClaimReleased', `PaymentProcessed of ${declined.paymentId}`],
      ['OrderPaymentCaptured', `PaymentProcessed of ${paid.paymentId}`],
    ]);
  });

  it('gives instants and versions that lead to what was then', async () => {
    const { orderId } = await livedOrder();
    const own = (await historyOf(orderId)).filter(({ streamId }) => streamId === orderId);
    for (const { version, recordedAt } of own) {
      expect(recordedAt).toMatch(/\.\d{6}Z$/);
      const atVersion = orderOf(await client.get(`/api/orders/${orderId}?${query({ atVersion: version })}`));
      expect(atVersion.version).toBe(version);
      const at = orderOf(await client.get(`/api/orders/${orderId}?${query({ at: recordedAt })}`));
      const lastOfCommand = own.findLast((entry) => entry.recordedAt === recordedAt)!;
      expect(at.version).toBe(lastOfCommand.version);
    }
  });
});
