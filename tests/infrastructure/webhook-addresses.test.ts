import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedDelivery } from '../../src/application/webhooks/ports.ts';
import {
  isPublic,
  refusalOfUrl,
  resolveBySystem,
  type ResolveAll,
} from '../../src/infrastructure/webhooks/address-guard.ts';
import { webhookSender, type SenderOptions } from '../../src/infrastructure/webhooks/send.ts';
import { startReceiver, type Receiver } from '../support/webhook-receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const STRICT = { allowPrivate: false };

const deliveryTo = (url: string): ClaimedDelivery => ({
  ...{ deliveryId: 'd', endpointId: 'e', messageId: 'm', type: 'order.paid.v1' },
  ...{ occurredAt: '2026-01-01T00:00:00.000Z', data: {}, url, secrets: [Buffer.alloc(32, 1)] },
  ...{ number: 1, retries: 0 },
});

const sendTo = (url: string, options: Partial<SenderOptions> = {}) =>
  webhookSender({ ...STRICT, version: 'test', timeoutMs: 2_000, ...options })(deliveryTo(url));

const NOT_PUBLIC = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '172.16.0.1'],
  ...['172.31.255.255', '192.168.0.1', '169.254.169.254', '169.254.0.1', '100.64.0.1', '100.127.255.255'],
  ...['192.0.0.1', '192.0.2.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1'],
  ...['239.255.255.255', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
  ...[
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:0:127.0.0.1',
  ],
  ...['64:ff9b::127.0.0.1', '64:ff9b::8.8.8.8', '64:ff9b:1::10.0.0.1', '2002:7f00:1::', '2002:a00:1::1'],
  ...[
    '2001:0:7f00:1::',
    '2001:db8::1',
    '3fff::1',
    '2001:10::1',
    '2001:20::1',
    'fe80::1',
    'febf::1',
    'fec0::1',
  ],
  ...['fc00::1', 'fd00:ec2::254', 'ff02::1', 'ff0e::1', '100::1', '5f00::1', '4000::1', '::2', '2001:2::1'],
  ...['fe80::1%lo', '', 'localhost', '1.2.3', '0x7f000001'],
];
const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '93.184.216.34',
  '172.15.0.1',
  '172.32.0.1',
  '2606:4700:4700::1111',
  '2a00:1450::1',
];

describe('an address', () => {
  it.each(NOT_PUBLIC)('%s is not of the public internet', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each(PUBLIC)('%s is of the public internet', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it('of IPv4 is not let through in the guise of IPv6, whatever it is', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
        const dotted = octets.join('.');
        const hex = octets.map((one) => one.toString(16).padStart(2, '0'));
        const groups = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
        for (const wrapped of [`::ffff:${dotted}`, `::${dotted}`, `64:ff9b::${groups}`, `2002:${groups}::1`])
          expect({ wrapped, isPublic: isPublic(wrapped) }).toEqual({ wrapped, isPublic: false });
      }),
    );
  });
});

const REFUSED_URLS = [
  ...[
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest',
  ],
  ...[
    'https://10.1.2.3/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
  ],
  ...['https://0xA9.0xFE.0xA9.0xFE/', 'https://2852039166/', 'https://①②⑦.⓪.⓪.①/', 'https://[fe80::1]/'],
  ...['https://[64:ff9b::a9fe:a9fe]/', 'https://[fd00:ec2::254]/', 'https://0/', 'https://127.0.0.1.:443/'],
  ...['https://user:password@example.com/', 'https://user@example.com/', 'https://example.com#@127.0.0.1/'],
  ...['http://example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/', 'data:,x'],
  ...['javascript:alert(1)', 'unix:/var/run/docker.sock', 'example.com', '', 'https://', '//example.com'],
  ...['https://example.com:22/', 'https://example.com:25/', 'https://example.com:80/', 'https://8.8.8.8:0/'],
];

describe('a URL', () => {
  it.each(REFUSED_URLS)('%s is refused', async (url) => {
    expect(refusalOfUrl(url, STRICT)).toMatch(/^its? /);
    expect(await sendTo(url)).toMatchObject({
      statusCode: undefined,
      error: expect.stringMatching(/^URL refused: /),
    });
  });

  it.each([
    ...['https://example.com/hooks', 'https://example.com:443/', 'https://example.com:8443/?a=b'],
    ...['https://8.8.8.8/', 'https://[2606:4700:4700::1111]/'],
  ])('%s is taken', (url) => {
    expect(refusalOfUrl(url, STRICT)).toBeUndefined();
  });

  it.each(['http://127.0.0.1:8080/', 'https://10.0.0.1:22/', 'http://localhost/'])(
    '%s is taken where private addresses are allowed',
    (url) => expect(refusalOfUrl(url, { allowPrivate: true })).toBeUndefined(),
  );

  it.each(['ftp://127.0.0.1/', 'http://user:password@127.0.0.1/', 'file:///etc/passwd'])(
    '%s is refused even there',
    (url) => expect(refusalOfUrl(url, { allowPrivate: true })).toBeDefined(),
  );
});

const answering =
  (...answers: string[][]): ResolveAll =>
  (_, done) => {
    const addresses = answers.length > 1 ? answers.shift()! : answers[0]!;
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };

const url = (): string => `https://hooks.example.com:${receiver.port}/`;
const resolveHere: ResolveAll = (_, done) => resolveBySystem('localhost', done);

describe('a name', () => {
  it.each(NOT_PUBLIC.filter((address) => /^[\d.]+$|^[\da-f:.]*:[\da-f:.]*$/.test(address)))(
    'that resolves to %s is not connected to',
    async (address) => {
      const attempt = await sendTo(url(), { resolve: answering([address]) });
      expect(attempt).toMatchObject({ statusCode: undefined, error: 'ADDRESS_NOT_PUBLIC' });
    },
  );

  it('one of whose addresses is not public is not connected to', async () => {
    const attempt = await sendTo(url(), { resolve: answering(['93.184.216.34', '127.0.0.1']) });
    expect(attempt).toMatchObject({ error: 'ADDRESS_NOT_PUBLIC' });
  });

  it('that resolves to another address at every question is asked once an attempt, and what it said is checked', async () => {
    let questions = 0;
    const rebinding: ResolveAll = (_, done) => {
      questions++;
      // Public when it is looked at, ours when it would be connected to: had anybody asked twice.
      done(null, [{ address: questions % 2 === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }]);
    };
    for (let attempt = 1; attempt <= 4; attempt++) {
      expect(await sendTo(url(), { resolve: rebinding })).toMatchObject({ error: 'ADDRESS_NOT_PUBLIC' });
      expect(questions).toBe(attempt);
    }
    expect(receiver.received).toEqual([]);
  });

  it('of this machine, by its own resolver, is not connected to', async () => {
    expect(await sendTo(url(), { resolve: resolveHere })).toMatchObject({ error: 'ADDRESS_NOT_PUBLIC' });
    expect(await sendTo(`https://localhost:${receiver.port}/`)).toMatchObject({
      error: 'ADDRESS_NOT_PUBLIC',
    });
    expect(receiver.received).toEqual([]);
  });

  it('is connected to at the address that was checked', async () => {
    // Allowed here, to see the connection: the name exists nowhere but in this answer.
    const attempt = await sendTo(`http://hooks.invalid:${receiver.port}/x`, {
      allowPrivate: true,
      resolve: answering(['127.0.0.1']),
    });
    expect(attempt).toMatchObject({ statusCode: 200 });
    expect(receiver.received).toMatchObject([
      { url: '/x', headers: { host: `hooks.invalid:${receiver.port}` } },
    ]);
  });
});

it.each([301, 302, 303, 307, 308])('a redirect with %s is not followed', async (status) => {
  const inner = await startReceiver();
  receiver.answerWith(() => ({ status, headers: { location: inner.url } }));
  expect(await sendTo(receiver.url, { allowPrivate: true })).toMatchObject({ statusCode: status });
  expect(receiver.received).toHaveLength(1);
  expect(inner.received).toEqual([]);
  await inner.stop();
});
