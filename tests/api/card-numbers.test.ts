import { Writable } from 'node:stream';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardNumbersIn, withoutCardNumbers } from '../../src/domain/shared/card-numbers.ts';
import { line, orderBody } from '../support/api-samples.ts';
import { expectRefusal, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { startTestService } from '../support/service.ts';

const CARD = '4242424242424242';

/** Completes digits to a number that passes Luhn. */
function withCheckDigit(digits: string): string {
  const check = Array.from({ length: 10 }, (_, digit) => digits + digit).find(
    (candidate) => luhnSum(candidate) % 10 === 0,
  );
  return check!;
}
const luhnSum = (digits: string): number =>
  [...digits]
    .toReversed()
    .map((digit, index) => Number(digit) * (index % 2 === 1 ? 2 : 1))
    .reduce((sum, value) => sum + Math.floor(value / 10) + (value % 10), 0);

const cardNumber = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 })
  .map((digits) => withCheckDigit(digits.join('')));
const written = fc
  .tuple(cardNumber, fc.constantFrom('', ' ', '-'))
  .map(([digits, separator]) => digits.replaceAll(/(\d{4})(?=\d)/g, `$1${separator}`));

describe('a card number', () => {
  it('is found however it is written and whatever stands around it', () => {
    fc.assert(
      fc.property(
        written,
        fc.constantFrom('', 'card ', '(', 'no. '),
        fc.constantFrom('', ' ok', '.', ')'),
        (number, before, after) => {
          const text = `${before}${number}${after}`;
          expect(cardNumbersIn({ deep: [text] })).toEqual(['/deep/0']);
          expect(withoutCardNumbers(text)).toBe(`${before}[card number]${after}`);
        },
      ),
    );
  });

  it('is no other number', () => {
    const others = [
      '4242424242424241',
      '123456789012',
      '0190a000-0000-7000-8000-000000000001',
      'x4242424242424242',
    ];
    for (const other of others) {
      expect(cardNumbersIn(other)).toEqual([]);
      expect(withoutCardNumbers(other)).toBe(other);
    }
  });
});

describe('a request with a card number', () => {
  let api: Api;
  let client: ApiClient;
  beforeAll(async () => {
    api = await startApi();
    client = await api.connect();
  });
  afterAll(() => api.stop());

  const post =
    (url: string, body: object, headers = {}) =>
    () =>
      client.post(url, body, headers);
  const order = { orderId: '0190a000-0000-7000-8000-000000000001', paymentMethod: 'card' };

  it.each<[string, () => ReturnType<ApiClient['send']>, string]>([
    [
      'as the token',
      () => client.post('/api/payments', { ...order, paymentToken: CARD }),
      'body /paymentToken',
    ],
    ['as a customer', () => client.post('/api/orders', orderBody({ customerId: CARD })), 'body /customerId'],
    [
      'in the name of a product',
      () =>
        client.post('/api/orders', orderBody({ items: [line({ productName: 'Gift 4242 4242 4242 4242' })] })),
      'body /items/0/productName',
    ],
    ['as a number', () => client.post('/api/payments', { ...order, card: Number(CARD) }), 'body /card'],
    ['as a name', () => client.post('/api/payments', { ...order, [CARD]: 1 }), 'body '],
    ['in the query', () => client.get(`/api/orders?customerId=${CARD}`), 'query /customerId'],
    ['in the path', () => client.get(`/api/orders/${CARD}`), 'path /orderId'],
    ['in the key', post('/api/orders', orderBody(), { 'idempotency-key': CARD }), 'header /idempotency-key'],
  ])('%s is refused, and the number not repeated', async (_where, send, error) => {
    const answer = await expectRefusal(api, send, {
      status: 422,
      code: 'validation-failed',
      errors: [error],
    });
    expect(JSON.stringify(answer.body)).not.toContain(CARD);
  });

  it('leaves no trace of it in the log', async () => {
    const lines: string[] = [];
    const sink = new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) });
    const service = await startTestService({ logger: pino({ level: 'debug' }, sink) });
    const { key } = await service.client('acme');
    const headers = { authorization: `Bearer ${key}` };
    await service.service.server.inject({ url: `/api/orders?customerId=${CARD}`, headers });
    await service.service.server.inject({ url: `/api/orders/${CARD}`, headers });
    await service.stop();
    expect(lines.filter((text) => text.includes('answered')).length).toBeGreaterThanOrEqual(2);
    expect(lines.join('\n')).not.toContain(CARD);
  });
});
