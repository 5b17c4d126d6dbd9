import { describe, expect, it } from 'vitest';
import { eventCodec } from '../../src/infrastructure/codecs/event-codec.ts';
import { backfill, type BackfillProgress } from '../../src/infrastructure/rabbitmq/backfill.ts';
import { relayLag } from '../../src/infrastructure/rabbitmq/relay-lag.ts';
import { readHeads } from '../../src/infrastructure/read-models/log-browser.ts';
import { eventually } from '../support/eventually.ts';
import { shopOnRabbitmq, TIMEOUT_MS, WITHIN_MS } from '../support/shop-on-rabbitmq.ts';

const QUEUE = 'accounting';
const ORDERS = 20;

describe('history that is published to a queue of its own', { timeout: TIMEOUT_MS }, () => {
  const { shop, start, undoLater, inBroker } = shopOnRabbitmq();

  async function declareQueue(): Promise<void> {
    await inBroker((channel) => channel.assertQueue(QUEUE, { durable: true }));
    undoLater(() => inBroker((channel) => channel.deleteQueue(QUEUE)));
  }

  const takeAll = (): Promise<string[]> =>
    inBroker(async (channel) => {
      const ids: string[] = [];
      for (;;) {
        const raw = await channel.get(QUEUE, { noAck: true });
        if (!raw) return ids;
        ids.push(String(raw.properties.messageId));
      }
    });

  const published = async (types: readonly string[] = []): Promise<string[]> =>
    (await shop().messages())
      .filter(({ event }) => types.length === 0 || types.includes(event.type))
      .map(({ messageId }) => messageId);

  async function run(
    over: Partial<Parameters<typeof backfill>[1]> = {},
    signal = AbortSignal.timeout(WITHIN_MS),
  ): Promise<BackfillProgress[]> {
    const { publisher } = await start({ consumers: { sql: [], command: [] } });
    const { pool } = shop().database;
    const after = { shard: 0, position: 0n };
    const request = { queue: QUEUE, types: [], after, heads: await readHeads(pool), ...over };
    const seen: BackfillProgress[] = [];
    for await (const progress of backfill({ pool, codec: eventCodec, publisher }, request, signal))
      seen.push(progress);
    return seen;
  }

  it('is the messages of that time, by their ids and in their order, each once', async () => {
    await declareQueue();
    await shop().sellMany(ORDERS);
    const last = (await run()).at(-1)!;
    const wanted = await published();
    expect(last.messages).toBe(wanted.length);
    expect(await takeAll()).toEqual(wanted);
  });

  it('is what was asked for, from where a run before it ended', async () => {
    await declareQueue();
    await shop().sellMany(ORDERS);
    const types = ['payment.processed.v1'] as const;
    const wanted = await published(types);
    const messages = await shop().messages();
    const half = messages.find(({ messageId }) => messageId === wanted[ORDERS / 2 - 1])!;
    await run({ types, after: { shard: half.shard, position: half.position } });
    expect(await takeAll()).toEqual(wanted.slice(ORDERS / 2));
  });

  it('stops with a fault where there is no such queue', async () => {
    await shop().sell();
    await expect(run({ queue: 'nowhere' })).rejects.toThrow(/routed|confirmed/);
  });
});

describe('what waits for the broker', { timeout: TIMEOUT_MS }, () => {
  const { shop, start } = shopOnRabbitmq();

  it('is counted in events and messages, with the age of the oldest, until it is published', async () => {
    const { pool } = shop().database;
    expect(await relayLag(pool)).toEqual([]);
    const { relay } = await start({ consumers: { sql: [], command: [] } });
    await eventually(
      async () => expect((await relayLag(pool)).map(({ events }) => events)).toEqual([0]),
      WITHIN_MS,
    );
    await relay.stop();

    await shop().sellMany(3);
    const [waiting] = await relayLag(pool);
    const heads = await readHeads(pool);
    expect(waiting).toMatchObject({
      shard: 0,
      events: Number(heads[0]),
      messages: (await shop().messages()).length,
    });
    expect(Date.parse(waiting!.oldestAt!)).toBeLessThanOrEqual(Date.now());
    expect(waiting!.oldestAgeSeconds).toBeGreaterThan(0);
  });
});
