import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import { line, orderOf, usd } from '../support/api-samples.ts';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { etagOf, fulfilmentIdOf, returnIdOf, stepsOf, type Steps } from '../support/api-steps.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

/** Does it, and sees that it is answered with the order after it, as that is then read. */
async function did(orderId: string, what: string, body: object = {}, status = 200): Promise<OrderView> {
  const answer = await steps.onOrder(orderId, what, body);
  expect(answer.status).toBe(status);
  expect(answer.headers['etag']).toBe(etagOf(orderOf(answer)));
  expect((await client.get(`/api/orders/${orderId}`)).body).toEqual(answer.body);
  return orderOf(answer);
}

const fulfil = (orderId: string, body: object = {}) => did(orderId, 'fulfilments', body, 201);
const ship = (order: OrderView, body: object = {}) =>
  did(order.orderId, `fulfilments/${fulfilmentIdOf(order)}/ship`, body);
const deliver = (order: OrderView, index = -1) =>
  did(order.orderId, `fulfilments/${fulfilmentIdOf(order, index)}/deliver`);

describe('an order', () => {
  it('is fulfilled in parts, and completed by the last that arrives', async () => {
    const { orderId } = (await steps.placePaid()).order;
    const first = await fulfil(orderId, { items: [{ lineId: '1', quantity: 2 }] });
    expect(first.fulfilments).toEqual([
      {
        fulfilmentId: fulfilmentIdOf(first),
        status: 'Created',
        items: [{ lineId: '1', quantity: 2 }],
        tracking: null,
      },
    ]);
    expect(first.fulfilmentStatus).toBe('None');
    expect(await ship(first, { tracking: 'parcel 1' })).toMatchObject({
      fulfilmentStatus: 'Partial',
      fulfilments: [{ status: 'Shipped', tracking: 'parcel 1' }],
    });

    const second = await fulfil(orderId);
    expect(second.fulfilments[1]?.items).toEqual([
      { lineId: '1', quantity: 1 },
      { lineId: '2', quantity: 2 },
    ]);
    expect(await ship(second)).toMatchObject({ status: 'Confirmed', fulfilmentStatus: 'Fulfilled' });
    expect(await deliver(second)).toMatchObject({ status: 'Confirmed' });
    expect(await deliver(second, 0)).toMatchObject({
      status: 'Completed',
      fulfilments: [{ status: 'Delivered' }, { status: 'Delivered' }],
    });
    expect((await steps.eventsOf(orderId)).at(-1)).toBe('OrderCompleted');
  });

  it('is sent as soon as its money is held, and completed once it is captured', async () => {
    const { order, paymentId } = await steps.placeHeld();
    const shipped = await ship(await fulfil(order.orderId));
    expect(await deliver(shipped)).toMatchObject({ status: 'Confirmed', paymentStatus: 'Authorized' });
    await steps.onPayment(paymentId, 'capture');
    expect(await steps.atRest(order.orderId)).toMatchObject({ status: 'Completed', paymentStatus: 'Paid' });
  });

  it('that costs nothing is fulfilled and completed too', async () => {
    const { orderId } = await steps.place({ items: [line({ unitPrice: usd(0) })] });
    expect(await deliver(await ship(await fulfil(orderId)))).toMatchObject({ status: 'Completed' });
  });

  it('gets the units of a shipment back that was given up', async () => {
    const { orderId } = (await steps.placePaid()).order;
    const set = await fulfil(orderId);
    const given = await did(orderId, `fulfilments/${fulfilmentIdOf(set)}/cancel`, { reason: 'broken' });
    expect(given.fulfilments[0]?.status).toBe('Cancelled');
    const again = await fulfil(orderId);
    expect(again.fulfilments[1]?.items).toEqual(set.fulfilments[0]?.items);
    expect((await ship(again)).fulfilmentStatus).toBe('Fulfilled');
  });

  it('may be cancelled once its shipment was given up', async () => {
    const { orderId } = (await steps.placePaid()).order;
    const set = await fulfil(orderId);
    await did(orderId, `fulfilments/${fulfilmentIdOf(set)}/cancel`);
    expect((await steps.onOrder(orderId, 'cancel')).status).toBe(202);
    expect(await steps.atRest(orderId)).toMatchObject({ status: 'Cancelled', paymentStatus: 'Refunded' });
  });

  it('names a line once, however often the request did', async () => {
    const { orderId } = (await steps.placePaid()).order;
    const one = { lineId: '1', quantity: 1 };
    const { fulfilments } = await fulfil(orderId, { items: [one, one, one] });
    expect(fulfilments[0]?.items).toEqual([{ lineId: '1', quantity: 3 }]);
  });
});

describe('what was done already', () => {
  it('is not done again, and is no mistake', async () => {
    const { orderId } = (await steps.placePaid()).order;
    const set = await fulfil(orderId);
    const shipped = await ship(set, { tracking: 'first' });
    expect(await ship(set, { tracking: 'second' })).toEqual(shipped);
    const delivered = await deliver(set);
    expect(await deliver(set)).toEqual(delivered);
    expect(await ship(set)).toEqual(delivered);

    const announced = await did(orderId, 'returns', {}, 201);
    const receive = `returns/${returnIdOf(announced)}/receive`;
    const received = await did(orderId, receive);
    expect(await did(orderId, receive)).toEqual(received);
  });
});

describe('goods', () => {
  it('come back in parts, until all of them have', async () => {
    const { orderId } = (await steps.placePaid()).order;
    await deliver(await ship(await fulfil(orderId)));
    const announced = await did(
      orderId,
      'returns',
      { items: [{ lineId: '1', quantity: 1 }], reason: 'a crack' },
      201,
    );
    expect(announced.returns).toEqual([
      {
        returnId: returnIdOf(announced),
        status: 'Requested',
        items: [{ lineId: '1', quantity: 1 }],
        reason: 'a crack',
      },
    ]);
    const first = await did(orderId, `returns/${returnIdOf(announced)}/receive`);
    expect(first).toMatchObject({ fulfilmentStatus: 'Fulfilled', returns: [{ status: 'Received' }] });

    const rest = await did(orderId, 'returns', {}, 201);
    expect(rest.returns[1]?.items).toEqual([
      { lineId: '1', quantity: 2 },
      { lineId: '2', quantity: 2 },
    ]);
    expect(rest.fulfilmentStatus).toBe('Fulfilled');
    const all = await did(orderId, `returns/${returnIdOf(rest)}/receive`);
    expect(all).toMatchObject({ status: 'Completed', fulfilmentStatus: 'Returned', paymentStatus: 'Paid' });
  });

  it('that were shipped come back, even before the rest was sent', async () => {
    const { orderId } = (await steps.placePaid()).order;
    await ship(await fulfil(orderId, { items: [{ lineId: '2', quantity: 1 }] }));
    const announced = await did(orderId, 'returns', {}, 201);
    expect(announced.returns[0]?.items).toEqual([{ lineId: '2', quantity: 1 }]);
  });
});

const shout = (id: string): string => id.toUpperCase();

describe('the id of a fulfilment, a return or a refund', () => {
  it('may be written in upper case, as those of orders and payments may', async () => {
    const { order, paymentId } = await steps.placePaid();
    const { orderId } = order;
    const fulfilmentId = shout(fulfilmentIdOf(await fulfil(orderId)));
    for (const step of ['ship', 'deliver'])
      expect((await steps.onOrder(shout(orderId), `fulfilments/${fulfilmentId}/${step}`)).status).toBe(200);
    const returnId = shout(returnIdOf(await did(orderId, 'returns', {}, 201)));
    expect((await steps.onOrder(orderId, `returns/${returnId}/receive`)).status).toBe(200);
    const refund = await steps.onPayment(shout(paymentId), 'refunds');
    const { refundId } = refund.body as { refundId: string };
    expect((await client.get(`/api/payments/${paymentId}/refunds/${shout(refundId)}`)).body).toEqual(
      refund.body,
    );
  });
});
