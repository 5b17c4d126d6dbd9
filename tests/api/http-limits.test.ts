import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/api/problem.ts';
import { ordersOf, orderBody } from '../support/api-samples.ts';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { answersUntilClosed, openSocket, portOf, sendRaw, type RawAnswer } from '../support/raw-http.ts';

const CONNECTIONS_MAX = 20;

let api: Api;
let client: ApiClient;
let port: number;
let head: string;

beforeAll(async () => {
  const http = {
    ...{ connectionsMax: CONNECTIONS_MAX, checkEveryMs: 50 },
    ...{ headersTimeoutMs: 300, requestTimeoutMs: 600, answerTimeoutMs: 300 },
  };
  api = await startApi({ limits: { http } });
  client = await api.connect();
  await api.service.server.listen({ port: 0, host: '127.0.0.1' });
  port = portOf(api.service.server);
  head = `POST /api/orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${client.key}\r\ncontent-type: application/json\r\n`;
});
afterAll(() => api.stop());

function expectProblem(answers: readonly RawAnswer[], code: ProblemCode): void {
  expect(answers.map(({ status }) => status)).toEqual([PROBLEMS[code].status]);
  const { headers, body } = answers[0]!;
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json', connection: 'close' });
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(body)).toMatchObject({
    ...PROBLEMS[code],
    code,
    type: `/problems/${code}`,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
}

/** What an attacker would like to see as the next request of somebody else. */
const SMUGGLED = 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n';

const AMBIGUOUS: readonly (readonly [string, string])[] = [
  [
    'Content-Length and Transfer-Encoding',
    `content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding and Content-Length',
    `transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n`,
  ],
  ['two Content-Lengths', 'content-length: 2\r\ncontent-length: 9\r\n\r\n{}'],
  ['the same Content-Length twice', 'content-length: 2\r\ncontent-length: 2\r\n\r\n{}'],
  ['a list as Content-Length', 'content-length: 2, 2\r\n\r\n{}'],
  ['a signed Content-Length', 'content-length: +2\r\n\r\n{}'],
  ['a negative Content-Length', 'content-length: -2\r\n\r\n{}'],
  ['a Content-Length in hexadecimal', 'content-length: 0x2\r\n\r\n{}'],
  ['a space before a colon', 'content-length : 2\r\n\r\n{}'],
  ['a folded header', 'x-folded: a\r\n b\r\ncontent-length: 2\r\n\r\n{}'],
  ['a folded Content-Length', 'content-length:\r\n 2\r\n\r\n{}'],
  ['a header that ends in a bare LF', 'x-bare: a\ncontent-length: 2\r\n\r\n{}'],
  ['a bare CR in a header', 'x-bare: a\rcontent-length: 2\r\n\r\n{}'],
  ['U+0000 in a header', 'x-nul: a\0b\r\ncontent-length: 2\r\n\r\n{}'],
  ['an unknown Transfer-Encoding', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['one Transfer-Encoding after another', 'transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['chunked twice', 'transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['chunked, then something else', 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['a vertical tab before chunked', 'transfer-encoding:\x0bchunked\r\n\r\n0\r\n\r\n'],
  ['a chunk size that is no number', 'transfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size with 0x', 'transfer-encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size that overflows', 'transfer-encoding: chunked\r\n\r\nffffffffffffffff2\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size with a space', 'transfer-encoding: chunked\r\n\r\n2 \r\n{}\r\n0\r\n\r\n'],
  ['a chunk longer than it says', 'transfer-encoding: chunked\r\n\r\n2\r\n{  }\r\n0\r\n\r\n'],
  ['chunks that end in a bare LF', 'transfer-encoding: chunked\r\n\r\n2\n{}\n0\n\n'],
  ['a bare LF in a chunk extension', 'transfer-encoding: chunked\r\n\r\n2;a\nb\r\n{}\r\n0\r\n\r\n'],
  ['Content-Length as a trailer', 'transfer-encoding: chunked\r\n\r\n0\r\ncontent-length: 2\r\n\r\n{}'],
  ['two Hosts', 'host: y\r\ncontent-length: 2\r\n\r\n{}'],
];

describe('what could be read in two ways is refused, and nothing behind it is read', () => {
  it.each(AMBIGUOUS)('%s', async (_what, rest) => {
    expectProblem(await sendRaw(port, `${head}${rest}${SMUGGLED}`), 'malformed-request');
  });

  it.each([
    ['a request line that ends in a bare LF', `GET /livez HTTP/1.1\nhost: x\r\n\r\n`],
    ['a space before the first header', `GET /livez HTTP/1.1\r\n a: b\r\nhost: x\r\n\r\n`],
    ['no Host', 'GET /livez HTTP/1.1\r\n\r\n'],
    ['a version that is not', 'GET /livez HTTP/2.5\r\nhost: x\r\n\r\n'],
    ['chunks in HTTP/1.0', 'POST /livez HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s', async (_what, bytes) => {
    expectProblem(await sendRaw(port, `${bytes}${SMUGGLED}`), 'malformed-request');
  });

  it('and nothing of it is done', async () => {
    expect(ordersOf(await client.get('/api/orders')).data).toEqual([]);
  });

  it('also an expectation that nobody can meet', async () => {
    const bytes = `${head}content-length: 2\r\nexpect: wonders\r\n\r\n{}`;
    const [answer] = await sendRaw(port, bytes);
    expect({ status: answer?.status, code: JSON.parse(answer!.body).code }).toEqual({
      status: 417,
      code: 'expectation-failed',
    });
  });

  it('behind a request in work ends the connection without an answer that could be taken for that of the request', async () => {
    const good = `GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n`;
    const answers = await sendRaw(port, `${good}GET /livez HTTP/1.1\nhost: x\r\n\r\n`);
    expect(answers).toEqual([]);
  });
});

const get = (url: string, headers = ''): string =>
  `GET ${url} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${client.key}\r\n${headers}\r\n`;
const manyHeaders = (count: number): string => 'a: b\r\n'.repeat(count);
const withLines = (lines: number) => ({
  ...orderBody(),
  items: Array.from({ length: lines }, () => orderBody().items[0]),
});

describe('a request is refused', () => {
  it('with more than 16 KiB of headers', async () => {
    expectProblem(
      await sendRaw(port, get('/api/orders', `a: ${'b'.repeat(17_000)}\r\n`)),
      'headers-too-large',
    );
  });

  it('with more than 100 headers, by one', async () => {
    expectProblem(await sendRaw(port, get('/api/orders', manyHeaders(99))), 'headers-too-large');
    const close = 'connection: close\r\n';
    const [answer] = await sendRaw(port, get('/livez', close + manyHeaders(97)));
    expect(answer?.status).toBe(200);
  });

  it('with a URL of more than 4,096 characters, by one', async () => {
    const path = `/${'a'.repeat(4_095)}`;
    expectProblem(await sendRaw(port, get(`${path}a`)), 'uri-too-long');
    const [answer] = await sendRaw(port, get(path, 'connection: close\r\n'));
    expect(answer?.status).toBe(404);
  });

  it('with a query of more than 2,048 characters, by one', async () => {
    const query = `/livez?${'a'.repeat(2_048)}`;
    expectProblem(await sendRaw(port, get(`${query}a`)), 'uri-too-long');
    const [answer] = await sendRaw(port, get(query, 'connection: close\r\n'));
    expect(answer?.status).toBe(200);
  });

  it('with a path that leads out of the documentation, as one at which there is nothing', async () => {
    for (const path of ['/docs/static/../../package.json', '/docs/static/%2e%2e/package.json'])
      expectProblem(await sendRaw(port, get(path, 'connection: close\r\n')), 'not-found');
  });

  it('with 501 lines, not with 500', async () => {
    expect((await client.post('/api/orders', withLines(500))).status).toBe(201);
    expect((await client.post('/api/orders', withLines(501))).status).toBe(422);
  });
});

/** Sends a byte every so often, forever. */
function drip(socket: Socket): () => void {
  const dripping = setInterval(() => socket.write('a'), 20);
  return () => clearInterval(dripping);
}

describe('a client that is slow is cut off', () => {
  it.each<[string, () => string, boolean]>([
    ['with its first byte', () => '', false],
    ['with its headers', () => 'GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ', true],
    ['with its body', () => `${head}content-length: 100000\r\n\r\n`, true],
    ['with its chunks', () => `${head}transfer-encoding: chunked\r\n\r\nffff\r\n`, true],
  ])('%s', async (_what, begin, drips) => {
    const socket = await openSocket(port);
    socket.write(begin());
    const stop = drips ? drip(socket) : () => {};
    const answers = await answersUntilClosed(socket).finally(stop);
    expectProblem(answers, 'request-timeout');
  });

  it('with taking what it asked for', async () => {
    const { server } = api.service;
    const accepted = once(server.server, 'connection') as Promise<[Socket]>;
    const socket = await openSocket(port);
    const [theirs] = await accepted;
    const closed = once(theirs, 'close');
    socket.pause();
    socket.write('GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(60)); // some 20 MB: more than sockets hold
    await closed;
    socket.destroy();
  });
});

it('one connection more than there may be is closed', async () => {
  const { server } = api.service.server;
  const all = await Promise.all(Array.from({ length: CONNECTIONS_MAX }, () => openSocket(port)));
  const dropped = once(server, 'drop');
  const last = await openSocket(port);
  await Promise.all([dropped, once(last, 'close')]);
  await Promise.all(
    all.map((socket) => {
      const closed = once(socket, 'close');
      socket.destroy();
      return closed;
    }),
  );
});
