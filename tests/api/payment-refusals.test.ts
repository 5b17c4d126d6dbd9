import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreedMoney } from '../support/api-books.ts';
import { pay, paymentOf, usd } from '../support/api-samples.ts';
import { expectRefusal, problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';

const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const EUR = { amount: 1, currency: 'EUR' };

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

describe('a payment that does not exist', () => {
  it.each(['capture', 'void', 'sync', 'refunds'])('is not found: POST %s', async (what) => {
    const refusal = { status: 404, code: 'payment-not-found' } as const;
    await expectRefusal(api, () => steps.onPayment(ABSENT, what), refusal);
    const { orderId } = await steps.place();
    await expectRefusal(api, () => steps.onPayment(orderId, what), refusal);
  });

  it('has no refund, and neither has one that has none of that id', async () => {
    await expectRefusal(api, () => client.get(`/api/payments/${ABSENT}/refunds/${ABSENT}`), {
      status: 404,
      code: 'payment-not-found',
    });
    const { order, paymentId } = await steps.placePaid();
    const send = () => client.get(`/api/payments/${paymentId}/refunds/${ABSENT}`);
    await steps.refused(order.orderId, send, { status: 404, code: 'refund-not-found' });
  });
});

/** Payments as they come to be, each with its status. */
const IN_STATE: Readonly<Record<string, { over: object; next?: [string, object] }>> = {
  Completed: { over: {} },
  Failed: { over: { paymentToken: 'tok_declined' } },
  Voided: { over: { captureMethod: 'manual' }, next: ['void', {}] },
  PartiallyCaptured: { over: { captureMethod: 'manual' }, next: ['capture', { amount: usd(1) }] },
  Authorized: { over: { captureMethod: 'manual' } },
  Pending: { over: { paymentToken: 'tok_timeout_never_sent' } },
  RequiresAction: { over: { paymentToken: 'tok_3ds_fail' } },
};

async function paymentIn(status: string): Promise<{ orderId: string; paymentId: string }> {
  const { over, next } = IN_STATE[status]!;
  const { orderId } = await steps.place();
  const { paymentId } = paymentOf(await pay(client, orderId, over));
  await steps.atRest(orderId);
  if (next) await steps.onPayment(paymentId, ...next);
  await steps.atRest(orderId);
  expect((await steps.payment(paymentId)).status).toBe(status);
  return { orderId, paymentId };
}

describe('a payment', () => {
  it.each(['Completed', 'Failed', 'Voided', 'Pending', 'RequiresAction'])(
    'that is %s is not captured',
    async (status) => {
      const { orderId, paymentId } = await paymentIn(status);
      const send = () => steps.onPayment(paymentId, 'capture', { amount: usd(1) });
      const answer = await steps.refused(orderId, send, conflict('payment-not-capturable'));
      expect(problemOf(answer).detail).toContain(status);
    },
  );

  it.each(['Completed', 'Failed', 'Voided', 'Pending', 'PartiallyCaptured'])(
    'that is %s is not voided',
    async (status) => {
      const { orderId, paymentId } = await paymentIn(status);
      const send = () => steps.onPayment(paymentId, 'void');
      const answer = await steps.refused(orderId, send, conflict('payment-not-voidable'));
      expect(problemOf(answer).detail).toContain(status);
    },
  );

  it.each(['Failed', 'Voided', 'Pending', 'Authorized', 'RequiresAction'])(
    'that is %s is not refunded, since nothing was captured',
    async (status) => {
      const { orderId, paymentId } = await paymentIn(status);
      for (const body of [{}, { amount: usd(1) }, { items: [{ lineId: '1', quantity: 1 }] }]) {
        const send = () => steps.onPayment(paymentId, 'refunds', body);
        await steps.refused(orderId, send, conflict('payment-not-refundable'));
      }
    },
  );

  it('that was given back is not given back again', async () => {
    const { orderId, paymentId } = await paymentIn('Completed');
    await steps.onPayment(paymentId, 'refunds');
    await steps.atRest(orderId);
    const send = () => steps.onPayment(paymentId, 'refunds');
    await steps.refused(orderId, send, conflict('payment-not-refundable'));
  });
});

describe('what is asked of a payment', () => {
  it.each<[string, object, Code, string]>([
    ['more than is held', { amount: usd(1001) }, 'capture-exceeds-authorized', '/amount'],
    ['nothing', { amount: usd(0) }, 'amount-invalid', '/amount'],
    ['another currency', { amount: EUR }, 'currency-mismatch', '/amount'],
    ['half an amount', { amount: { amount: 1 } }, 'validation-failed', '/amount/currency'],
    ['whether it is final, in words', { final: 'yes' }, 'validation-failed', '/final'],
    ['more than is known', { tip: 1 }, 'validation-failed', '/tip'],
  ])('is not captured: %s', async (_what, body, code, pointer) => {
    const { orderId, paymentId } = await paymentIn('Authorized');
    await steps.refused(orderId, () => steps.onPayment(paymentId, 'capture', body), invalid(code, pointer));
  });

  it('is not captured beyond what is left', async () => {
    const { orderId, paymentId } = await paymentIn('PartiallyCaptured');
    const send = () => steps.onPayment(paymentId, 'capture', { amount: usd(1000) });
    const answer = await steps.refused(orderId, send, invalid('capture-exceeds-authorized', '/amount'));
    expect(problemOf(answer).detail).toContain('9.99 USD');
  });

  it.each<[string, object, Code, string]>([
    ['more than was captured', { amount: usd(1001) }, 'refund-exceeds-refundable', '/amount'],
    ['nothing', { amount: usd(0) }, 'amount-invalid', '/amount'],
    ['another currency', { amount: EUR }, 'currency-mismatch', '/amount'],
    [
      'a line the order does not have',
      { items: [{ lineId: '2', quantity: 1 }] },
      'line-unknown',
      '/items/0/lineId',
    ],
    [
      'more than was ordered',
      { items: [{ lineId: '1', quantity: 2 }] },
      'quantity-exceeds-available',
      '/items/0/quantity',
    ],
    [
      'lines that come to another amount than is said',
      { amount: usd(1), items: [{ lineId: '1', quantity: 1 }] },
      'amount-invalid',
      '/amount',
    ],
    ['no line', { items: [] }, 'validation-failed', '/items'],
    ['an empty reason', { reason: '' }, 'validation-failed', '/reason'],
  ])('is not refunded: %s', async (_what, body, code, pointer) => {
    const { orderId, paymentId } = await paymentIn('Completed');
    await steps.refused(orderId, () => steps.onPayment(paymentId, 'refunds', body), invalid(code, pointer));
  });

  it('is not refunded: a unit whose price went back', async () => {
    const { orderId, paymentId } = await paymentIn('Completed');
    const body = { items: [{ lineId: '1', quantity: 1 }] };
    await steps.onPayment(paymentId, 'refunds', body);
    await steps.atRest(orderId);
    const send = () => steps.onPayment(paymentId, 'refunds', body);
    await steps.refused(orderId, send, invalid('quantity-exceeds-available', '/items/0/quantity'));
  });

  it('takes no body it does not know: sync and void', async () => {
    const { orderId, paymentId } = await paymentIn('Authorized');
    const sync = () => steps.onPayment(paymentId, 'sync', { force: true });
    await steps.refused(orderId, sync, invalid('validation-failed', '/force'));
    const letGo = () => steps.onPayment(paymentId, 'void', { amount: usd(1) });
    await steps.refused(orderId, letGo, invalid('validation-failed', '/amount'));
  });
});

/** A provider without its books answers with faults. */
const renameBooks = (from: string, to: string) =>
  api.database.pool.query(`alter table simulated_provider.${from} rename to ${to}`);

describe('a payment with a request on its way to the provider', () => {
  it.each(['capture', 'void'])('takes no other one until it is known what became of it: %s', async (kind) => {
    const { orderId, paymentId } = await paymentIn('Authorized');
    await renameBooks('intent', 'intent_away');
    try {
      const answer = await steps.onPayment(paymentId, kind);
      expect(answer.status).toBe(202);
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.body).toMatchObject({ status: 'Authorized', inFlight: [kind] });
      for (const other of ['capture', 'void']) {
        const send = () => steps.onPayment(paymentId, other);
        const refused = await steps.refused(orderId, send, conflict('payment-in-flight'));
        expect(refused.headers['retry-after']).toBe('5');
        expect(problemOf(refused).detail).toContain(kind);
      }
    } finally {
      await renameBooks('intent_away', 'intent');
    }
    const ended = await steps.syncUntil(paymentId, ({ inFlight }) => inFlight.length === 0);
    expect(ended.status).toBe(kind === 'capture' ? 'Completed' : 'Voided');
    await steps.atRest(orderId);
    const captured = kind === 'capture' ? 1000 : 0;
    expect(await agreedMoney(api.database.pool, client, orderId)).toEqual({ captured, refunded: 0, held: 0 });
  });
});
