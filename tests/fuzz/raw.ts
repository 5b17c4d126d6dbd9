import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { parsed, type ApiAnswer } from '../support/api-contract.ts';
import { openSocket } from '../support/raw-http.ts';

/** A request in the parts that it is written from. */
export type Parts = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

type Trick = {
  readonly name: string;
  /** Nothing is wrong with it as HTTP, so it must be answered. */
  readonly isSound: boolean;
  readonly write: (parts: Parts) => Buffer;
};

type Lines = {
  readonly first?: string;
  readonly host?: readonly string[];
  readonly added?: readonly string[];
  readonly length?: readonly string[];
  readonly end?: string;
  readonly body?: Buffer;
};

/** As a client would write it, but for what is said otherwise. */
function written({ method, url, headers, body }: Parts, lines: Lines = {}): Buffer {
  const length =
    body.length > 0 || /^(POST|PUT|PATCH)$/.test(method) ? [`content-length: ${body.length}`] : [];
  const head = [
    lines.first ?? `${method} ${url} HTTP/1.1`,
    ...(lines.host ?? ['host: localhost']),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(lines.added ?? []),
    ...(lines.length ?? length),
    'connection: close',
  ];
  const end = lines.end ?? '\r\n';
  return Buffer.concat([Buffer.from(head.join(end) + end + end, 'latin1'), lines.body ?? body]);
}

const sound = (name: string, write: Trick['write']): Trick => ({ name, isSound: true, write });
const unsound = (name: string, write: Trick['write']): Trick => ({ name, isSound: false, write });

const CHUNKED = ['transfer-encoding: chunked'];
const chunks = (body: Buffer, size: number): Buffer => {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
};

const TRICKS: readonly Trick[] = [
  sound('as it should be', (parts) => written(parts)),
  sound('in chunks of seven bytes', (parts) =>
    written(parts, { length: CHUNKED, body: chunks(parts.body, 7) }),
  ),
  sound('an absolute URL', (parts) =>
    written(parts, { first: `${parts.method} http://localhost${parts.url} HTTP/1.1` }),
  ),
  sound('headers in capitals', (parts) =>
    written({
      ...parts,
      headers: Object.fromEntries(
        Object.entries(parts.headers).map(([name, value]) => [name.toUpperCase(), value]),
      ),
    }),
  ),
  sound('90 headers more', (parts) =>
    written(parts, { added: Array.from({ length: 90 }, (_, n) => `x-${n}: ${n}`) }),
  ),
  sound('150 headers more', (parts) =>
    written(parts, { added: Array.from({ length: 150 }, (_, n) => `x-${n}: ${n}`) }),
  ),
  sound('a header of 17 KiB', (parts) => written(parts, { added: [`x: ${'x'.repeat(17_000)}`] })),
  sound('two hosts', (parts) => written(parts, { host: ['host: a', 'host: b'] })),
  sound('no host', (parts) => written(parts, { host: [] })),
  sound('expecting to be told to go on', (parts) => written(parts, { added: ['expect: 100-continue'] })),
  sound('expecting something else', (parts) => written(parts, { added: ['expect: tea'] })),
  sound('an upgrade', (parts) => written(parts, { added: ['upgrade: websocket'] })),
  unsound('HTTP/1.0', (parts) => written(parts, { first: `${parts.method} ${parts.url} HTTP/1.0` })),
  unsound('HTTP/2.0', (parts) => written(parts, { first: `${parts.method} ${parts.url} HTTP/2.0` })),
  unsound('no version', (parts) => written(parts, { first: `${parts.method} ${parts.url}` })),
  unsound('a method that is none', (parts) => written(parts, { first: `FETCH ${parts.url} HTTP/1.1` })),
  unsound('a NUL in the URL', (parts) =>
    written(parts, { first: `${parts.method} ${parts.url}\u0000 HTTP/1.1` }),
  ),
  unsound('a space in the URL', (parts) =>
    written(parts, { first: `${parts.method} ${parts.url} x HTTP/1.1` }),
  ),
  unsound('bytes above ASCII in the URL', (parts) =>
    written(parts, { first: `${parts.method} ${parts.url}\u00e9 HTTP/1.1` }),
  ),
  unsound('a NUL in a header', (parts) => written(parts, { added: ['x: a\u0000b'] })),
  unsound('a header without a name', (parts) => written(parts, { added: [': x'] })),
  unsound('a folded header', (parts) => written(parts, { added: ['x: a', ' b'] })),
  unsound('line feeds alone', (parts) => written(parts, { end: '\n' })),
  unsound('two lengths', (parts) =>
    written(parts, { length: [`content-length: ${parts.body.length}`, 'content-length: 1'] }),
  ),
  unsound('a length and chunks', (parts) =>
    written(parts, {
      length: [`content-length: ${parts.body.length}`, ...CHUNKED],
      body: chunks(parts.body, 9),
    }),
  ),
  unsound('a coding nobody knows', (parts) =>
    written(parts, { length: ['transfer-encoding: gzip, chunked'], body: chunks(parts.body, 9) }),
  ),
  unsound('a length below zero', (parts) => written(parts, { length: ['content-length: -1'] })),
  unsound('a length in words', (parts) => written(parts, { length: ['content-length: 1e1'] })),
  unsound('a longer body than said', (parts) => written(parts, { length: ['content-length: 1'] })),
  unsound('a shorter body than said', (parts) =>
    written(parts, { length: [`content-length: ${parts.body.length + 9}`] }),
  ),
  unsound('chunks that are none', (parts) =>
    written(parts, { length: CHUNKED, body: Buffer.from('zz\r\n\r\n') }),
  ),
  unsound('two at once', (parts) => Buffer.concat([written(parts).subarray(0), written(parts)])),
  unsound('half of it', (parts) => written(parts).subarray(0, 40)),
  unsound('TLS', () => Buffer.from('16030100a5010000a10303', 'hex')),
];

export const trick: fc.Arbitrary<Trick> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(TRICKS[0]!) },
  { weight: 2, arbitrary: fc.constantFrom(...TRICKS) },
);
export const AS_IT_SHOULD_BE = TRICKS[0]!;

const ANSWERED_WITHIN_MS = 15_000;

/** Writes the bytes and our end of the connection; all that comes until the other side ends, or a stream has begun. */
async function exchange(port: number, bytes: Buffer): Promise<Buffer | undefined> {
  const socket = await openSocket(port);
  const parts: Buffer[] = [];
  const closed = once(socket, 'close').then(() => true);
  socket.on('data', (part) => {
    parts.push(part);
    if (/content-type: text\/event-stream[^]*\r\n\r\n[^]*id: /i.test(part.toString('latin1')))
      socket.destroy();
  });
  // Our end is left open: to whoever has hung up, nobody need answer.
  socket.write(bytes);
  const patience = new AbortController();
  const isOver = await Promise.race([
    closed,
    sleep(ANSWERED_WITHIN_MS, false, { signal: patience.signal }),
  ]).finally(() => patience.abort());
  socket.destroy();
  return isOver ? Buffer.concat(parts) : undefined;
}

/** The answers, none if the connection was just ended; undefined: it stayed open, and there was none. */
export async function sendBytes(
  port: number,
  bytes: Buffer,
  method: string,
): Promise<ApiAnswer[] | undefined> {
  const received = await exchange(port, bytes);
  if (!received) return undefined;
  const answers: ApiAnswer[] = [];
  let rest = received;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [line = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]);
    const headers = Object.fromEntries(
      lines.map((header) => {
        const [name = '', ...value] = header.split(':');
        return [name.toLowerCase(), value.join(':').trim()];
      }),
    );
    const hasBody = method !== 'HEAD' && ![204, 304].includes(status);
    const length = hasBody ? Number(headers['content-length'] ?? rest.length) : 0;
    const text = rest.subarray(end + 4, end + 4 + length).toString();
    answers.push({ status, headers, text, body: parsed(headers, text) });
    rest = rest.subarray(end + 4 + length);
  }
  return answers;
}
