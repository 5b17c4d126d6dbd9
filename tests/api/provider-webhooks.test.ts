import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../support/api-contract.ts';
import { expectProblem, expectRefusal, problemOf, startApi, type Api } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { bodyOf, deliver, inboxOf, signerOn, WEBHOOKS, type Message } from '../support/provider-webhooks.ts';

let api: Api;
let sign: Awaited<ReturnType<typeof signerOn>>;
beforeAll(async () => {
  api = await startApi();
  sign = await signerOn(api.database.pool);
});
afterAll(() => api.stop());

const inbox = () => inboxOf(api.database.pool);
const MINUTE_MS = 60_000;
const minutesFromNow = (minutes: number): Date => new Date(Date.now() + minutes * MINUTE_MS);

type Headers = Record<string, string>;
const without = (headers: Headers, name: string): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

/** Refused with this problem, and nothing is stored. */
async function refused(send: () => Promise<ApiAnswer>, status: number, code: string): Promise<ApiAnswer> {
  const before = await inbox();
  const answer = await expectRefusal(api, send, { status, code } as Parameters<typeof expectRefusal>[2]);
  expect(await inbox()).toEqual(before);
  return answer;
}

const SIGNATURE_WRONG = [400, 'webhook-signature-invalid'] as const;

describe('a provider’s webhook', () => {
  it('is answered once it is stored, and looked into at once', async () => {
    const body = bodyOf();
    const headers = sign({ body });
    const answer = await deliver(api, body, headers);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { received: true } });
    const { paymentId } = JSON.parse(body) as { paymentId: string };
    const mine = { event_id: headers['webhook-id'], provider: 'simulated', payment_id: paymentId };
    expect((await inbox()).at(-1)).toMatchObject(mine);
    await eventually(async () => {
      const { rows } = await api.database.pool.query(
        'select problem from provider_webhook where event_id = $1',
        [headers['webhook-id']],
      );
      expect(rows).toEqual([{ problem: `there is no payment ${paymentId} here` }]);
    });
  });

  it('that comes again is answered like the first, and kept once', async () => {
    const body = bodyOf();
    const headers = sign({ body });
    const before = await inbox();
    const answers = [await deliver(api, body, headers), await deliver(api, body, headers)];
    answers.push(...(await Promise.all([1, 2, 3, 4].map(() => deliver(api, body, headers)))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await inbox()).toHaveLength(before.length + 1);
  });

  it.each<[string, Partial<Message>]>([
    ['another secret', { secret: Buffer.from('another secret') }],
    ['a time six minutes ago', { at: minutesFromNow(-6) }],
    ['a time six minutes from now', { at: minutesFromNow(6) }],
  ])('signed with %s is refused', async (_what, over) => {
    const body = bodyOf();
    await refused(() => deliver(api, body, sign({ body, ...over })), ...SIGNATURE_WRONG);
  });

  it.each<[string, number]>([
    ['four minutes ago', -4],
    ['four minutes from now', 4],
  ])('signed %s is taken: clocks differ', async (_what, minutes) => {
    const body = bodyOf();
    expect((await deliver(api, body, sign({ body, at: minutesFromNow(minutes) }))).status).toBe(200);
  });

  it('whose body was altered is refused, be it by a byte or by its layout', async () => {
    const body = bodyOf();
    for (const altered of [body.replace('succeeded', 'succeedeD'), `${body} `, `${body}\n`, ''])
      await refused(() => deliver(api, altered, sign({ body })), ...SIGNATURE_WRONG);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s is refused', async (name) => {
    const body = bodyOf();
    await refused(() => deliver(api, body, without(sign({ body }), name)), ...SIGNATURE_WRONG);
  });

  it.each([
    ['webhook-id', 'evt_of_another_message'],
    ['webhook-timestamp', String(Math.floor(Date.now() / 1_000) + 100)],
    ['webhook-timestamp', 'now'],
    ['webhook-signature', 'v1,'],
    ['webhook-signature', 'v1'],
    ['webhook-signature', 'v2,AAAA'],
  ])('whose %s is %s is refused', async (name, value) => {
    const body = bodyOf();
    const answer = await refused(
      () => deliver(api, body, { ...sign({ body }), [name]: value }),
      ...SIGNATURE_WRONG,
    );
    expect(problemOf(answer).detail).not.toContain(value);
  });

  it('with several signatures is believed if one of them is right', async () => {
    const body = bodyOf();
    const headers = sign({ body });
    const wrong = sign({ body, secret: Buffer.from('the secret before') })['webhook-signature'];
    const both = { ...headers, 'webhook-signature': `${wrong} ${headers['webhook-signature']}` };
    expect((await deliver(api, body, both)).status).toBe(200);
    const none = { ...sign({ body }), 'webhook-signature': `${wrong} ${wrong}` };
    await refused(() => deliver(api, body, none), ...SIGNATURE_WRONG);
  });

  it.each([
    'hello',
    '',
    'null',
    '[]',
    '"text"',
    '{"type":"x"',
    '{"paymentId":"p"}',
    '{"type":1,"paymentId":"p"}',
  ])('that is signed and says %j cannot be read', async (body) => {
    await refused(() => deliver(api, body, sign({ body })), 400, 'webhook-unreadable');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/vnd.provider+json; charset=utf-8',
  ])('is taken byte for byte as %s too', async (type) => {
    const body = `${bodyOf()}\r\n`;
    const answer = await deliver(api, body, { ...sign({ body }), 'content-type': type });
    expect(answer.status).toBe(200);
  });

  it('is taken without a content type', async () => {
    const body = bodyOf();
    expect((await deliver(api, body, without(sign({ body }), 'content-type'))).status).toBe(200);
  });

  it('whose content type is none at all is refused, as documented', async () => {
    const body = bodyOf();
    const answer = await deliver(api, body, { ...sign({ body }), 'content-type': 'application/json/json' });
    expectProblem(answer, { status: 415, code: 'unsupported-media-type' });
  });

  it('of more than 256 KiB is refused', async () => {
    const body = JSON.stringify({ type: 'x'.repeat(256 * 1024), paymentId: '' });
    await refused(() => deliver(api, body, sign({ body })), 413, 'body-too-large');
  });

  it('of a provider that is not configured is not found, signed or not', async () => {
    const body = bodyOf();
    const url = '/api/psp/stripe/webhooks';
    await refused(() => deliver(api, body, sign({ body }), url), 404, 'not-found');
    await refused(() => deliver(api, body, {}, url), 404, 'not-found');
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'] as const)('is posted: %s is refused', async (method) => {
    const answer = await refused(
      () => api.anonymous.send({ method, url: WEBHOOKS }),
      405,
      'method-not-allowed',
    );
    expect(answer.headers['allow']).toBe('OPTIONS, POST');
  });
});

describe('a provider’s webhook that cannot be stored', () => {
  it('is answered with a fault, and taken when it comes again', async () => {
    const { pool } = api.database;
    const body = bodyOf();
    const headers = sign({ body });
    const before = await inbox();
    await pool.query('alter table provider_webhook rename to provider_webhook_away');
    const failed = await deliver(api, body, headers);
    await pool.query('alter table provider_webhook_away rename to provider_webhook');
    expectProblem(failed, { status: 500, code: 'internal-error' });
    expect(await inbox()).toEqual(before);
    expect((await deliver(api, body, headers)).status).toBe(200);
    expect(await inbox()).toHaveLength(before.length + 1);
  });
});
