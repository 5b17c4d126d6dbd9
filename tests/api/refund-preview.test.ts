import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../support/api-contract.ts';
import { line, pay, paymentOf, usd } from '../support/api-samples.ts';
import { usd as money } from '../domain/samples.ts';
import { expectProblem, problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { etagOf, stepsOf, type Steps } from '../support/api-steps.ts';
import { openShop, type Shop } from '../support/client.ts';

const LIMIT = 5_000;

let api: Api;
let client: ApiClient;
let steps: Steps;
let shop: Shop;

beforeAll(async () => {
  api = await startApi({ refundApprovalAbove: [money(LIMIT)] });
  client = await api.connect('acme');
  steps = stepsOf(api, client);
  shop = await openShop(api, await api.service.server.listen({ port: 0, host: '127.0.0.1' }), 'acme');
});
afterAll(() => api.stop());

async function paid(over: object = {}): Promise<{ orderId: string; paymentId: string }> {
  const { orderId } = await steps.place(over);
  const { paymentId } = paymentOf(await pay(client, orderId));
  await steps.atRest(orderId);
  return { orderId, paymentId };
}

/** All that was ever written by us, and asked of the provider. */
async function written(paymentId: string): Promise<unknown[]> {
  const { rows } = await api.database.pool.query(
    `select (select sum(head)::int from log_head) as head, (select count(*)::int from command) as commands,
       (select count(*)::int from simulated_provider.operation) as asked`,
  );
  return [rows, (await client.get(`/api/payments/${paymentId}`)).text];
}

/** Of an order at rest: nothing was written, nothing asked, and the payment is as it was. */
async function preview(paymentId: string, body: object, headers = {}): Promise<ApiAnswer> {
  const before = await written(paymentId);
  const answer = await steps.onPayment(paymentId, 'refunds/preview', body, headers);
  expect(await written(paymentId)).toEqual(before);
  return answer;
}

const withoutTrace = (answer: ApiAnswer): object => ({
  ...problemOf(answer),
  ...{ instance: '', traceId: '' },
});

const quantity = fc.integer({ min: 1, max: 4 });
const asked = fc.oneof(
  fc.record({ amount: fc.integer({ min: 0, max: 9_000 }).map(usd) }),
  fc.record({
    items: fc.array(fc.record({ lineId: fc.constantFrom('1', '2', '3'), quantity }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.constantFrom({}, { amount: { amount: 5, currency: 'EUR' } }, { amount: usd(1), items: [] }),
);

describe('the preview of a refund', () => {
  it('says what the refund then comes to, or refuses just as the refund does, whatever is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          discount: fc.integer({ min: 0, max: 900 }),
          taxRate: fc.integer({ min: 0, max: 3_000 }),
        }),
        fc.integer({ min: 0, max: 700 }),
        fc.array(asked, { minLength: 1, maxLength: 4 }),
        async ({ discount, taxRate }, shipping, requests) => {
          const { orderId, paymentId } = await paid({
            items: [
              line({ quantity: 3, unitPrice: usd(999), discount: usd(discount), taxRate }),
              line({ quantity: 2, unitPrice: usd(2_101), taxRate }),
            ],
            shipping: usd(shipping),
          });
          for (const body of requests) {
            const seen = await preview(paymentId, body);
            const made = await steps.onPayment(paymentId, 'refunds', body);
            await steps.atRest(orderId);
            if (seen.status !== 200) {
              expect([seen.status, withoutTrace(seen)]).toEqual([made.status, withoutTrace(made)]);
              continue;
            }
            const { amount, items, status } = made.body as {
              amount: object;
              items: object[];
              status: string;
            };
            const lines = items.length > 0 ? { lines: items } : {};
            const { refundableAfter, ...rest } = seen.body as { refundableAfter: { amount: number } };
            expect(rest).toEqual({ amount, needsApproval: status === 'AwaitingApproval', ...lines });
            const next = await preview(paymentId, {});
            if (refundableAfter.amount === 0) expectProblem(next, ALL_REFUNDED);
            else expect(next.body).toMatchObject({ amount: refundableAfter });
          }
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  }, 180_000);

  it('says that a second person will be needed', async () => {
    const { paymentId } = await paid({ items: [line({ unitPrice: usd(LIMIT + 100) })] });
    const of = (amount: number) => shop.client.previewRefund({ paymentId, amount: usd(amount) });
    expect(await of(LIMIT)).toEqual({
      ...{ amount: usd(LIMIT), refundableAfter: usd(100), needsApproval: false },
    });
    expect(await of(LIMIT + 1)).toMatchObject({ needsApproval: true, refundableAfter: usd(99) });
  });

  it('is of the version that was read', async () => {
    const { paymentId } = await paid();
    const { version } = await steps.payment(paymentId);
    const ifMatch = (tag: string) => preview(paymentId, {}, { 'if-match': tag });
    expect(await ifMatch(etagOf({ version }))).toMatchObject({
      ...{ status: 200, headers: { etag: etagOf({ version }) } },
    });
    expectProblem(await ifMatch(etagOf({ version: version + 1 })), { status: 412, code: 'version-mismatch' });
  });

  it('of lines holds, or the refund is refused: with the amount beside them no other goes back', async () => {
    const { orderId, paymentId } = await paid({
      items: [line({ unitPrice: usd(1_000) }), line({ unitPrice: usd(2_000) })],
    });
    const items = [{ lineId: '1', quantity: 1 }];
    const { body, headers } = await preview(paymentId, { items });
    const { amount } = body as { amount: object };
    expect(amount).toEqual(usd(1_000));
    const dearer = {
      items: [line({ lineId: '1', unitPrice: usd(1_500) }), line({ lineId: '2', unitPrice: usd(2_000) })],
    };
    const amended = await client.patch(`/api/orders/${orderId}`, dearer, { 'if-match': '*' });
    expect(amended.status).toBe(200);
    await steps.atRest(orderId);

    // The payment's version, and so its ETag, says nothing of the order.
    const ifMatch = { 'if-match': String(headers['etag']) };
    const asSeen = () => steps.onPayment(paymentId, 'refunds', { items, amount }, ifMatch);
    const differs = { status: 422, code: 'amount-invalid', errors: ['body /amount'] } as const;
    await steps.refused(orderId, asSeen, differs);
    expectProblem(await preview(paymentId, { items, amount }), differs);
    const inEuros = { items, amount: { amount: 1_500, currency: 'EUR' } };
    const mismatch = { status: 422, code: 'currency-mismatch', errors: ['body /amount'] } as const;
    expectProblem(await preview(paymentId, inEuros), mismatch);
    const asItIs = await steps.onPayment(paymentId, 'refunds', { items, amount: usd(1_500) });
    expect(asItIs).toMatchObject({ status: 201, body: { amount: usd(1_500), items: [{ lineId: '1' }] } });
  });

  it('of another tenant’s payment is refused', async () => {
    const { paymentId } = await paid();
    const answer = await (
      await api.connect('stranger')
    ).post(`/api/payments/${paymentId}/refunds/preview`, {});
    expectProblem(answer, { status: 404, code: 'payment-not-found' });
  });
});

const ALL_REFUNDED = { status: 409, code: 'payment-not-refundable' } as const;
