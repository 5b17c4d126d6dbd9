import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { line, orderBody, orderOf, pay, placeOrder, settledOrder, usd } from '../support/api-samples.ts';
import {
  expectProblem,
  expectRefusal,
  problemOf,
  startApi,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';

const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const MAX_AMOUNT = 999_999_999_999;

let api: Api;
let client: ApiClient;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect();
});
afterAll(() => api.stop());

const invalid = (...pointers: string[]) =>
  ({ status: 422, code: 'validation-failed', errors: pointers.map((pointer) => `body ${pointer}`) }) as const;

/** The body of a valid order as text, with one part of it written another way. */
const written = (part: string, otherwise: string): string => {
  const text = JSON.stringify(orderBody({ items: [line({ discount: usd(7) })] }));
  expect(text).toContain(part);
  return text.replace(part, otherwise);
};

describe('a body that is not JSON is refused', () => {
  it.each([
    ['nothing', ''],
    ['spaces', '  \n'],
    ['half an object', '{"customerId":'],
    ['a comma too many', '{"customerId":"c",}'],
    ['single quotes', "{'customerId':'c'}"],
    ['a comment', '{} // an order'],
    ['two documents', '{}{}'],
    ['a byte order mark', `\uFEFF${JSON.stringify(orderBody())}`],
    ['a bare word', 'order'],
    ['NaN', written('1000', 'NaN')],
    ['a leading zero', written('1000', '01000')],
    ['a leading plus', written('1000', '+1000')],
    ['a hexadecimal number', written('1000', '0x10')],
    ['a number that stops at its point', written('1000', '1000.')],
    ['a line break in a text', written('Teapot', 'Tea\npot')],
    ['an unfinished escape', written('Teapot', String.raw`\u12`)],
    ['bytes that are not UTF-8', Buffer.from(written('Teapot', 'Th\u00e9'), 'latin1')],
    ['31 levels that never end', '['.repeat(31)],
  ])('%s', async (_what, body) => {
    const refusal = { status: 400, code: 'malformed-json' } as const;
    await expectRefusal(api, () => client.post('/api/orders', body), refusal);
    await expectRefusal(api, () => client.post('/api/payments', body), refusal);
  });
});

describe('a body that is not an object is refused', () => {
  it.each(['null', '[]', '"order"', '1', 'true', '1.5', '-0', `${'['.repeat(32)}${']'.repeat(32)}`])(
    '%.20s',
    async (body) => {
      await expectRefusal(api, () => client.post('/api/orders', body), invalid(''));
      await expectRefusal(api, () => client.post('/api/payments', body), invalid(''));
    },
  );

  it('is one that is missing', async () => {
    await expectRefusal(api, () => client.send({ method: 'POST', url: '/api/orders' }), invalid(''));
    await expectRefusal(api, () => client.send({ method: 'POST', url: '/api/payments' }), invalid(''));
  });
});

describe('a body of another type is refused', () => {
  it.each([
    'text/plain',
    'text/json',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/merge-patch+json',
    'application',
    '',
  ])('"%s"', async (contentType) => {
    const headers = { 'content-type': contentType };
    const refusal = { status: 415, code: 'unsupported-media-type' } as const;
    await expectRefusal(api, () => client.post('/api/orders', orderBody(), headers), refusal);
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
  ])('but not "%s"', async (contentType) => {
    const answer = await client.post('/api/orders', orderBody(), { 'content-type': contentType });
    expect(answer.status).toBe(201);
  });
});

const LIMIT = 256 * 1024;
const padded = (bytes: number): string => {
  const text = JSON.stringify(orderBody());
  return text + ' '.repeat(bytes - text.length);
};

describe('a body that is too large is refused', () => {
  const refusal = { status: 413, code: 'body-too-large' } as const;
  it('over 256 KiB, by a byte', async () => {
    await expectRefusal(api, () => client.post('/api/orders', padded(LIMIT + 1)), refusal);
    expect((await client.post('/api/orders', padded(LIMIT))).status).toBe(201);
  });

  it('with a million items', async () => {
    const million = `{"customerId":"c","items":[${'{},'.repeat(999_999)}{}]}`;
    await expectRefusal(api, () => client.post('/api/orders', million), refusal);
  });

  it('whatever it says of its own length', async () => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    await expectRefusal(
      api,
      () => client.send({ method: 'POST', url: '/api/orders', headers, payload: padded(LIMIT + 1) }),
      refusal,
    );
  });
});

describe('a number that is not written as an integer is refused', () => {
  it.each(['10.5', '10.0', '1e3', '1E+3', '1E-3', '-0.0', '0e0', '1000.000', '1e400', '-1e3'])(
    '%s',
    async (number) => {
      const post = (body: string) => client.post('/api/orders', body);
      await expectRefusal(
        api,
        () => post(written(':1000,', `:${number},`)),
        invalid('/items/0/unitPrice/amount'),
      );
      await expectRefusal(
        api,
        () => post(written(':7,', `:${number},`)),
        invalid('/items/0/discount/amount'),
      );
      await expectRefusal(
        api,
        () => post(written('"quantity":1,', `"quantity":${number},`)),
        invalid('/items/0/quantity'),
      );
      await expectRefusal(
        api,
        () => post(written('"quantity":1,', `"quantity":1,"taxRate":${number},`)),
        invalid('/items/0/taxRate'),
      );
      const { orderId } = await placeOrder(client);
      const payment = `{"orderId":"${orderId}","paymentMethod":"card","amount":{"amount":${number},"currency":"USD"}}`;
      await expectRefusal(api, () => client.post('/api/payments', payment), invalid('/amount/amount'));
    },
  );

  it.each([
    ['"customer-1"', '/customerId'],
    ['"teapot"', '/items/0/productId'],
    ['"Teapot"', '/items/0/productName'],
  ])('also where a text belongs: %s', async (text, pointer) => {
    for (const number of ['1', '1.5', '1e5']) {
      await expectRefusal(api, () => client.post('/api/orders', written(text, number)), invalid(pointer));
    }
    const { orderId } = await placeOrder(client);
    const payment = `{"orderId":"${orderId}","paymentMethod":"card","paymentToken":1e5}`;
    await expectRefusal(api, () => client.post('/api/payments', payment), invalid('/paymentToken'));
  });

  it('but minus zero is one, and nothing', async () => {
    const answer = await client.post('/api/orders', written('"quantity":1,', '"quantity":1,"taxRate":-0,'));
    expect(answer.status).toBe(201);
    expect(answer.text).toContain('"taxRate":0,');
  });

  it('but digits and points within texts are left alone', async () => {
    const name = String.raw`10.5 1e3 "10.0" \ "-0.0`;
    const order = await placeOrder(client, {
      customerId: '1.5',
      items: [line({ productName: name, productId: '1e3' })],
    });
    expect(order).toMatchObject({ customerId: '1.5', items: [{ productName: name, productId: '1e3' }] });
  });
});

describe('an amount is refused', () => {
  it.each<[string, unknown]>([
    ['that is a text', '10'],
    ['that is negative', -1],
    ['over the maximum', MAX_AMOUNT + 1],
    ['of 2^53', 2 ** 53],
    ['of 10^20', 1e20],
    ['that is null', null],
    ['that is true', true],
    ['that is a list', [10]],
    ['that is an object', { amount: 10 }],
  ])('%s', async (_what, amount) => {
    const money = { amount, currency: 'USD' };
    await expectRefusal(
      api,
      () => client.post('/api/orders', orderBody({ items: [line({ unitPrice: money })], shipping: money })),
      invalid('/items/0/unitPrice/amount', '/shipping/amount'),
    );
    await expectRefusal(api, () => pay(client, ABSENT, { amount: money }), invalid('/amount/amount'));
  });

  it.each<[string, unknown]>([
    ['a bare number', 10],
    ['a text', '10 USD'],
    ['null', null],
    ['a list', [10, 'USD']],
  ])('that is %s instead of an amount and a currency', async (_what, money) => {
    await expectRefusal(
      api,
      () => client.post('/api/orders', orderBody({ items: [line({ unitPrice: money })] })),
      invalid('/items/0/unitPrice'),
    );
    await expectRefusal(api, () => pay(client, ABSENT, { amount: money }), invalid('/amount'));
  });

  it.each<[string, unknown]>([
    ['unknown', 'USX'],
    ['in lower case', 'usd'],
    ['gold, which has no minor unit', 'XAU'],
    ['padded', 'USD '],
    ['empty', ''],
    ['numeric', '840'],
    ['a property of objects', 'constructor'],
    ['null', null],
    ['a number', 840],
  ])('in a currency that is %s', async (_what, currency) => {
    await expectRefusal(
      api,
      () => client.post('/api/orders', orderBody({ items: [line({ unitPrice: { amount: 1, currency } })] })),
      invalid('/items/0/unitPrice/currency'),
    );
    await expectRefusal(
      api,
      () => pay(client, ABSENT, { amount: { amount: 1, currency } }),
      invalid('/amount/currency'),
    );
  });
});

const refuse = (over: object, ...pointers: string[]) =>
  expectRefusal(api, () => client.post('/api/orders', orderBody(over)), invalid(...pointers));
const eur = (amount: number) => ({ amount, currency: 'EUR' });

describe('an order is refused', () => {
  it.each([
    ['a second line', { items: [line(), line({ unitPrice: eur(5) })] }, '/items/1/unitPrice'],
    ['a discount', { items: [line({ discount: eur(5) })] }, '/items/0/discount'],
    ['a shipping price', { shipping: eur(5) }, '/shipping'],
    ['nothing, but of another currency,', { shipping: eur(0) }, '/shipping'],
  ])('with %s in another currency', async (_what, over, pointer) => {
    await expectRefusal(api, () => client.post('/api/orders', orderBody(over)), {
      status: 422,
      code: 'currency-mismatch',
      errors: [`body ${pointer}`],
    });
  });

  it.each([
    ['a discount above its line', { items: [line(), line({ discount: usd(1001) })] }, '/items/1/discount'],
    [
      'a total above the maximum, by the line',
      { items: [line({ quantity: 1_000_000, unitPrice: usd(MAX_AMOUNT) })] },
      '/items',
    ],
    [
      'a total above the maximum, by the tax',
      { items: [line({ unitPrice: usd(MAX_AMOUNT), taxRate: 1 })] },
      '/items',
    ],
    [
      'a total above the maximum, by the shipping',
      { items: [line({ unitPrice: usd(MAX_AMOUNT) })], shipping: usd(1) },
      '/items',
    ],
  ])('with %s', async (_what, over, pointer) => {
    await expectRefusal(api, () => client.post('/api/orders', orderBody(over)), {
      status: 422,
      code: 'amount-invalid',
      errors: [`body ${pointer}`],
    });
  });

  it.each<[string, unknown]>([
    ['no items', []],
    ['501 items', Array.from({ length: 501 }, () => line())],
    ['items that are an object', { 0: line() }],
    ['items that are null', null],
  ])('with %s', async (_what, items) => {
    await refuse({ items }, '/items');
  });

  it.each<[string, unknown]>([
    ['0', 0],
    ['negative', -1],
    ['over a million', 1_000_001],
    ['a text', '1'],
    ['null', null],
  ])('with a quantity that is %s', async (_what, quantity) => {
    await refuse({ items: [line({ quantity })] }, '/items/0/quantity');
  });

  it.each([-1, 10_001, '2000', null])('with a tax rate of %o', async (taxRate) => {
    await refuse({ items: [line({ taxRate })] }, '/items/0/taxRate');
  });

  it.each([
    ['is empty', ''],
    ['holds U+0000', 'Tea\u0000pot'],
    ['holds a line break', 'Tea\npot'],
    ['holds an escape character', '\u001b[31mTeapot'],
    ['holds a C1 control character', 'Tea\u0085pot'],
    ['holds half a surrogate pair', 'Tea\ud83epot'],
    ['ends in half a surrogate pair', 'Teapot\ude96'],
    ['has 201 characters', 'x'.repeat(201)],
  ])('with a product name that %s', async (_what, productName) => {
    await refuse({ items: [line({ productName })] }, '/items/0/productName');
  });

  it.each([
    ['is empty', ''],
    ['has 101 characters', 'c'.repeat(101)],
    ['holds a space', 'a b'],
    ['holds a slash', 'a/b'],
    ['begins with a point', '.a'],
    ['holds U+0000', 'a\u0000'],
    ['ends in a line break', 'a\n'],
    ['is not ASCII', 'clé'],
    ['fills the body', 'x'.repeat(250_000)],
    ['fills the body with escapes', String.raw`\"`.repeat(60_000)],
  ])('with ids of which each %s', async (_what, id) => {
    await refuse({ customerId: id }, '/customerId');
    await refuse({ items: [line({ productId: id })] }, '/items/0/productId');
  });

  it.each<[string, object]>([
    ['null', { pricesIncludeTax: null }],
    ['a text', { pricesIncludeTax: 'true' }],
    ['a number', { pricesIncludeTax: 1 }],
  ])('when whether its prices include tax is %s', async (_what, over) => {
    await refuse(over, '/pricesIncludeTax');
  });

  it('with unknown properties, at whatever depth', async () => {
    await refuse(
      {
        note: 'x',
        items: [line({ colour: 'red', unitPrice: { ...usd(1), decimals: 2 } })],
        shipping: { ...usd(0), via: 'pigeon' },
      },
      '/note',
      '/items/0/colour',
      '/items/0/unitPrice/decimals',
      '/shipping/via',
    );
  });

  it.each([
    ['the id', 'orderId', ABSENT],
    ['the status', 'status', 'Confirmed'],
    ['the amount paid', 'paidAmount', usd(1000)],
    ['the totals', 'totals', {}],
    ['the tenant', 'tenantId', ABSENT],
    ['the time', 'createdAt', '2026-01-01T00:00:00Z'],
  ])('that brings %s, which is ours to say', async (_what, name, value) => {
    await refuse({ [name]: value }, `/${name}`);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', ''])(
    'with a property called "%s"',
    async (name) => {
      const property = `${JSON.stringify(name)}:{"isAdmin":true},`;
      await expectRefusal(
        api,
        () => client.post('/api/orders', written('{"customerId"', `{${property}"customerId"`)),
        invalid(`/${name}`),
      );
      await expectRefusal(
        api,
        () => client.post('/api/orders', written('{"amount":1000', `{${property}"amount":1000`)),
        invalid(`/items/0/unitPrice/${name}`),
      );
      expect({}).not.toHaveProperty('isAdmin');
    },
  );

  it('with names that a pointer must escape', async () => {
    await refuse({ 'a/b~c': 1, 'é"\\': 1 }, '/a~1b~0c', '/é"\\');
  });

  it('with everything that is wrong with it, at once', async () => {
    const body = {
      customerId: 5,
      items: [{ quantity: 0, productId: 'ok', unitPrice: { amount: -1, currency: 'usd' } }, 7],
      shipping: {},
      extra: true,
    };
    const answer = await expectRefusal(
      api,
      () => client.post('/api/orders', body),
      invalid(
        '/extra',
        '/customerId',
        '/items/0/productName',
        '/items/0/quantity',
        '/items/0/unitPrice/amount',
        '/items/0/unitPrice/currency',
        '/items/1',
        '/shipping/amount',
        '/shipping/currency',
      ),
    );
    expect(problemOf(answer).detail).toBe('9 things are wrong.');
  });

  it('with a list of what is wrong that is no longer than a person reads', async () => {
    const body = `{"customerId":"c","items":[${'{},'.repeat(80_000)}{}]}`;
    const answer = await client.post('/api/orders', body);
    expect(answer.status).toBe(422);
    expect(problemOf(answer).errors).toHaveLength(100);
    expect(problemOf(answer).detail).toMatch(/^\d{6} things are wrong; the first 100 are listed\.$/);
  });
});

const lists = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a body that nests too deep is refused', () => {
  const refusal = { status: 400, code: 'json-too-deep' } as const;

  it.each([
    ['33 levels of lists', lists(33)],
    ['33 levels of both', `${'[{"a":'.repeat(16)}[]${'}]'.repeat(16)}`],
    ['100,000 levels of lists', lists(100_000)],
    ['100,000 levels that never end', '['.repeat(100_000)],
    ['40,000 levels of objects', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['a level too many after a text with an escaped quote', `["a\\"]",${lists(32)}]`],
  ])('with %s', async (_what, deep) => {
    const answer = await expectRefusal(
      api,
      () => client.post('/api/orders', `{"customerId":"c","items":${deep}}`),
      refusal,
    );
    expect(problemOf(answer).detail).toMatch(/^Lists and objects may be nested 32 deep; at byte \d+ /);
    await expectRefusal(api, () => client.post('/api/orders', deep), refusal);
  });

  it('but not one of 32 levels, nor one that only has brackets in its texts', async () => {
    for (const [field, pointers] of [
      [lists(31), ['/items', '/x']],
      [JSON.stringify(`${'['.repeat(1_000)}"\\`), ['/items', '/x']],
      [JSON.stringify(Array.from({ length: 100 }, () => [[]])), ['/items', '/x']],
    ] as const) {
      await expectRefusal(
        api,
        () => client.post('/api/orders', `{"customerId":"c","items":[],"x":${field}}`),
        invalid(...pointers),
      );
    }
  });
});

describe('a payment is refused', () => {
  it.each<[string, object, string[]]>([
    ['without an order', { orderId: undefined }, ['/orderId']],
    ['for an id that is no UUID', { orderId: 'order-1' }, ['/orderId']],
    ['for an id that is a number', { orderId: 1 }, ['/orderId']],
    ['without a method', { paymentMethod: undefined }, ['/paymentMethod']],
    ['by a method that nobody knows', { paymentMethod: 'cash' }, ['/paymentMethod']],
    ['by a method in another case', { paymentMethod: 'Card' }, ['/paymentMethod']],
    ['with an empty token', { paymentToken: '' }, ['/paymentToken']],
    ['with a token with a space in it', { paymentToken: 'tok success' }, ['/paymentToken']],
    ['with a token that is too long', { paymentToken: 't'.repeat(101) }, ['/paymentToken']],
    ['with a token that is null', { paymentToken: null }, ['/paymentToken']],
    [
      'with unknown properties',
      { status: 'Completed', amount: { ...usd(1), x: 1 } },
      ['/status', '/amount/x'],
    ],
    ['with a card number', { cardNumber: '4242424242424242' }, ['/cardNumber']],
    ['with half an amount', { amount: { amount: 1 } }, ['/amount/currency']],
  ])('%s', async (_what, over, pointers) => {
    const { orderId } = await placeOrder(client);
    await expectRefusal(api, () => pay(client, orderId, over), invalid(...pointers));
  });
});

const invalidIn = (part: 'path' | 'query', ...names: string[]) =>
  ({ status: 422, code: 'validation-failed', errors: names.map((name) => `${part} /${name}`) }) as const;

describe('an id', () => {
  it.each([
    ['no UUID', 'order-1'],
    ['a number', '42'],
    ['a UUID that is too long', `${ABSENT}0`],
    ['a UUID without its dashes', ABSENT.replaceAll('-', '')],
    ['a UUID in braces', `%7B${ABSENT}%7D`],
    ['a UUID with something behind it', `${ABSENT}%00`],
    ['a UUID with a line break behind it', `${ABSENT}%0A`],
    ['SQL', "1'%20or%20'1'='1"],
    ['a way up', '..%2F..%2Fetc'],
    ['half a surrogate pair', '%EF%BF%BD'],
  ])('in the path is refused when it is %s', async (_what, id) => {
    await expectRefusal(api, () => client.get(`/api/orders/${id}`), invalidIn('path', 'orderId'));
    await expectRefusal(api, () => client.get(`/api/orders/${id}/events`), invalidIn('path', 'orderId'));
    await expectRefusal(api, () => client.get(`/api/payments/${id}`), invalidIn('path', 'paymentId'));
    await expectRefusal(api, () => client.get(`/api/payments?orderId=${id}`), invalidIn('query', 'orderId'));
  });

  it.each([
    ['absent', ABSENT],
    ['the nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['the greatest UUID', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ])('that is %s is found nowhere', async (_what, id) => {
    const order = { status: 404, code: 'order-not-found' } as const;
    await expectRefusal(api, () => client.get(`/api/orders/${id}`), order);
    await expectRefusal(api, () => client.get(`/api/orders/${id}/events`), order);
    await expectRefusal(api, () => pay(client, id), order);
    await expectRefusal(api, () => client.get(`/api/payments/${id}`), {
      status: 404,
      code: 'payment-not-found',
    });
  });

  it('may be written in upper case', async () => {
    const { orderId } = await placeOrder(client);
    expect(await client.get(`/api/orders/${orderId.toUpperCase()}`)).toMatchObject({
      status: 200,
      body: { orderId },
    });
    expect(await pay(client, orderId.toUpperCase())).toMatchObject({ status: 201, body: { orderId } });
  });
});

describe('a query is refused', () => {
  it.each<[string, string, string[]]>([
    ['an unknown parameter', 'colour=red', ['/colour']],
    ['a parameter in another case', 'Limit=5', ['/Limit']],
    ['a parameter of the prototype', '__proto__=x&constructor=y', ['/__proto__', '/constructor']],
    ['a parameter twice', 'limit=1&limit=2', ['/limit']],
    ['a filter twice', 'customerId=a&customerId=b', ['/customerId']],
    ['a status twice', 'status=Created&status=Created', ['/status']],
    ['a limit of 0', 'limit=0', ['/limit']],
    ['a limit of 101', 'limit=101', ['/limit']],
    ['a negative limit', 'limit=-1', ['/limit']],
    ['a limit with a point', 'limit=1.5', ['/limit']],
    ['a limit that is no number', 'limit=ten', ['/limit']],
    ['an empty limit', 'limit=', ['/limit']],
    ['an endless limit', `limit=${'9'.repeat(400)}`, ['/limit']],
    ['a status that nobody knows', 'status=Paid', ['/status']],
    ['an empty status', 'status=', ['/status']],
    ['a payment status that nobody knows', 'paymentStatus=paid', ['/paymentStatus']],
    ['a customer with U+0000', 'customerId=%00', ['/customerId']],
    ['an empty customer', 'customerId=', ['/customerId']],
    ['a cursor that is too long', `cursor=${'x'.repeat(501)}`, ['/cursor']],
    ['several at once', 'limit=0&status=x&a=1', ['/limit', '/status', '/a']],
  ])('with %s', async (_what, query, pointers) => {
    await expectRefusal(api, () => client.get(`/api/orders?${query}`), {
      status: 422,
      code: 'validation-failed',
      errors: pointers.map((pointer) => `query ${pointer}`),
    });
  });

  it('wherever it means nothing', async () => {
    const { orderId } = await placeOrder(client);
    await expectRefusal(
      api,
      () => client.get(`/api/orders/${orderId}?version=1`),
      invalidIn('query', 'version'),
    );
    await expectRefusal(
      api,
      () => client.get(`/api/orders/${orderId}/events?after=1`),
      invalidIn('query', 'after'),
    );
    await expectRefusal(api, () => client.get(`/api/payments/${ABSENT}?as=1`), invalidIn('query', 'as'));
    await expectRefusal(
      api,
      () => client.get(`/api/payments?orderId=${ABSENT}&limit=1`),
      invalidIn('query', 'limit'),
    );
    await expectRefusal(api, () => client.get('/api/daily-sales?day=1'), invalidIn('query', 'day'));
    await expectRefusal(api, () => client.get('/api/daily-sales?limit=1001'), invalidIn('query', 'limit'));
    await expectRefusal(
      api,
      () => client.post('/api/orders?retry=1', orderBody()),
      invalidIn('query', 'retry'),
    );
    await expectRefusal(
      api,
      () => client.post('/api/payments?retry=1', { orderId, paymentMethod: 'card' }),
      invalidIn('query', 'retry'),
    );
    await expectRefusal(api, () => client.get('/api/payments?outcome=known'), invalidIn('query', 'outcome'));
  });
});

describe('a path', () => {
  it.each(['/api/orders/%', '/api/orders/%zz', '/api/orders/%FF', '/%c0%ae', '/api/payments/%E0%A4'])(
    'that is no URL is refused: %s',
    async (url) => {
      await expectRefusal(api, () => client.get(url), { status: 400, code: 'malformed-url' });
    },
  );

  it.each([101, 5_000])('with an id of %d characters is refused', async (length) => {
    const id = 'a'.repeat(length);
    for (const url of [`/api/orders/${id}`, `/api/orders/${id}/events`, `/api/payments/${id}`]) {
      await expectRefusal(api, () => client.get(url), { status: 414, code: 'uri-too-long' });
    }
  });

  it.each([
    '/x',
    '/api',
    '/api/order',
    '/api/orders/x/y/z',
    '//api/orders',
    '/API/ORDERS',
    '/api/orders;a=b',
  ])('that leads nowhere is refused: %s', async (url) => {
    await expectRefusal(api, () => client.get(url), { status: 404, code: 'not-found' });
    await expectRefusal(api, () => client.post(url, '{'), { status: 404, code: 'not-found' });
    await expectRefusal(api, () => client.post(url, 'x', { 'content-type': 'text/plain' }), {
      status: 404,
      code: 'not-found',
    });
  });
});

describe('what a client wants to get', () => {
  const NOT_JSON = [
    'text/html',
    'application/xml',
    'application/jsonp',
    'image/*, text/*;q=0.5',
    'application/json-seq',
    'json',
  ];

  it.each(NOT_JSON)('is refused when it is only %s', async (accept) => {
    const refusal = { status: 406, code: 'not-acceptable' } as const;
    await expectRefusal(api, () => client.get('/api/orders', { accept }), refusal);
    await expectRefusal(api, () => client.post('/api/orders', orderBody(), { accept }), refusal);
  });

  it.each([
    '*/*',
    'application/json',
    'Application/JSON',
    'application/*',
    'text/html, application/json;q=0.9',
    'application/problem+json',
    'application/json; charset=utf-8',
  ])('is JSON when it says %s', async (accept) => {
    expect((await client.get('/api/orders', { accept })).status).toBe(200);
  });

  it('does not matter to health checks', async () => {
    expect((await client.get('/livez', { accept: 'text/plain' })).status).toBe(200);
  });
});

const ALLOWED: readonly (readonly [string, string])[] = [
  ['/api/orders', 'GET, HEAD, OPTIONS, POST'],
  [`/api/orders/${ABSENT}`, 'GET, HEAD, OPTIONS, PATCH'],
  [`/api/orders/${ABSENT}/cancel`, 'OPTIONS, POST'],
  [`/api/orders/${ABSENT}/events`, 'GET, HEAD, OPTIONS'],
  ['/api/payments', 'GET, HEAD, OPTIONS, POST'],
  [`/api/payments/${ABSENT}`, 'GET, HEAD, OPTIONS'],
  ['/api/daily-sales', 'GET, HEAD, OPTIONS'],
  ['/livez', 'GET, HEAD, OPTIONS'],
  ['/readyz', 'GET, HEAD, OPTIONS'],
  ['/problems', 'GET, HEAD, OPTIONS'],
  ['/problems/forbidden', 'GET, HEAD, OPTIONS'],
  ['/openapi.json', 'GET, HEAD, OPTIONS'],
  ['/asyncapi.json', 'GET, HEAD, OPTIONS'],
];

describe('another method', () => {
  it.each(ALLOWED)('at %s is refused with those that are known', async (url, allow) => {
    const known = allow.split(', ');
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      if (known.includes(method)) continue;
      const answer = await expectRefusal(api, () => client.send({ method, url }), {
        status: 405,
        code: 'method-not-allowed',
      });
      expect(answer.headers['allow']).toBe(allow);
    }
  });

  it.each(ALLOWED)('at %s is named by OPTIONS', async (url, allow) => {
    const answer = await client.send({ method: 'OPTIONS', url, headers: { origin: 'https://shop.example' } });
    expect(answer.status).toBe(204);
    expect(answer.headers['allow']).toBe(allow);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each([
    ['application/json', '{'],
    ['text/plain', 'hello'],
    ['application/json', ' '.repeat(300_000)],
  ])('is refused before its body is looked at (%s)', async (contentType, payload) => {
    const headers = { 'content-type': contentType };
    await expectRefusal(api, () => client.send({ method: 'PUT', url: '/api/orders', headers, payload }), {
      status: 405,
      code: 'method-not-allowed',
    });
  });

  it('is not chosen by a header', async () => {
    const answer = await client.post('/api/orders', orderBody(), { 'x-http-method-override': 'DELETE' });
    expect(answer.status).toBe(201);
  });
});

describe('HEAD', () => {
  it('tells what GET would, without a body', async () => {
    const { orderId } = await placeOrder(client);
    await settledOrder(client, orderId);
    for (const url of ['/api/orders', `/api/orders/${orderId}`, '/api/orders/x', '/livez', '/problems/x']) {
      const [head, get] = [await client.send({ method: 'HEAD', url }), await client.get(url)];
      expect(head.status).toBe(get.status);
      expect(head.text).toBe('');
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      expect(head.headers['etag']).toBe(get.headers['etag']);
    }
  });
});

describe('every answer', () => {
  it('has a request id of its own, whatever the client sends', async () => {
    const sent = { 'x-request-id': 'mine', 'request-id': 'mine' };
    const answers = await Promise.all(
      ['/api/orders', '/api/orders/x', '/api/nothing', '/api/orders/%', '/livez'].map((url) =>
        client.get(url, sent),
      ),
    );
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(ids).not.toContain('mine');
    expect(new Set(ids).size).toBe(answers.length);
  });

  const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

  it('belongs to the caller’s trace', async () => {
    const traceparent = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
    for (const url of ['/api/orders/x', '/api/nothing', '/api/orders/%']) {
      expect(problemOf(await client.get(url, { traceparent })).traceId).toBe(TRACE_ID);
    }
  });

  it('has its events in the caller’s trace, also those that follow from them', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${traceId}-b7ad6b7169203331-00`;
    const { orderId } = orderOf(await client.post('/api/orders', orderBody(), { traceparent }));
    await pay(client, orderId, {}, { traceparent });
    await settledOrder(client, orderId);
    const { rows } = await api.database.pool.query<{ metadata: Record<string, string> }>(
      `select metadata from event where metadata->>'correlationId' = $1 order by position`,
      [traceId],
    );
    expect(rows).toHaveLength(11);
    for (const { metadata } of rows) {
      expect(metadata['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
      expect(metadata['traceparent']).not.toBe(traceparent);
    }
  });

  it.each([
    'nonsense',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    `00-${TRACE_ID}-0000000000000000-01`,
    `00-${TRACE_ID.toUpperCase()}-00f067aa0ba902b7-01`,
    `ff-${TRACE_ID}-00f067aa0ba902b7-01`,
    `00-${TRACE_ID}-00f067aa0ba902b7-01-extra`,
  ])('begins a trace of its own when the caller’s is not valid: %s', async (traceparent) => {
    const { traceId } = problemOf(await client.get('/api/nothing', { traceparent }));
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(TRACE_ID);
  });

  it('gives away nothing of what is inside when something fails there', async () => {
    await api.database.pool.query('alter table order_summary rename column state to state_gone');
    try {
      expectProblem(await client.get('/api/orders'), { status: 500, code: 'internal-error' });
    } finally {
      await api.database.pool.query('alter table order_summary rename column state_gone to state');
    }
    expect((await client.get('/api/orders')).status).toBe(200);
  });
});
