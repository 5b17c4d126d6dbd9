import fc from 'fast-check';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { framesOf } from '../../src/api/event-stream-routes.ts';
import type { FeedItem } from '../../src/application/event-feed.ts';
import { UnreadableEvent } from '../../src/application/ports.ts';
import { openEventFeed } from '../../src/infrastructure/event-feed.ts';
import type { LogEntry } from '../../src/infrastructure/event-log/read.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { pay, placeOrder } from '../support/api-samples.ts';
import { expectProblem, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { holdLock, waitingForLocks } from '../support/api-locks.ts';
import { openSocket, portOf } from '../support/raw-http.ts';
import { openEventStream, type EventStream, type StreamEvent } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { TENANT } from '../support/log.ts';

let api: Api;
let client: ApiClient;
let base: string;
beforeAll(async () => {
  api = await startApi();
  base = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
  client = await api.connect();
});
afterAll(() => api.stop());

const opened: EventStream[] = [];
afterEach(() => {
  for (const stream of opened.splice(0)) stream.drop();
});

async function follow(
  query = '',
  { by = client, after }: { by?: ApiClient; after?: string } = {},
): Promise<EventStream> {
  const headers = after === undefined ? {} : { 'last-event-id': after };
  const stream = await openEventStream(`${base}/api/events${query}`, by.key, headers);
  opened.push(stream);
  return stream;
}

const messageIdOf = ({ data }: StreamEvent): string => (data as { messageId: string }).messageId;
const orderIdOf = ({ data }: StreamEvent): string => (data as { data: { orderId: string } }).data.orderId;

/** Follows with a key of its own, and changes that. */
async function endsWith(change: string): Promise<void> {
  const reader = await api.connect(change.replaceAll(/\W/g, ''));
  const stream = await follow('', { by: reader });
  const changedAt = performance.now();
  await api.database.pool.query(`update api_key set ${change} where tenant_id = $1`, [reader.tenantId]);
  await stream.ended();
  expect(performance.now() - changedAt).toBeLessThan(5_000); // a second or two, on a machine that is busy
}

async function* endless(): AsyncGenerator<FeedItem, void> {
  for (let position = 1n; ; position++)
    yield { place: [position], told: { messageId: 'x'.repeat(1_000), eventType: 'Big' } };
}

async function* nothingNew(): AsyncGenerator<FeedItem, void> {
  yield { place: [7n, 3n] };
}

function expectInvalid({ status, body }: ApiAnswer, pointer: string): void {
  expect({ status, body }).toMatchObject({
    status: 422,
    body: { code: 'validation-failed', errors: [{ pointer }] },
  });
}

describe('the stream of events', () => {
  it('tells what happens from now on, as the messages say it', async () => {
    const { orderId: before } = await placeOrder(client);
    const stream = await follow();
    expect([stream.status, stream.type]).toEqual([200, 'text/event-stream']);
    const { orderId } = await placeOrder(client);
    await pay(client, orderId);
    const events = await stream.take(5);
    const [created, ...paid] = events.map(({ event }) => event);
    expect(created).toBe('order.created.v1');
    expect(paid.toSorted()).toEqual([
      ...['order.confirmed.v1', 'order.paid.v1', 'order.payment_captured.v1', 'payment.processed.v1'],
    ]);
    expect(new Set(events.map(orderIdOf))).toEqual(new Set([orderId]));
    expect(events.map(orderIdOf)).not.toContain(before);
    expect(events[0]!.data).toMatchObject({
      ...{ messageId: expect.any(String), correlationId: expect.any(String), sequence: 1 },
      data: { orderId, total: { currency: 'USD' } },
    });
  });

  it('goes on after the event that was seen last, wherever it was cut off: each once, in order', async () => {
    const tenant = await api.connect('cut');
    for (let n = 0; n < 12; n++) await placeOrder(tenant);
    const whole = (await (await follow('', { by: tenant, after: '0-0' })).take(12)).map(messageIdOf);
    expect(new Set(whole).size).toBe(12);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 6 }), async (cuts) => {
        const seen: string[] = [];
        let after = '0-0';
        for (const count of [...cuts, 12]) {
          const stream = await follow('', { by: tenant, after });
          for (const event of await stream.take(Math.min(count, 12 - seen.length))) {
            seen.push(messageIdOf(event));
            after = event.id;
          }
          stream.drop();
        }
        expect(seen).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it('tells of one order, or of some types, only', async () => {
    const [one, other] = [await placeOrder(client), await placeOrder(client)];
    const ofOne = await follow(`?orderId=${one.orderId}`, { after: '0-0' });
    const payments = await follow('?types=payment.processed.v1,order.paid.v1');
    await pay(client, other.orderId);
    await pay(client, one.orderId);
    expect((await ofOne.take(4)).map(orderIdOf)).toEqual(Array(4).fill(one.orderId));
    const types = (await payments.take(4)).map(({ event }) => event).toSorted();
    expect(types).toEqual([
      ...['order.paid.v1', 'order.paid.v1'],
      ...['payment.processed.v1', 'payment.processed.v1'],
    ]);
  });

  it('tells a tenant nothing of another', async () => {
    const stranger = await api.connect('stranger');
    const stream = await follow('', { by: stranger, after: '0-0' });
    await placeOrder(client);
    const { orderId } = await placeOrder(stranger);
    expect((await stream.take(1)).map(orderIdOf)).toEqual([orderId]);
  });

  it('tells what another process appended', async () => {
    const stream = await follow();
    const { orderId } = await placeOrder(await api.connectToSecond(client));
    expect((await stream.take(1)).map(orderIdOf)).toEqual([orderId]);
  });

  it('ends when its key is revoked', async () => {
    await endsWith('revoked_at = now()');
  });

  it('ends when its key loses the scope', async () => {
    await endsWith(`scopes = '{ops}'`);
  });

  it.each([
    ['nonsense', 'abc'],
    ['a shard that is not there', '9-1'],
    ['what is not written yet', '0-999999999999'],
  ])('does not begin after %s', async (_, after) => {
    const answer = await client.get('/api/events', { 'last-event-id': after });
    expectInvalid(answer, '/last-event-id');
  });

  it.each(['?types=order.created.v9', '?types=', '?orderId=1', '?type=order.created.v1'])(
    'refuses what it does not know: %s',
    async (query) => {
      expectInvalid(await client.get(`/api/events${query}`), `/${/\w+/.exec(query)![0]}`);
    },
  );

  it('is not had as JSON, and answers HEAD at once', async () => {
    const json = await client.get('/api/events', { accept: 'application/json' });
    expectProblem(json, { status: 406, code: 'not-acceptable' });
    const head = await client.send({ method: 'HEAD', url: '/api/events' });
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream']);
  });

  it('is open so and so often for one tenant at most, and again when one is closed', async () => {
    const crowd = await api.connect('crowd');
    const streams = await Promise.all(Array.from({ length: 100 }, () => follow('', { by: crowd })));
    const refused = await follow('', { by: crowd });
    expect(refused.status).toBe(429);
    expect((await follow()).status).toBe(200);
    streams[0]!.drop();
    await eventually(async () => {
      const again = await follow('', { by: crowd });
      if (again.status !== 200) throw new Error(`${again.status}`);
    });
  });

  it('counts nobody who hung up before it began', async () => {
    const hasty = await api.connect('hasty');
    const release = await holdLock(api.database.pool, 'lock table log_head in access exclusive mode');
    const sockets = await Promise.all(
      Array.from({ length: 100 }, () => openSocket(portOf(api.service.server))),
    );
    const closed: Promise<unknown>[] = [];
    const note = ({ socket }: IncomingMessage) => closed.push(once(socket, 'close'));
    api.service.server.server.on('request', note);
    for (const socket of sockets)
      socket.write(`GET /api/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${hasty.key}\r\n\r\n`);
    await eventually(() => expect(closed).toHaveLength(100));
    await waitingForLocks(api.database.pool, 1);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    api.service.server.server.off('request', note);
    await release();
    // Twice: the first may be looked up before the last of those.
    for (let n = 0; n < 2; n++) expect((await follow('', { by: hasty })).status).toBe(200);
  });

  it('lets go of a reader that takes nothing, and keeps little for it', async () => {
    let stalled = 0;
    const frames = framesOf(endless(), {
      from: [7n, 2n],
      mayGoOn: async () => true,
      onStalled: () => stalled++,
      stalledMs: 50,
    });
    await frames.next();
    await frames.next();
    await eventually(async () => expect(stalled).toBe(1));
    await frames.next();
    await frames.return();
    await sleep(100);
    expect(stalled).toBe(1); // whoever goes on taking is left alone
  });

  it('asks now and then whether it may go on, not for every event, and ends when it may not', async () => {
    let asked = 0;
    const frames = framesOf(endless(), {
      from: [7n, 2n],
      mayGoOn: async () => ++asked < 3,
      onStalled: () => {},
      allowedMs: 200,
    });
    for (let n = 0; n < 50; n++) await frames.next();
    expect(asked).toBe(1);
    for await (const frame of frames) void frame;
    expect(asked).toBe(3);
  });

  it('says now and then that it is alive, and how far it has come', async () => {
    const frames = framesOf(nothingNew(), {
      from: [7n, 2n],
      mayGoOn: async () => true,
      onStalled: () => {},
      heartbeatMs: 0,
    });
    const said: string[] = [];
    for await (const text of frames) said.push(text);
    expect(said).toEqual(['retry: 2000\nid: 0-7,1-2\n\n', ': nothing new\nid: 0-7,1-3\n\n']);
  });
});

describe('an event that a newer version wrote', () => {
  const entry: LogEntry = {
    ...{ shard: 0, position: 1n, streamId: 's', version: 1, eventId: 'e', type: 'FromTheFuture' },
    ...{ tenantId: TENANT, recorded: new UnreadableEvent('unknown') },
  };
  const tail = {
    ...{ shard: 0, wake: () => {}, mark: () => 0, wait: () => sleep(1) },
    read: async (after: bigint) => (after === 0n ? [entry] : []),
  };
  const first = async (tenantId: string) => {
    const feed = openEventFeed(api.database.pool, [tail]);
    const items = feed.follow(
      tenantId as typeof TENANT,
      [0n],
      { types: ['order.paid.v1'] },
      AbortSignal.timeout(5_000),
    );
    const { value } = await items.next();
    return value;
  };

  it('is told as such to its tenant, and to nobody else', async () => {
    expect(await first(TENANT)).toEqual({
      place: [1n],
      told: { messageId: 'e', eventType: 'FromTheFuture' },
    });
    expect(await first('0190a000-0000-7000-8000-00000000000f')).toEqual({ place: [1n] });
  });
});

it('a service that stops ends its streams, and waits for nobody who does not listen or says nothing', async () => {
  const own = await startApi();
  const address = new URL(await own.service.server.listen({ port: 0, host: '127.0.0.1' }));
  const { key } = await own.connect();
  const stream = await openEventStream(`${address.origin}/api/events`, key);
  const silent = connect(Number(address.port), '127.0.0.1');
  await once(silent, 'connect');
  const deaf = connect(Number(address.port), '127.0.0.1');
  deaf.write(`GET /api/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`);
  await once(deaf, 'readable'); // its answer has begun
  await Promise.all([stream.ended(), own.service.stop()]);
  for (const socket of [deaf, silent]) socket.destroy();
  await own.database.drop();
});
