import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ConnectionError,
  createClient,
  ProblemError,
  type Client,
  type ClientOptions,
} from '../../packages/client/src/client.ts';
import { verifyWebhook } from '../../packages/client/src/webhooks.ts';
import { PROBLEMS, type ProblemCode } from '../../src/api/problem.ts';
import { orderBody } from '../support/api-samples.ts';

afterEach(() => vi.useRealTimers());

type Answer = Response | Error | ((signal: AbortSignal) => Promise<Response>);

const json = (body: unknown, init: ResponseInit = {}): Response => Response.json(body, init);
const problem = (code: ProblemCode, headers: Record<string, string> = {}): Response =>
  new Response(
    JSON.stringify({ type: `/problems/${code}`, ...PROBLEMS[code], code, instance: '/', traceId: '' }),
    {
      status: PROBLEMS[code].status,
      headers: { 'content-type': 'application/problem+json', ...headers },
    },
  );

/** A client whose requests are answered by these in turn; the last one goes on. */
function answeredBy(answers: readonly Answer[], options: Partial<ClientOptions> = {}) {
  const sent: { readonly url: string; readonly init: RequestInit; readonly headers: Headers }[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const answer = answers[Math.min(sent.length, answers.length - 1)]!;
    sent.push({ url: String(url), init, headers: new Headers(init.headers) });
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer.clone() : answer(init.signal!);
  };
  const client = createClient({ baseUrl: 'https://shop.example.com/op/', apiKey: 'key', fetch, ...options });
  return { client, sent };
}

const hanging = (signal: AbortSignal): Promise<Response> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

const failure = (request: Promise<unknown>): Promise<unknown> =>
  request.then(
    () => undefined,
    (error: unknown) => error,
  );

const create = (client: Client): Promise<unknown> => client.createOrder(orderBody());
const revoke = (client: Client): Promise<unknown> => client.revokeApiKey({ keyId: 'k' });
const read = (client: Client): Promise<unknown> => client.getOrder({ orderId: 'o' });

describe('a request of the client', () => {
  it('has its fields where the API wants them', async () => {
    const { client, sent } = answeredBy([json({})]);
    await client.capturePayment(
      { paymentId: 'a/b', final: true },
      { idempotencyKey: 'k-1', ifMatch: 4, maxRetries: 0 },
    );
    await client.getOrder({ orderId: 'o', at: '2026-01-31T12:00:00+01:00' });
    const [capture, order] = sent;
    expect(capture).toMatchObject({
      url: 'https://shop.example.com/op/api/payments/a%2Fb/capture',
      init: { method: 'POST', body: '{"final":true}' },
    });
    expect(Object.fromEntries(capture!.headers)).toMatchObject({
      authorization: 'Bearer key',
      'idempotency-key': 'k-1',
      'if-match': '"4"',
    });
    expect(order!.url).toBe('https://shop.example.com/op/api/orders/o?at=2026-01-31T12%3A00%3A00%2B01%3A00');
    expect(order!.headers.has('idempotency-key')).toBe(false);
  });

  it('from a page of the service goes by its cookie, with the token when it changes something', async () => {
    const known: string[] = [];
    const page = { baseUrl: '', apiKey: undefined, csrfToken: () => known.at(-1) };
    const { client, sent } = answeredBy([json({})], page);
    await read(client);
    await client.openSession({ link: 'l' });
    known.push('a token');
    await read(client);
    await create(client);
    await client.endSession();
    expect(sent.map(({ url }) => url)).toContain('/api/session');
    for (const { init, headers } of sent) {
      expect(init.credentials).toBe('same-origin');
      expect(headers.has('authorization')).toBe(false);
    }
    const tokens = sent.map(({ headers }) => headers.get('x-csrf-token'));
    expect(tokens).toEqual([null, null, null, 'a token', 'a token']);
  });

  it('with a key says nothing of cookies', async () => {
    const { client, sent } = answeredBy([json({})], { csrfToken: () => 'a token' });
    await create(client);
    expect(sent[0]!.init).not.toHaveProperty('credentials');
    expect(sent[0]!.headers.get('authorization')).toBe('Bearer key');
    expect(sent[0]!.headers.has('x-csrf-token')).toBe(false);
  });

  it('is not sent to another path when an id is missing', async () => {
    const { client, sent } = answeredBy([json({})]);
    expect(await failure(client.getOrder({ orderId: '' }))).toBeInstanceOf(TypeError);
    expect(sent).toEqual([]);
  });

  it('asks for the key before each attempt', async () => {
    let asked = 0;
    const apiKey = async (): Promise<string> => `key-${++asked}`;
    const { client, sent } = answeredBy([problem('overloaded'), json({})], { apiKey });
    await read(client);
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer key-1', 'Bearer key-2']);
  });
});

describe('a request that fails', () => {
  const lost = new TypeError('fetch failed');
  const gateway = new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } });

  it.each<[string, (client: Client) => Promise<unknown>, Answer, number]>([
    ['a read whose answer is lost', read, lost, 3],
    ['a read that something in between answers', read, gateway, 3],
    ['a read while the service is overloaded', read, problem('overloaded'), 3],
    ['a read that finds nothing', read, problem('order-not-found'), 1],
    ['a read that the service fails at', read, problem('internal-error'), 1],
    ['a command with a key whose answer is lost', create, lost, 3],
    ['a command with a key that is in flight', create, problem('idempotency-key-in-use'), 3],
    ['a command with a key that comes too often', create, problem('too-many-streams'), 3],
    ['a command with a key that is refused', create, problem('order-not-payable'), 1],
    [
      'a command with a key that has to wait for long',
      create,
      problem('unavailable', { 'retry-after': '61' }),
      1,
    ],
    ['a command without a key whose answer is lost', revoke, lost, 1],
    ['a command without a key while the service is overloaded', revoke, problem('overloaded'), 1],
  ])('is sent as often as is safe and of use: %s', async (_, request, answer, times) => {
    const { client, sent } = answeredBy([answer], { maxRetries: 2 });
    const error = await failure(request(client));
    expect(sent).toHaveLength(times);
    expect(error).toBeInstanceOf(
      answer instanceof Response && answer !== gateway ? ProblemError : ConnectionError,
    );
    const keys = sent.map(({ headers }) => headers.get('idempotency-key') ?? undefined);
    expect(new Set(keys)).toEqual(new Set([(error as ProblemError).idempotencyKey]));
  });

  it('waits as long as the service asks for, and else not for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { client, sent } = answeredBy([problem('unavailable', { 'retry-after': '30' }), lost, json({})]);
    const order = read(client);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1 + 250 + 500);
    expect(await order).toEqual({});
    expect(sent).toHaveLength(3);
  });

  it('says how long to wait, whether by seconds or by date', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    for (const [text, least, most] of [
      ['5', 5, 5],
      [inAMinute, 50, 60],
      ['soon', undefined, undefined],
    ] as const) {
      const { client } = answeredBy([problem('archived', { 'retry-after': text })], { maxRetries: 0 });
      const { retryAfterSeconds } = (await failure(read(client))) as ProblemError;
      if (least === undefined) expect(retryAfterSeconds).toBeUndefined();
      else {
        expect(retryAfterSeconds).toBeGreaterThanOrEqual(least);
        expect(retryAfterSeconds).toBeLessThanOrEqual(most);
      }
    }
  });

  it('is given up when its time is over', async () => {
    const { client, sent } = answeredBy([hanging, json({ orderId: 'o' })], { timeoutMs: 20 });
    expect(await read(client)).toEqual({ orderId: 'o' });
    expect(sent).toHaveLength(2);
    const error = await failure(answeredBy([hanging], { timeoutMs: 20, maxRetries: 0 }).client.live());
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).cause).toMatchObject({ name: 'TimeoutError' });
  });

  it('ends with the signal, while it is sent and while it waits', async () => {
    const stop = new AbortController();
    const { client, sent } = answeredBy([problem('overloaded', { 'retry-after': '60' })]);
    const waiting = failure(client.getOrder({ orderId: 'o' }, { signal: stop.signal }));
    const flying = failure(answeredBy([hanging]).client.live({}, { signal: stop.signal }));
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    const reason = new Error('the customer left');
    stop.abort(reason);
    expect([await waiting, await flying]).toEqual([reason, reason]);
    expect(await failure(client.getOrder({ orderId: 'o' }, { signal: stop.signal }))).toBe(reason);
    expect(sent).toHaveLength(1);
  });
});

describe('a webhook', () => {
  const secret = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;
  const other = `whsec_${Buffer.from('another secret of 32 bytes .....').toString('base64')}`;
  const body = '{"type": "order.paid.v1", "timestamp": "2026-01-01T00:00:00.000Z", "data": {"price": "5 €"}}';

  /** As the service's own library signs it. */
  const signed = (secrets: readonly string[], sentAt = new Date()): Record<string, string> => ({
    'webhook-id': 'message-1',
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
    'webhook-signature': secrets.map((one) => new Webhook(one).sign('message-1', sentAt, body)).join(' '),
  });

  it.each([
    ['text', body, signed([secret])],
    ['bytes', Buffer.from(body), signed([secret])],
    ['headers of a fetch', body, new Headers(signed([secret]))],
    ['two signatures while the secret changes', body, signed([other, secret])],
    [
      'a signature of a later scheme beside it',
      body,
      { ...signed([secret]), 'webhook-signature': `v2,! ${signed([secret])['webhook-signature']}` },
    ],
  ])('is taken when its signature is right: %s', async (_, text, headers) => {
    expect(await verifyWebhook({ body: text, headers }, secret)).toEqual(JSON.parse(body));
  });

  it.each<[string, string, Record<string, string>]>([
    ['another secret', body, signed([other])],
    ['another body', body.replace('5', '6'), signed([secret])],
    ['another id', body, { ...signed([secret]), 'webhook-id': 'message-2' }],
    ['an old message', body, signed([secret], new Date(Date.now() - 301_000))],
    ['one of the future', body, signed([secret], new Date(Date.now() + 3_600_000))],
    ['no time', body, { ...signed([secret]), 'webhook-timestamp': 'now' }],
    ['no signature', body, { ...signed([secret]), 'webhook-signature': 'v1,' }],
    ['no base64', body, { ...signed([secret]), 'webhook-signature': 'v1,…' }],
    ['no headers', body, {}],
  ])('is refused: %s', async (_, text, headers) => {
    await expect(verifyWebhook({ body: text, headers }, secret)).rejects.toMatchObject({
      name: 'WebhookSignatureError',
    });
  });

  it.each(['', 'whsec_', 'whsec_…', 'secret'])(
    'needs a secret as the API gives it, not "%s"',
    async (wrong) => {
      const headers = signed([secret]);
      await expect(verifyWebhook({ body, headers }, wrong)).rejects.toBeInstanceOf(TypeError);
    },
  );
});
