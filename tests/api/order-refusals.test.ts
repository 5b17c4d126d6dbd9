import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import { line, orderOf, pay, usd } from '../support/api-samples.ts';
import { expectRefusal, problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { etagOf, fulfilmentIdOf, stepsOf, type Steps } from '../support/api-steps.ts';

const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const eur = (amount: number) => ({ amount, currency: 'EUR' });

let api: Api;
let client: ApiClient;
let steps: Steps;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

type Code = Parameters<Steps['refused']>[2]['code'];
const conflict = (code: Code) => ({ status: 409, code }) as const;
const invalid = (code: Code, pointer: string) =>
  ({ status: 422, code, errors: [`body ${pointer}`] }) as const;

const cancelled = async (): Promise<OrderView> => {
  const { orderId } = await steps.place();
  await steps.onOrder(orderId, 'cancel');
  return steps.atRest(orderId);
};
const paid = async (): Promise<OrderView> => (await steps.placePaid()).order;
const setAside = async (): Promise<OrderView> => {
  const { orderId } = await paid();
  return orderOf(await steps.onOrder(orderId, 'fulfilments'));
};
const shipped = async (): Promise<OrderView> => {
  const { orderId, fulfilments } = await setAside();
  return orderOf(await steps.onOrder(orderId, `fulfilments/${fulfilments[0]!.fulfilmentId}/ship`));
};

describe('an order that does not exist', () => {
  it.each([
    'cancel',
    'fulfilments',
    `fulfilments/${ABSENT}/ship`,
    `fulfilments/${ABSENT}/deliver`,
    `fulfilments/${ABSENT}/cancel`,
    'returns',
    `returns/${ABSENT}/receive`,
  ])('is not found: POST %s', async (what) => {
    const refusal = { status: 404, code: 'order-not-found' } as const;
    await expectRefusal(api, () => steps.onOrder(ABSENT, what), refusal);
    await expectRefusal(api, () => steps.onOrder(ABSENT, what, {}, { 'if-match': '"1"' }), refusal);
    const { paymentId } = await steps.placePaid();
    await expectRefusal(api, () => steps.onOrder(paymentId, what), refusal);
  });

  it('is not found: PATCH', async () => {
    await expectRefusal(
      api,
      () => client.patch(`/api/orders/${ABSENT}`, { shipping: usd(1) }, { 'if-match': '*' }),
      { status: 404, code: 'order-not-found' },
    );
  });
});

describe('an order is not amended', () => {
  it('once it was cancelled', async () => {
    const order = await cancelled();
    const send = () => steps.amend(order, { shipping: usd(1) });
    await steps.refused(order.orderId, send, conflict('order-not-amendable'));
  });

  it('once its fulfilment has begun', async () => {
    const order = await setAside();
    const send = () => steps.amend(order, { shipping: usd(1) });
    await steps.refused(order.orderId, send, conflict('order-not-amendable'));
  });

  it('once money was given back for it', async () => {
    const { order, paymentId } = await steps.placePaid();
    await steps.onPayment(paymentId, 'refunds', { amount: usd(1) });
    const now = await steps.atRest(order.orderId);
    const send = () => steps.amend(now, { shipping: usd(1) });
    await steps.refused(order.orderId, send, conflict('order-not-amendable'));
  });

  it('to cost less than what is held for it', async () => {
    const { order } = await steps.placeHeld();
    const send = () => steps.amend(order, { items: [line({ unitPrice: usd(999) })] });
    const answer = await steps.refused(order.orderId, send, conflict('order-not-amendable'));
    expect(problemOf(answer).detail).toContain('an open payment claims more than the new total');
  });

  it.each<[string, object, Code, string]>([
    [
      'a line it does not have',
      { items: [line(), { ...line(), lineId: '7' }] },
      'line-unknown',
      '/items/1/lineId',
    ],
    [
      'a line twice',
      {
        items: [
          { ...line(), lineId: '1' },
          { ...line(), lineId: '1' },
        ],
      },
      'amount-invalid',
      '/items/1/lineId',
    ],
    [
      'a discount above its line',
      { items: [line({ discount: usd(1001) })] },
      'amount-invalid',
      '/items/0/discount',
    ],
    [
      'a total above the maximum',
      { items: [line({ quantity: 1_000_000, unitPrice: usd(9e8) })] },
      'amount-invalid',
      '/items',
    ],
    [
      'another currency',
      { items: [line({ unitPrice: eur(5) })], shipping: eur(0) },
      'currency-mismatch',
      '/items/0/unitPrice',
    ],
    [
      'a mix of currencies',
      { items: [line(), line({ unitPrice: eur(5) })] },
      'currency-mismatch',
      '/items/1/unitPrice',
    ],
    ['shipping in another currency', { shipping: eur(5) }, 'currency-mismatch', '/shipping'],
    ['nothing', {}, 'validation-failed', ''],
    ['no line', { items: [] }, 'validation-failed', '/items'],
    ['what is not to be amended', { customerId: 'other' }, 'validation-failed', '/customerId'],
  ])('with %s', async (_what, body, code, pointer) => {
    const order = await steps.place();
    await steps.refused(order.orderId, () => steps.amend(order, body), invalid(code, pointer));
  });
});

describe('an order is not cancelled', () => {
  it('while a shipment of it is prepared, or has left', async () => {
    for (const order of [await setAside(), await shipped()]) {
      const send = () => steps.onOrder(order.orderId, 'cancel');
      await steps.refused(order.orderId, send, conflict('order-not-cancellable'));
    }
  });

  it('once it is completed', async () => {
    const order = await shipped();
    await steps.onOrder(order.orderId, `fulfilments/${fulfilmentIdOf(order)}/deliver`);
    const send = () => steps.onOrder(order.orderId, 'cancel');
    const answer = await steps.refused(order.orderId, send, conflict('order-not-cancellable'));
    expect(problemOf(answer).detail).toContain('Completed');
  });
});

describe('an order is not fulfilled', () => {
  it.each<[string, () => Promise<OrderView>]>([
    ['before it is paid', () => steps.place()],
    ['after it was cancelled', cancelled],
    [
      'once what was held for it was let go of',
      async () => {
        const { order, paymentId } = await steps.placeHeld();
        await steps.onPayment(paymentId, 'void');
        return steps.atRest(order.orderId);
      },
    ],
    [
      'once it has become dearer',
      async () => {
        const order = await paid();
        return orderOf(await steps.amend(order, { shipping: usd(1) }));
      },
    ],
  ])('%s', async (_when, prepare) => {
    const { orderId } = await prepare();
    const send = () => steps.onOrder(orderId, 'fulfilments');
    await steps.refused(orderId, send, conflict('order-not-fulfillable'));
  });

  it.each<[string, object, Code, string]>([
    ['a line it does not have', { items: [{ lineId: '9', quantity: 1 }] }, 'line-unknown', '/items/0/lineId'],
    [
      'more than was ordered',
      { items: [{ lineId: '1', quantity: 4 }] },
      'quantity-exceeds-available',
      '/items/0/quantity',
    ],
    [
      'more than was ordered, in two parts',
      {
        items: [
          { lineId: '1', quantity: 2 },
          { lineId: '1', quantity: 2 },
        ],
      },
      'quantity-exceeds-available',
      '/items/1/quantity',
    ],
    ['no unit', { items: [{ lineId: '1', quantity: 0 }] }, 'validation-failed', '/items/0/quantity'],
    ['no line', { items: [] }, 'validation-failed', '/items'],
    ['more than is known', { carrier: 'x' }, 'validation-failed', '/carrier'],
  ])('with %s', async (_what, body, code, pointer) => {
    const { orderId } = await paid();
    await steps.refused(orderId, () => steps.onOrder(orderId, 'fulfilments', body), invalid(code, pointer));
  });

  it('when nothing is left of it', async () => {
    const { orderId } = await setAside();
    const refusal = invalid('quantity-exceeds-available', '/items');
    await steps.refused(orderId, () => steps.onOrder(orderId, 'fulfilments'), refusal);
  });
});

describe('a fulfilment', () => {
  const STEPS = ['ship', 'deliver', 'cancel'] as const;

  it('that the order does not have is not found', async () => {
    const { orderId } = await setAside();
    for (const step of STEPS) {
      const send = () => steps.onOrder(orderId, `fulfilments/${ABSENT}/${step}`);
      await steps.refused(orderId, send, { status: 404, code: 'fulfilment-not-found' });
    }
  });

  it('does not arrive before it is shipped, nor at all once it was given up', async () => {
    const { orderId, fulfilments } = await setAside();
    const step = (what: string) => () =>
      steps.onOrder(orderId, `fulfilments/${fulfilments[0]!.fulfilmentId}/${what}`);
    const refusal = conflict('fulfilment-not-in-state');
    const answer = await steps.refused(orderId, step('deliver'), refusal);
    expect(problemOf(answer).detail).toBe('It is Created; it must be Shipped.');
    await step('cancel')();
    for (const what of ['ship', 'deliver']) await steps.refused(orderId, step(what), refusal);
  });

  it('is not given up once it has left', async () => {
    const order = await shipped();
    const step = (what: string) =>
      steps.onOrder(order.orderId, `fulfilments/${fulfilmentIdOf(order)}/${what}`);
    await steps.refused(order.orderId, () => step('cancel'), conflict('fulfilment-not-in-state'));
    await step('deliver');
    await steps.refused(order.orderId, () => step('cancel'), conflict('fulfilment-not-in-state'));
  });
});

describe('a return', () => {
  it('is not of what was never shipped', async () => {
    const { orderId } = await setAside();
    await steps.refused(orderId, () => steps.onOrder(orderId, 'returns'), conflict('order-not-returnable'));
  });

  it.each<[string, object, Code, string]>([
    [
      'a line the order does not have',
      { items: [{ lineId: 'x', quantity: 1 }] },
      'line-unknown',
      '/items/0/lineId',
    ],
    [
      'more than was shipped',
      { items: [{ lineId: '2', quantity: 3 }] },
      'quantity-exceeds-available',
      '/items/0/quantity',
    ],
  ])('is not of %s', async (_what, body, code, pointer) => {
    const { orderId } = await shipped();
    await steps.refused(orderId, () => steps.onOrder(orderId, 'returns', body), invalid(code, pointer));
  });

  it('is not of what is on its way back already', async () => {
    const { orderId } = await shipped();
    await steps.onOrder(orderId, 'returns');
    const refusal = invalid('quantity-exceeds-available', '/items');
    await steps.refused(orderId, () => steps.onOrder(orderId, 'returns'), refusal);
  });

  it('that was not announced is not received', async () => {
    const { orderId } = await shipped();
    const send = () => steps.onOrder(orderId, `returns/${ABSENT}/receive`);
    await steps.refused(orderId, send, { status: 404, code: 'return-not-found' });
  });
});

describe('a cancelled order', () => {
  it('takes no payment', async () => {
    const order = await cancelled();
    expect(etagOf(order)).toBe(etagOf(await steps.order(order.orderId)));
    await steps.refused(order.orderId, () => pay(client, order.orderId), conflict('order-not-payable'));
  });
});
