import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/api/problem.ts';
import { asInjected, type ApiAnswer } from '../support/api-contract.ts';
import { line, orderBody, orderOf, placeOrder, timeless, usd } from '../support/api-samples.ts';
import { problemOf, startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';

const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

let api: Api;
let client: ApiClient;
let orderId: string;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
  ({ orderId } = await placeOrder(client));
});
afterAll(() => api.stop());

type Item = { quantity: number; price: number; discount: number; taxRate: number };
type Request = { currency: string; items: Item[]; pricesIncludeTax: boolean; shipping: number };

const item: fc.Arbitrary<Item> = fc
  .record({
    quantity: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 10_000 })),
    price: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 1_000_000 })),
    taxRate: fc.oneof(
      fc.constantFrom(0, 550, 700, 1_900, 2_000, 10_000),
      fc.integer({ min: 0, max: 10_000 }),
    ),
    discounted: fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ discounted, ...rest }) => ({
    ...rest,
    discount: Math.floor(rest.quantity * rest.price * discounted),
  }));

const request: fc.Arbitrary<Request> = fc.record({
  currency: fc.constantFrom('USD', 'JPY', 'KWD', 'CLF'),
  items: fc.array(item, { minLength: 1, maxLength: 6 }),
  pricesIncludeTax: fc.boolean(),
  shipping: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
});

function toBody({ currency, items, pricesIncludeTax, shipping }: Request) {
  const money = (amount: number) => ({ amount, currency });
  return orderBody({
    pricesIncludeTax,
    shipping: money(shipping),
    items: items.map(({ quantity, price, discount, taxRate }) =>
      line({ quantity, taxRate, unitPrice: money(price), discount: money(discount) }),
    ),
  });
}

/** The nearest integer, the higher of two. */
const nearest = (numerator: bigint, denominator: bigint): bigint => {
  const below = numerator / denominator;
  return 2n * (numerator - below * denominator) >= denominator ? below + 1n : below;
};

/** What the order costs, by the book and not by our code. */
function costOf({ items, pricesIncludeTax, shipping }: Request): bigint {
  const lines = items.map(({ quantity, price, discount, taxRate }) => {
    const charged = BigInt(quantity) * BigInt(price) - BigInt(discount);
    return pricesIncludeTax ? charged : charged + nearest(charged * BigInt(taxRate), 10_000n);
  });
  return lines.reduce((sum, cost) => sum + cost, BigInt(shipping));
}

describe('whatever is ordered', () => {
  it('costs what it should, is read as it was answered, and is stored so', async () => {
    const costs = new Map<string, bigint>();
    await fc.assert(
      fc.asyncProperty(request, async (wanted) => {
        const answer = await client.post('/api/orders', toBody(wanted));
        const order = orderOf(answer);
        const cost = costOf(wanted);
        expect(answer.status).toBe(201);
        expect(BigInt(order.totals.grand.amount)).toBe(cost);
        expect(order.dueAmount).toEqual({ amount: Number(cost), currency: wanted.currency });
        expect(order.status).toBe(cost === 0n ? 'Confirmed' : 'Created');
        const { items, discount, tax, shipping, grand } = order.totals;
        expect(items.amount - discount.amount + tax.amount + shipping.amount).toBe(grand.amount);
        const found = orderOf(await client.get(`/api/orders/${order.orderId}`));
        expect(timeless(found)).toEqual(timeless(order));
        costs.set(order.orderId, cost);
      }),
      { numRuns: 150 },
    );

    await traces(api.database.pool);
    const { rows } = await api.database.pool.query<{ order_id: string; total_minor: bigint }>(
      'select order_id, total_minor from order_summary where order_id = any($1)',
      [[...costs.keys()]],
    );
    expect(new Map(rows.map((row) => [row.order_id, row.total_minor]))).toEqual(costs);
  });
});

/** An answer is a success of the operation, or a problem that is the client's doing. */
function expectSound(answer: ApiAnswer, ...successes: number[]): void {
  if (successes.includes(answer.status)) return;
  const { code } = problemOf(answer);
  expect(Object.keys(PROBLEMS)).toContain(code);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
}

const validOrder = orderBody({ items: [line({ discount: usd(5), taxRate: 700 }), line()], shipping: usd(9) });
const validPayment = () => ({
  orderId,
  amount: usd(1),
  paymentMethod: 'card',
  paymentToken: 'tok_declined',
});

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    -1,
    0,
    2 ** 53,
    1e21,
    1.5,
    '10',
    [],
    {},
    [[]],
    '\u0000',
    '\ud800',
    'usd',
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

type Mutation = {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'add';
  readonly value: unknown;
  readonly name: string;
};

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(40),
  how: fc.constantFrom('replace', 'remove', 'add'),
  value: oddValue,
  name: fc.oneof(fc.constantFrom('__proto__', 'constructor', 'amount', 'note'), fc.string()),
});

/** The value with one of its parts, counted from the outside in, changed. */
function mutated(whole: unknown, { at, how, value, name }: Mutation): unknown {
  let count = 0;
  const visit = (part: unknown): unknown => {
    const isHere = count++ === at;
    if (isHere && how === 'replace') return value;
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).map(([key, inner]) => [key, visit(inner)] as const);
    const kept = isHere && how === 'remove' ? entries.slice(1) : entries;
    if (Array.isArray(part)) return kept.map(([, inner]) => inner);
    return Object.fromEntries(isHere && how === 'add' ? [...kept, [name, value]] : kept);
  };
  return visit(whole);
}

const damage = fc.record({
  at: fc.nat(400),
  cut: fc.nat(3),
  insert: fc.string({ unit: 'binary', maxLength: 4 }),
});
const damaged = (text: string, { at, cut, insert }: { at: number; cut: number; insert: string }): string =>
  text.slice(0, at % text.length) + insert + text.slice((at % text.length) + cut);

const bodyFrom = (valid: () => object): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    {
      weight: 3,
      arbitrary: fc
        .array(mutation, { minLength: 1, maxLength: 3 })
        .map((mutations) => JSON.stringify(mutations.reduce(mutated, valid()) ?? null)),
    },
    { weight: 2, arbitrary: damage.map((how) => damaged(JSON.stringify(valid()), how)) },
  );

const RUNS = 300;

describe('whatever is sent', () => {
  it('as an order is placed or refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        bodyFrom(() => validOrder),
        async (body) => {
          expectSound(await client.post('/api/orders', body), 201);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('as a payment is made or refused', async () => {
    await fc.assert(
      fc.asyncProperty(bodyFrom(validPayment), async (body) => {
        expectSound(await client.post('/api/payments', body), 201);
      }),
      { numRuns: RUNS },
    );
  });

  it('as bytes is placed or refused', async () => {
    const valid = Buffer.from(JSON.stringify(validOrder));
    await fc.assert(
      fc.asyncProperty(fc.nat(valid.length - 1), fc.nat(255), async (at, byte) => {
        const body = Buffer.from(valid);
        body[at] = byte;
        expectSound(await client.post('/api/orders', body), 201);
      }),
      { numRuns: 150 },
    );
  });

  it('as an id or a path is found or refused', async () => {
    const segment = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }).map((text) => encodeURIComponent(text)),
      fc.stringMatching(/^[%0-9a-fA-F.~;:@-]{1,40}$/),
      fc.uuid(),
      fc.constantFrom(orderId, ABSENT, '..'),
    );
    const path = fc.tuple(fc.constantFrom('/api/orders/', '/api/payments/', '/problems/', '/api/'), segment);
    await fc.assert(
      fc.asyncProperty(path, fc.constantFrom('', '/events'), async ([prefix, id], suffix) => {
        const url = `${prefix}${id}${suffix}`;
        fc.pre(asInjected(url) !== '/api/events'); // a stream, which does not end
        expectSound(await client.get(url), 200, 302); // `/problems/..` is `/`
      }),
      { numRuns: 200 },
    );
  });

  it('as a query is answered or refused', async () => {
    const digits = fc.stringMatching(/^[-+.eEx0-9 ]{1,12}$/);
    const time = fc
      .tuple(fc.date({ noInvalidDate: true }), fc.constantFrom('Z', '+14:00', '-23:59', '+00:00', '', 'z'))
      .map(([date, offset]) => date.toISOString().slice(0, -1) + offset);
    const value = fc.oneof(
      digits,
      time,
      fc.string({ unit: 'binary' }),
      fc.constantFrom('Created', 'Paid', '20'),
    );
    const name = fc.constantFrom(
      'limit',
      'status',
      'paymentStatus',
      'customerId',
      'createdAfter',
      'createdBefore',
      'cursor',
      'x',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 }),
        async (parameters) => {
          const query = parameters.map(([key, text]) => `${key}=${encodeURIComponent(text)}`).join('&');
          for (const url of ['/api/orders', '/api/daily-sales'])
            expectSound(await client.get(`${url}?${query}`), 200);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('as headers is taken or refused', async () => {
    const text = fc.oneof(fc.stringMatching(/^[\x20-\x7e]{0,60}$/), fc.stringMatching(/^[\x20-\xff]{0,60}$/));
    const name = fc.constantFrom(
      'idempotency-key',
      'if-none-match',
      'traceparent',
      'accept',
      'authorization',
      'content-type',
      'prefer',
    );
    await fc.assert(
      fc.asyncProperty(name, text, async (header, value) => {
        expectSound(await client.post('/api/orders', orderBody(), { [header]: value }), 201);
        expectSound(await client.get(`/api/orders/${orderId}`, { [header]: value }), 200, 304);
      }),
      { numRuns: 150 },
    );
  });
});
