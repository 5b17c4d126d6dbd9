import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chargesOf, moneyTaken } from '../support/api-books.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import {
  line,
  orderOf,
  pay,
  paymentOf,
  paymentsOf,
  placeOrder,
  placeOrderOf,
  settledOrder,
  usd,
} from '../support/api-samples.ts';
import {
  expectProblem,
  expectRefusal,
  problemOf,
  startApi,
  traces,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';

const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

let api: Api;
let client: ApiClient;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
});
afterAll(() => api.stop());

describe('paying an order', () => {
  it('answers with the whole payment, where it is and which version', async () => {
    const { orderId } = await placeOrderOf(client, 1050);
    const answer = await pay(client, orderId);
    const { paymentId, createdAt, updatedAt } = paymentOf(answer);

    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ location: `/api/payments/${paymentId}`, etag: '"5"' });
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(answer.body).toEqual({
      paymentId,
      orderId,
      amount: usd(1050),
      paymentMethod: 'card',
      captureMethod: 'automatic',
      status: 'Completed',
      isSuccessful: true,
      authorizedAmount: usd(1050),
      capturedAmount: usd(1050),
      refundedAmount: usd(0),
      captures: [{ captureId: `${paymentId}:1`, amount: usd(1050), status: 'Succeeded' }],
      refunds: [],
      disputes: [],
      inFlight: [],
      version: 5,
      createdAt,
      updatedAt,
    });
    expect((await client.get(`/api/payments/${paymentId}`)).body).toEqual(answer.body);
    expect(await chargesOf(api.database.pool, orderId)).toEqual([
      { payment_id: paymentId, amount_minor: 1050n, outcome: 'succeeded', code: null },
    ]);
  });

  it('confirms the order', async () => {
    const { orderId } = await placeOrder(client);
    const { paymentId } = paymentOf(await pay(client, orderId));
    expect(await settledOrder(client, orderId)).toMatchObject({
      status: 'Confirmed',
      paymentStatus: 'Paid',
      paidAmount: usd(1000),
      dueAmount: usd(0),
      payments: [{ paymentId, amount: usd(1000), status: 'Completed' }],
    });
  });

  it.each(['card', 'bank_transfer', 'wallet'])('takes a %s', async (paymentMethod) => {
    const { orderId } = await placeOrder(client);
    const payment = paymentOf(await pay(client, orderId, { paymentMethod }));
    expect(payment).toMatchObject({ paymentMethod, status: 'Completed' });
  });

  it.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_nobody_knows', 'token_unknown'],
  ])('with %s is answered too: it failed, as %s', async (paymentToken, code) => {
    const { orderId } = await placeOrder(client);
    const answer = await pay(client, orderId, { paymentToken });
    const { paymentId } = paymentOf(answer);

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      amount: usd(1000),
      status: 'Failed',
      isSuccessful: false,
      error: { code },
      authorizedAmount: usd(0),
      capturedAmount: usd(0),
    });
    expect((await client.get(`/api/payments/${paymentId}`)).body).toEqual(answer.body);
    expect(await settledOrder(client, orderId)).toMatchObject({
      status: 'Created',
      paymentStatus: 'Unpaid',
      paidAmount: usd(0),
      dueAmount: usd(1000),
      payments: [{ paymentId, status: 'Failed' }],
    });
    expect(await chargesOf(api.database.pool, orderId)).toMatchObject([{ outcome: 'declined', code }]);
  });

  it('works at once after declined payments', async () => {
    const { orderId } = await placeOrder(client);
    for (const paymentToken of ['tok_declined', 'tok_insufficient_funds', 'tok_declined']) {
      expect(paymentOf(await pay(client, orderId, { paymentToken })).status).toBe('Failed');
    }
    expect(paymentOf(await pay(client, orderId))).toMatchObject({ status: 'Completed', amount: usd(1000) });
    const { paymentStatus, payments } = await settledOrder(client, orderId);
    expect(paymentStatus).toBe('Paid');
    expect(payments.map(({ status }) => status)).toEqual(['Failed', 'Failed', 'Failed', 'Completed']);
  });

  it('may be done in parts, the last of which is what is left', async () => {
    const { orderId } = await placeOrder(client);
    await pay(client, orderId, { amount: usd(400) });
    expect(await settledOrder(client, orderId)).toMatchObject({
      status: 'Created',
      paymentStatus: 'PartiallyPaid',
      paidAmount: usd(400),
      dueAmount: usd(600),
    });
    await pay(client, orderId, { amount: usd(599) });
    expect(paymentOf(await pay(client, orderId)).amount).toEqual(usd(1));
    expect(await settledOrder(client, orderId)).toMatchObject({
      status: 'Confirmed',
      paymentStatus: 'Paid',
      paidAmount: usd(1000),
      dueAmount: usd(0),
    });
    expect(await moneyTaken(api.database.pool, orderId)).toBe(1000);
  });

  it('takes the whole of the highest amount', async () => {
    const { orderId } = await placeOrderOf(client, 999_999_999_999);
    expect(paymentOf(await pay(client, orderId)).capturedAmount).toEqual(usd(999_999_999_999));
  });
});

describe('a payment is refused', () => {
  it('when the order is paid', async () => {
    const { orderId } = await placeOrder(client);
    await pay(client, orderId);
    await settledOrder(client, orderId);
    await expectRefusal(api, () => pay(client, orderId), { status: 409, code: 'order-not-payable' });
    await expectRefusal(api, () => pay(client, orderId, { amount: usd(1) }), {
      status: 409,
      code: 'order-not-payable',
    });
  });

  it('when the order was paid a moment ago', async () => {
    const { orderId } = await placeOrder(client);
    await pay(client, orderId);
    expectProblem(await pay(client, orderId), { status: 409, code: 'order-not-payable' });
    expect(await moneyTaken(api.database.pool, orderId)).toBe(1000);
  });

  it('when it is more than is due', async () => {
    const { orderId } = await placeOrder(client);
    const refusal = { status: 422, code: 'payment-exceeds-due', errors: ['body /amount'] } as const;
    await expectRefusal(api, () => pay(client, orderId, { amount: usd(1001) }), refusal);
    await pay(client, orderId, { amount: usd(300) });
    await settledOrder(client, orderId);
    const answer = await expectRefusal(api, () => pay(client, orderId, { amount: usd(701) }), refusal);
    expect(problemOf(answer).detail).toContain('7.00 USD');
  });

  it('when it is in another currency', async () => {
    const { orderId } = await placeOrder(client);
    await expectRefusal(api, () => pay(client, orderId, { amount: { amount: 1, currency: 'EUR' } }), {
      status: 422,
      code: 'currency-mismatch',
      errors: ['body /amount'],
    });
  });

  it('when it is of nothing', async () => {
    const { orderId } = await placeOrder(client);
    await expectRefusal(api, () => pay(client, orderId, { amount: usd(0) }), {
      status: 422,
      code: 'amount-invalid',
      errors: ['body /amount'],
    });
  });

  it('when there is no such order', async () => {
    await expectRefusal(api, () => pay(client, ABSENT), { status: 404, code: 'order-not-found' });
  });

  it('when what it names as the order is a payment', async () => {
    const { orderId } = await placeOrder(client);
    const { paymentId } = paymentOf(await pay(client, orderId));
    await expectRefusal(api, () => pay(client, paymentId), { status: 404, code: 'order-not-found' });
  });
});

describe('reading payments', () => {
  it('lists those of one order, oldest first', async () => {
    const { orderId } = await placeOrder(client);
    await pay(client, (await placeOrder(client)).orderId);
    const made = [
      await pay(client, orderId, { paymentToken: 'tok_declined' }),
      await pay(client, orderId, { amount: usd(1) }),
      await pay(client, orderId),
    ];
    await traces(api.database.pool);
    const answer = await client.get(`/api/payments?orderId=${orderId}`);
    expect(answer.status).toBe(200);
    expect(paymentsOf(answer)).toEqual(made.map(paymentOf));
  });

  it('lists none of an order without payments, nor of one that is absent', async () => {
    const { orderId } = await placeOrder(client);
    for (const id of [orderId, ABSENT]) {
      expect(paymentsOf(await client.get(`/api/payments?orderId=${id}`))).toEqual([]);
    }
  });

  it('answers 304 to its entity tag', async () => {
    const { orderId } = await placeOrder(client);
    const paid = await pay(client, orderId);
    const { paymentId } = paymentOf(paid);
    const known = await client.get(`/api/payments/${paymentId}`, {
      'if-none-match': String(paid.headers['etag']),
    });
    expect(known.status).toBe(304);
    expect((await client.get(`/api/payments/${paymentId}`, { 'if-none-match': '"1"' })).status).toBe(200);
  });

  it('finds no payment under the id of an order, and no order under that of a payment', async () => {
    const { orderId } = await placeOrder(client);
    const { paymentId } = paymentOf(await pay(client, orderId));
    const wrong = [
      [`/api/payments/${orderId}`, 'payment-not-found'],
      [`/api/orders/${paymentId}`, 'order-not-found'],
      [`/api/orders/${paymentId}/events`, 'order-not-found'],
    ] as const;
    for (const [url, code] of wrong) await expectRefusal(api, () => client.get(url), { status: 404, code });
  });
});

const statusesOf = (answers: readonly ApiAnswer[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const outcome = answer.status === 201 ? paymentOf(answer).status : problemOf(answer).code;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
};

const REFUSED_IN_A_RACE = [
  'order-not-payable',
  'payment-already-claimed',
  'payment-exceeds-due',
  'concurrent-change',
];

describe('many payments of one order at once', () => {
  it('take its money once', async () => {
    const { orderId } = await placeOrder(client);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, number) =>
        pay(client, orderId, {}, { 'idempotency-key': `race-${number}` }),
      ),
    );
    const { Completed, ...refused } = statusesOf(answers);
    expect(Completed).toBe(1);
    expect(REFUSED_IN_A_RACE).toEqual(expect.arrayContaining(Object.keys(refused)));
    expect(await chargesOf(api.database.pool, orderId)).toHaveLength(1);
    expect(await moneyTaken(api.database.pool, orderId)).toBe(1000);
    expect(await settledOrder(client, orderId)).toMatchObject({
      paymentStatus: 'Paid',
      paidAmount: usd(1000),
    });
  });

  it('never take more than is due, in whatever parts', async () => {
    const { orderId } = await placeOrder(client);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, number) => pay(client, orderId, { amount: usd(110 + number) })),
    );
    const taken = answers
      .filter(({ status }) => status === 201)
      .reduce((sum, answer) => sum + paymentOf(answer).capturedAmount.amount, 0);
    const { Completed, ...refused } = statusesOf(answers);
    expect(Completed).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(1000);
    expect(REFUSED_IN_A_RACE).toEqual(expect.arrayContaining(Object.keys(refused)));
    expect(await moneyTaken(api.database.pool, orderId)).toBe(taken);
    expect(await settledOrder(client, orderId)).toMatchObject({
      paidAmount: usd(taken),
      dueAmount: usd(1000 - taken),
    });
  });

  it('leave what declined ones claimed to the others', async () => {
    const { orderId } = await placeOrder(client);
    const tokens = ['tok_declined', 'tok_success', 'tok_insufficient_funds'];
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 30 }, (_, number) => pay(client, orderId, { paymentToken: tokens[number % 3] })),
      );
    }
    await settledOrder(client, orderId);
    await pay(client, orderId);
    expect(await settledOrder(client, orderId)).toMatchObject({
      paymentStatus: 'Paid',
      paidAmount: usd(1000),
    });
    expect(await moneyTaken(api.database.pool, orderId)).toBe(1000);
  });

  it('do not hold up each other’s orders', async () => {
    const orders = await Promise.all(Array.from({ length: 40 }, () => placeOrder(client)));
    const answers = await Promise.all(orders.map(({ orderId }) => pay(client, orderId)));
    expect(statusesOf(answers)).toEqual({ Completed: 40 });
  });
});

/** A provider without its books answers with faults. */
const renameBooks = (from: string, to: string) =>
  api.database.pool.query(`alter table simulated_provider.${from} rename to ${to}`);

describe('a payment whose outcome is unknown', () => {
  it('is pending, claims its money, and is brought to its end by the same request', async () => {
    const { orderId } = await placeOrder(client);
    const request = () =>
      pay(
        client,
        orderId,
        { paymentToken: 'tok_timeout_then_success' },
        { 'idempotency-key': 'provider-was-away' },
      );

    const first = await request();
    await renameBooks('intent', 'intent_away');
    try {
      const { paymentId } = paymentOf(first);
      expect(first.status).toBe(202);
      expect(first.headers).toMatchObject({ 'retry-after': '5', location: `/api/payments/${paymentId}` });
      expect(first.body).toMatchObject({ status: 'Pending', isSuccessful: null, capturedAmount: usd(0) });
      expect((await client.get(`/api/payments/${paymentId}`)).body).toEqual(first.body);
      expect(orderOf(await client.get(`/api/orders/${orderId}`))).toMatchObject({
        status: 'Created',
        paymentStatus: 'Pending',
        dueAmount: usd(1000),
        payments: [{ paymentId, status: 'Pending' }],
      });

      const other = await pay(client, orderId);
      expectProblem(other, { status: 409, code: 'payment-already-claimed' });
      expect(other.headers['retry-after']).toBe('1');
      const again = await request();
      expect(again.status).toBe(202);
      expect(again.body).toEqual(first.body);
    } finally {
      await renameBooks('intent_away', 'intent');
    }

    const last = await request();
    expect(last.status).toBe(201);
    expect(last.body).toMatchObject({ status: 'Completed', capturedAmount: usd(1000) });
    expect((await request()).body).toEqual(last.body);
    expect(await moneyTaken(api.database.pool, orderId)).toBe(1000);
    expect(await settledOrder(client, orderId)).toMatchObject({ paymentStatus: 'Paid' });
  });
});

describe('daily sales', () => {
  it('count the orders and the payments of the tenant, by currency', async () => {
    const tenant = await api.connect('shop-with-sales');
    const first = await placeOrderOf(tenant, 1000);
    await placeOrderOf(tenant, 500);
    const yen = { amount: 70, currency: 'JPY' };
    await placeOrder(tenant, { items: [line({ unitPrice: yen })] });
    await pay(tenant, first.orderId, { paymentToken: 'tok_declined' });
    await pay(tenant, first.orderId, { amount: usd(600) });
    await traces(api.database.pool);

    const answer = await tenant.get('/api/daily-sales');
    const sums = {
      ordersCreated: 1,
      orderedAmount: '70',
      paymentsSucceeded: 0,
      paymentsFailed: 0,
      paidAmount: '0',
    };
    const day = first.createdAt.slice(0, 10);
    expect(answer.body).toEqual({
      data: [
        { ...sums, day, currency: 'JPY' },
        {
          day,
          currency: 'USD',
          ordersCreated: 2,
          orderedAmount: '1500',
          paymentsSucceeded: 1,
          paymentsFailed: 1,
          paidAmount: '600',
        },
      ],
    });
    expect((await (await api.connect('shop-without-sales')).get('/api/daily-sales')).body).toEqual({
      data: [],
    });
  });
});
