import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import { agreedMoney } from '../support/api-books.ts';
import { line, orderBody, orderOf, pay, paymentOf, usd } from '../support/api-samples.ts';
import { expectRefusal, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';

const SECONDS_MIN = 10;
const YEAR_SECONDS = 365 * 24 * 3_600;
const EXPIRES_WITHIN_MS = 100_000;

let api: Api;
let client: ApiClient;
let steps: Steps;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

const moneyOf = (orderId: string) => agreedMoney(api.database.pool, client, orderId);
const secondsOf = ({ createdAt, expiresAt }: OrderView): number =>
  (Date.parse(expiresAt!) - Date.parse(createdAt)) / 1_000;

describe('the time to pay an order', () => {
  it.each([
    ['half an hour unless said otherwise', {}, 1_800],
    ['ten seconds at least', { expiresInSeconds: SECONDS_MIN }, SECONDS_MIN],
    ['a year at most', { expiresInSeconds: YEAR_SECONDS }, YEAR_SECONDS],
  ])('is %s', async (_what, over, seconds) => {
    expect(secondsOf(await steps.place(over))).toBe(seconds);
  });

  it('does not end when there is nothing to pay', async () => {
    expect((await steps.place({ items: [line({ unitPrice: usd(0) })] })).expiresAt).toBeNull();
  });

  it.each([0, -1, SECONDS_MIN - 1, YEAR_SECONDS + 1, '60', null])('is refused: %o', async (seconds) => {
    const send = () => client.post('/api/orders', orderBody({ expiresInSeconds: seconds }));
    const errors = ['body /expiresInSeconds'];
    await expectRefusal(api, send, { status: 422, code: 'validation-failed', errors });
  });
});

const expiring = () => steps.place({ expiresInSeconds: SECONDS_MIN });

/** Nothing can be done with it any more. */
async function expectClosed(orderId: string): Promise<void> {
  const seen = await steps.order(orderId);
  const closed = [
    [() => pay(client, orderId), 'order-not-payable'],
    [() => steps.onOrder(orderId, 'cancel'), 'order-not-cancellable'],
    [() => steps.onOrder(orderId, 'fulfilments'), 'order-not-fulfillable'],
    [() => steps.amend(seen, { shipping: usd(1) }), 'order-not-amendable'],
  ] as const;
  for (const [send, code] of closed) await steps.refused(orderId, send, { status: 409, code });
  expect(orderOf(await client.get(`/api/orders/${orderId}`)).version).toBe(seen.version);
}

describe('an order whose time to pay is over', () => {
  it('expires and keeps no money, unless it is paid or may yet be', { timeout: 150_000 }, async () => {
    const [unpaid, inPart, heldInPart, paid, held, unsure] = await Promise.all([
      expiring(),
      expiring(),
      expiring(),
      expiring(),
      expiring(),
      expiring(),
    ]);
    await pay(client, inPart.orderId, { amount: usd(400) });
    await pay(client, heldInPart.orderId, { amount: usd(400), captureMethod: 'manual' });
    await pay(client, paid.orderId);
    await pay(client, held.orderId, { captureMethod: 'manual' });
    // The provider never got it: for two minutes that might still change.
    const lost = await pay(client, unsure.orderId, { paymentToken: 'tok_timeout_never_sent' });
    expect(lost.status).toBe(202);

    for (const { orderId } of [unpaid, inPart, heldInPart])
      await eventually(async () => {
        expect((await steps.order(orderId)).status).toBe('Expired');
      }, EXPIRES_WITHIN_MS);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(unpaid.expiresAt!));

    await steps.atRest(unpaid.orderId);
    expect(await moneyOf(unpaid.orderId)).toEqual({ captured: 0, refunded: 0, held: 0 });
    expect(await moneyOf(inPart.orderId)).toEqual({ captured: 400, refunded: 400, held: 0 });
    expect(await moneyOf(heldInPart.orderId)).toEqual({ captured: 0, refunded: 0, held: 0 });
    expect(await steps.order(paid.orderId)).toMatchObject({ status: 'Confirmed', paymentStatus: 'Paid' });
    expect(await steps.order(held.orderId)).toMatchObject({ status: 'Confirmed', expiresAt: held.expiresAt });
    expect(await moneyOf(held.orderId)).toEqual({ captured: 0, refunded: 0, held: 1000 });
    expect(await steps.order(unsure.orderId)).toMatchObject({ status: 'Created', paymentStatus: 'Pending' });
    expect(await steps.payment(paymentOf(lost).paymentId)).toMatchObject({ status: 'Pending' });

    const events = await steps.eventsOf(unpaid.orderId);
    expect(events).toEqual([
      'OrderCreated',
      'StockReserved',
      'OrderCancellationRequested',
      'OrderExpired',
      'StockReleased',
    ]);
    await expectClosed(unpaid.orderId);
  });
});
