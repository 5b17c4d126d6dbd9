import { expect } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import type { PaymentView } from '../../src/application/payments/payment-view.ts';
import type { ApiAnswer } from './api-contract.ts';
import { line, orderOf, pay, paymentOf, placeOrder, usd } from './api-samples.ts';
import { expectRefusal, traces, type Api, type ApiClient, type Refusal } from './api-service.ts';
import { eventually } from './eventually.ts';

export type Headers = Readonly<Record<string, string>>;
export type Steps = ReturnType<typeof stepsOf>;

export const etagOf = ({ version }: { readonly version: number }): string => `"${version}"`;

/** Longer than the simulated provider takes to make up its mind, and its polls to hear of it. */
export const PROVIDER_WITHIN_MS = 20_000;

/** What tests do with orders and payments, one step a line. */
export function stepsOf(api: Api, client: ApiClient) {
  const { pool } = api.database;

  const order = async (orderId: string): Promise<OrderView> =>
    orderOf(await client.get(`/api/orders/${orderId}`));
  const payment = async (paymentId: string): Promise<PaymentView> =>
    paymentOf(await client.get(`/api/payments/${paymentId}`));

  /** The order once nobody has anything left to do about it. */
  async function atRest(orderId: string): Promise<OrderView> {
    await traces(pool);
    return order(orderId);
  }

  async function place(over: object = {}): Promise<OrderView> {
    return atRest((await placeOrder(client, over)).orderId);
  }

  /** An order of three teapots and two cups, 36.66 USD, and its payment. */
  async function placePaid(over: object = {}): Promise<{ order: OrderView; paymentId: string }> {
    const items = [
      line({ quantity: 3 }),
      line({ productId: 'cup', productName: 'Cup', quantity: 2, unitPrice: usd(333) }),
    ];
    const { orderId } = await place({ items });
    const { paymentId } = paymentOf(await pay(client, orderId, over));
    return { order: await atRest(orderId), paymentId };
  }

  /** An order of 10.00 USD for which as much is held. */
  async function placeHeld(over: object = {}): Promise<{ order: OrderView; paymentId: string }> {
    const { orderId } = await place();
    const { paymentId } = paymentOf(await pay(client, orderId, { captureMethod: 'manual', ...over }));
    return { order: await atRest(orderId), paymentId };
  }

  const onOrder = (orderId: string, what: string, body: object = {}, headers: Headers = {}) =>
    client.post(`/api/orders/${orderId}/${what}`, body, headers);
  const onPayment = (paymentId: string, what: string, body: object = {}, headers: Headers = {}) =>
    client.post(`/api/payments/${paymentId}/${what}`, body, headers);

  async function amend(seen: OrderView, body: object): Promise<ApiAnswer> {
    return client.patch(`/api/orders/${seen.orderId}`, body, { 'if-match': etagOf(seen) });
  }

  /** Asks the provider again and again until `isSo` of the payment. */
  const syncUntil = (paymentId: string, isSo: (payment: PaymentView) => boolean): Promise<PaymentView> =>
    eventually(async () => {
      const answer = await onPayment(paymentId, 'sync');
      expect(answer.status).toBe(200);
      const found = paymentOf(answer);
      if (!isSo(found)) throw new Error(`it is ${found.status}: ${answer.text}`);
      return found;
    }, PROVIDER_WITHIN_MS);

  const eventsOf = async (orderId: string): Promise<string[]> => {
    const { body } = await client.get(`/api/orders/${orderId}/events`);
    return (body as { data: { type: string }[] }).data.map(({ type }) => type);
  };

  /** Refused, and neither the order nor any of its payments has changed. */
  async function refused(
    orderId: string,
    send: () => Promise<ApiAnswer>,
    refusal: Refusal,
  ): Promise<ApiAnswer> {
    const look = async () => {
      const found = await client.get(`/api/orders/${orderId}`);
      return [found.headers['etag'], found.text, await eventsOf(orderId)];
    };
    await traces(pool);
    const before = await look();
    const answer = await expectRefusal(api, send, refusal);
    expect(await look()).toEqual(before);
    return answer;
  }

  return {
    /** Somebody else of the same tenant. */
    colleague: (): Promise<ApiClient> => api.connect(),
    ...{ order, payment, atRest, place, placePaid, placeHeld, onOrder, onPayment, amend },
    ...{ syncUntil, eventsOf, refused },
  };
}

/** What a fulfilment or a return was named, in the order of their making. */
export const fulfilmentIdOf = ({ fulfilments }: OrderView, index = -1): string =>
  fulfilments.at(index)!.fulfilmentId;
export const returnIdOf = ({ returns }: OrderView): string => returns.at(-1)!.returnId;
