import { describe, expect, it } from 'vitest';
import type { CommandConsumer } from '../../src/application/consumers.ts';
import type { IntegrationMessage } from '../../src/application/integration-events.ts';
import type { Letter } from '../../src/application/dead-letters.ts';
import type { Consumers } from '../../src/infrastructure/consumers/on-log.ts';
import { RETRIES } from '../../src/infrastructure/consumers/retries.ts';
import type { SqlConsumer } from '../../src/infrastructure/consumers/sql-consumer.ts';
import { deadLetters } from '../../src/infrastructure/dead-letters/dead-letters.ts';
import type { Publisher } from '../../src/infrastructure/rabbitmq/publisher.ts';
import { errorQueueOf, EVENTS_EXCHANGE, queueOf } from '../../src/infrastructure/rabbitmq/topology.ts';
import { eventually } from '../support/eventually.ts';
import { shopOnRabbitmq, TIMEOUT_MS, WITHIN_MS } from '../support/shop-on-rabbitmq.ts';
import { SETTLING } from '../support/shop.ts';

const SETTLING_QUEUE = queueOf(SETTLING);
const ORDERS_QUEUE = queueOf('order-created');
const SHORT = { ...RETRIES, afterMs: [20, 40, 60, 80] };
const LONG = { ...RETRIES, afterMs: [3_600_000] };
const OPERATOR = { owner: 'all', actor: 'user:test' } as const;
const ORDER = { limit: 100, perSecond: 1_000 };

describe('a message that a consumer cannot handle', { timeout: TIMEOUT_MS }, () => {
  const { shop, start, inBroker, waitingIn, expectEmpty, expectEffects } = shopOnRabbitmq();
  const pool = () => shop().database.pool;
  const letters = () => deadLetters(pool());
  const list = (): Promise<Letter[]> => letters().list('all', {}, 1_000);

  /** The settling consumer, which fails as long as it is told to; what it was given. */
  function fallible(fails: (message: IntegrationMessage) => boolean = () => true) {
    const [settling] = shop().consumers.command as [CommandConsumer];
    const handled: string[] = [];
    let mended = false;
    const command: CommandConsumer = {
      ...settling,
      handle: async (message) => {
        handled.push(message.messageId);
        if (!mended && fails(message)) throw new TypeError('cannot stomach this');
        await settling.handle(message);
      },
    };
    const consumers: Consumers = { ...shop().consumers, command: [command] };
    return { consumers, handled, mend: () => (mended = true), breakAgain: () => (mended = false) };
  }

  const scheduled = async (): Promise<{ redelivery: number; attempts: number; claim: bigint }[]> =>
    (await pool().query('select redelivery, attempts, claim from scheduled_message order by message_id'))
      .rows;

  const untilLetters = (count: number, state = 'failed'): Promise<Letter[]> =>
    eventually(async () => {
      const found = (await list()).filter((letter) => letter.state === state);
      expect(found).toHaveLength(count);
      return found;
    }, WITHIN_MS);

  const send = (body: string): Promise<boolean> =>
    inBroker(async (channel) => channel.publish(EVENTS_EXCHANGE, 'order.created.v1', Buffer.from(body)));

  const untilResolved = (count: number): Promise<Letter[]> => untilLetters(count, 'resolved');

  it('is tried three times, four times more by the schedule, and is then one dead letter', async () => {
    const { consumers, handled } = fallible();
    await start({ consumers, retries: SHORT, withLetters: true });
    await shop().sell();
    const [letter] = await untilLetters(1);
    expect(letter).toMatchObject({
      consumer: SETTLING,
      type: 'payment.processed.v1',
      attempts: 7,
      replays: 0,
      faultType: 'TypeError',
      faultMessage: 'cannot stomach this',
    });
    expect(handled).toEqual(Array.from({ length: 7 }, () => letter!.messageId));
    await expectEmpty(SETTLING_QUEUE);
    await expectEmpty(errorQueueOf(SETTLING_QUEUE));
    expect(await scheduled()).toEqual([]);
  });

  it('waits as long as the schedule says, in a row that survives a stop, and loses nothing by it', async () => {
    const { consumers, handled, mend } = fallible();
    const first = await start({ consumers, retries: LONG, withLetters: true });
    await shop().sellMany(3);
    await eventually(async () => expect(await scheduled()).toHaveLength(3), WITHIN_MS);
    await expectEmpty(SETTLING_QUEUE);
    await first.stop();
    expect(await waitingIn(SETTLING_QUEUE)).toBe(0);
    expect(handled).toHaveLength(9);

    mend();
    await start({ consumers, retries: LONG, withLetters: true });
    await pool().query(`update scheduled_message set due_at = now()`);
    await expectEffects(3);
    await eventually(async () => expect(await scheduled()).toEqual([]), WITHIN_MS);
    expect(handled).toHaveLength(12);
    expect(await list()).toEqual([]);
  });

  it('is not acknowledged before it is scheduled, whatever keeps it from that', async () => {
    const { consumers, handled } = fallible();
    await pool().query('alter table scheduled_message rename to away');
    const running = await start({ consumers, retries: LONG });
    await shop().sell();
    await eventually(() => expect(handled).toHaveLength(3), WITHIN_MS);
    await running.stop(); // as if it had died there
    await eventually(async () => expect(await waitingIn(SETTLING_QUEUE)).toBe(1), WITHIN_MS);
    await pool().query('alter table away rename to scheduled_message');
    await start({ consumers, retries: LONG });
    await eventually(async () => expect(await scheduled()).toMatchObject([{ redelivery: 1 }]), WITHIN_MS);
    await expectEmpty(SETTLING_QUEUE);
  });

  it('is in one row and has its effect once when a process dies between the row and the acknowledgement', async () => {
    const { consumers, handled, mend } = fallible();
    const first = await start({ consumers, retries: LONG, withLetters: true });
    await shop().sell();
    await eventually(async () => expect(await scheduled()).toHaveLength(1), WITHIN_MS);
    await expectEmpty(SETTLING_QUEUE);
    await first.stop();
    // As the broker does with what was not acknowledged.
    await inBroker(async (channel) => {
      const { rows } = await pool().query('select properties, body from scheduled_message');
      channel.sendToQueue(SETTLING_QUEUE, rows[0].body, { ...rows[0].properties, persistent: true });
    });
    const second = await start({ consumers, retries: LONG, withLetters: true });
    await eventually(() => expect(handled).toHaveLength(6), WITHIN_MS);
    await expectEmpty(SETTLING_QUEUE);
    expect(await scheduled()).toMatchObject([{ redelivery: 1, attempts: 3 }]);
    await second.stop();
    mend();
    await start({ consumers, retries: LONG, withLetters: true });
    await pool().query(`update scheduled_message set due_at = now()`);
    await expectEffects(1);
    await eventually(async () => expect(await scheduled()).toEqual([]), WITHIN_MS);
    expect((await shop().effects()).confirmed).toBe(1);
  });

  it('comes again, and has its effect once, when a process dies between its redelivery and the end of its row', async () => {
    const { consumers, handled, mend } = fallible();
    let deaths = 2;
    const redelivering = (publisher: Publisher): Publisher => ({
      ...publisher,
      publish: async (...message) => {
        await publisher.publish(...message);
        if (deaths-- > 0) throw new Error('died');
      },
    });
    await start({ consumers, retries: LONG, withLetters: true, redelivering });
    await shop().sell();
    await eventually(async () => expect(await scheduled()).toHaveLength(1), WITHIN_MS);
    mend();
    await pool().query(`update scheduled_message set due_at = now()`);
    await eventually(async () => expect(await scheduled()).toEqual([]), WITHIN_MS);
    await expectEffects(1);
    expect(handled).toHaveLength(6); // three that failed, and three copies
    expect((await shop().effects()).confirmed).toBe(1);
  });

  it('whose row was replaced since it was claimed keeps the new one', async () => {
    const { consumers } = fallible();
    let handedOver = false;
    const redelivering = (publisher: Publisher): Publisher => ({
      ...publisher,
      publish: async (...message) => {
        await publisher.publish(...message);
        // So late that the message has failed again meanwhile, and was scheduled anew.
        await eventually(async () => expect(await scheduled()).toMatchObject([{ redelivery: 2 }]), WITHIN_MS);
        handedOver = true;
      },
    });
    const retries = { ...RETRIES, afterMs: [1, 3_600_000] };
    const { stop } = await start({ consumers, retries, withLetters: true, redelivering });
    await shop().sell();
    await eventually(() => expect(handedOver).toBe(true), WITHIN_MS);
    await stop();
    expect(await scheduled()).toMatchObject([{ redelivery: 2, attempts: 4 }]);
  });

  it('has its effect once when it is replayed after the mend, with the id it had', async () => {
    const { consumers, mend } = fallible();
    await start({ consumers, withLetters: true });
    await shop().sellMany(2);
    const failed = await untilLetters(2);
    const [{ letterId, messageId }] = failed as [Letter];
    mend();
    expect(await letters().preview('all', { kind: 'all' }, 100)).toMatchObject({ count: 2 });
    expect((await list()).map(({ state }) => state)).toEqual(['failed', 'failed']);
    const done = await letters().replay(OPERATOR, { kind: 'ids', ids: [letterId] }, ORDER);
    expect(done).toEqual({ count: 1, ids: [letterId] });
    expect(await untilResolved(1)).toMatchObject([{ messageId, replays: 1 }]);
    expect((await shop().effects()).confirmed).toBe(1);
    await letters().replay(OPERATOR, { kind: 'all' }, ORDER);
    await untilResolved(2);
    await expectEffects(2);
    expect(await letters().replay(OPERATOR, { kind: 'all' }, ORDER)).toEqual({ count: 0, ids: [] });
  });

  it('that fails again comes back with its history, and a late copy of a failure changes nothing', async () => {
    const { consumers, handled } = fallible();
    await start({ consumers, withLetters: true });
    await shop().sell();
    const [letter] = (await untilLetters(1)) as [Letter];
    await letters().replay(OPERATOR, { kind: 'all' }, ORDER);
    await eventually(
      async () => expect(await list()).toMatchObject([{ state: 'failed', replays: 1 }]),
      WITHIN_MS,
    );
    const found = await letters().show('all', letter.letterId);
    expect(found).toMatchObject({
      ok: true,
      value: {
        attempts: 6,
        hosted: 'broker',
        tenantId: shop().tenantId,
        payload: { isSuccessful: true },
        headers: { messageId: letter.messageId, cloudEvents_type: 'payment.processed.v1' },
        history: [
          { replay: 0, attempts: 3, faultType: 'TypeError' },
          { replay: 1, attempts: 3, faultType: 'TypeError', faultStack: expect.stringContaining('stomach') },
        ],
      },
    });
    expect(Object.keys(found.ok ? found.value.headers : {}).join()).not.toMatch(/MT-Fault|order-payments-/);
    expect(handled).toHaveLength(6);

    const before = await list();
    await inBroker(async (channel) => {
      const { rows } = await pool().query('select properties, body from dead_letter');
      const { headers, ...properties } = rows[0].properties;
      for (const replay of [0, 1])
        channel.sendToQueue(errorQueueOf(SETTLING_QUEUE), rows[0].body, {
          ...properties,
          headers: { ...headers, 'order-payments-replay': replay, 'MT-Fault-ExceptionType': 'Late' },
        });
    });
    await expectEmpty(errorQueueOf(SETTLING_QUEUE));
    expect(await list()).toEqual(before);
  });

  it('that cannot be decoded is a letter of nobody at once; without an id its body stands for it', async () => {
    await start({ withLetters: true });
    for (const body of ['{"a":1}', '{"a":1}', 'no JSON']) await send(body);
    const found = await untilLetters(2);
    expect(found).toMatchObject([
      { faultType: 'UndecodableMessage', consumer: 'order-created', attempts: 1 },
      { faultType: 'UndecodableMessage', messageId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    ]);
    await expectEmpty(ORDERS_QUEUE);
    await expectEmpty(errorQueueOf(ORDERS_QUEUE));
    expect(await list()).toHaveLength(2);
    expect(await letters().groups('all', {}, 10)).toMatchObject([{ failed: 2, consumer: 'order-created' }]);
    expect(await letters().list(shop().tenantId, {}, 10)).toEqual([]);
    await letters().replay(OPERATOR, { kind: 'all' }, ORDER);
    await eventually(
      async () => expect(await list()).toMatchObject([{ replays: 1 }, { replays: 1 }]),
      WITHIN_MS,
    );
    await untilLetters(2);
  });

  it('whose headers leave no room for ours is a letter all the same', async () => {
    const { consumers } = fallible();
    await start({ consumers, retries: { ...RETRIES, afterMs: [1] }, withLetters: true });
    await shop().sell();
    const [letter] = (await untilLetters(1)) as [Letter];
    await pool().query(
      `update dead_letter set properties = jsonb_set(properties::jsonb, '{headers,bulk}', to_jsonb(repeat('x', 65000)))::json`,
    );
    await letters().replay(OPERATOR, { kind: 'all' }, ORDER);
    await eventually(async () => {
      expect(await list()).toMatchObject([
        { letterId: letter.letterId, state: 'failed', replays: 1, faultType: 'RangeError' },
      ]);
    }, WITHIN_MS);
    expect(await scheduled()).toEqual([]);
  });

  it('is replayed by its group, the oldest so many, no faster than it was said', async () => {
    const { consumers, handled, mend } = fallible();
    await start({ consumers, withLetters: true });
    await shop().sellMany(6);
    await untilLetters(6);
    const [group] = await letters().groups('all', {}, 10);
    expect(group).toMatchObject({ consumer: SETTLING, failed: 6, faultType: 'TypeError' });
    mend();
    handled.length = 0;
    const selection = { kind: 'group', groupId: group!.groupId } as const;
    const { count, ids } = await letters().replay(OPERATOR, selection, { limit: 4, perSecond: 2 });
    expect(count).toBe(4);
    const { rows } = await pool().query(
      `select letter_id as id, round(extract(epoch from replay_due_at - min(replay_due_at) over ()) * 1000)::int as ms
       from dead_letter where state <> 'failed' and replay_due_at is not null order by replay_due_at`,
    );
    // Whatever was handled by now is no longer among them; what is to come stands half a second apart.
    const spacing = rows.slice(1).map(({ ms }, index) => ms - rows[index].ms);
    expect(spacing).toEqual(spacing.map(() => 500));
    await untilResolved(4);
    expect(handled).toHaveLength(4);
    const resolved = new Set(
      (await list()).flatMap((one) => (one.state === 'resolved' ? [one.letterId] : [])),
    );
    expect(resolved).toEqual(new Set(ids));
    expect(await letters().groups('all', {}, 10)).toMatchObject([{ failed: 2, resolved: 4 }]);
  });

  it('is replayed once when two operators ask at the same moment', async () => {
    const { consumers, handled, mend } = fallible();
    await start({ consumers, withLetters: true });
    await shop().sellMany(12);
    await untilLetters(12);
    mend();
    handled.length = 0;
    const asked = await Promise.all(
      Array.from({ length: 4 }, () => letters().replay(OPERATOR, { kind: 'all' }, ORDER)),
    );
    expect(asked.reduce((sum, { count }) => sum + count, 0)).toBe(12);
    await untilResolved(12);
    await expectEffects(12);
    expect(handled.toSorted()).toEqual([...new Set(handled)].toSorted());
    expect((await list()).map(({ replays }) => replays)).toEqual(Array.from({ length: 12 }, () => 1));
  });

  it('is given up with a reason, which is kept, and is replayed no more', async () => {
    const { consumers, handled } = fallible();
    await start({ consumers, withLetters: true });
    await shop().sell();
    await untilLetters(1);
    expect(await letters().discard(OPERATOR, { kind: 'all' }, 10, 'a test')).toMatchObject({ count: 1 });
    expect(await letters().replay(OPERATOR, { kind: 'all' }, ORDER)).toMatchObject({ count: 0 });
    expect(await list()).toMatchObject([{ state: 'discarded' }]);
    expect(handled).toHaveLength(3);
    const { rows } = await pool().query(
      'select actor, action, reason, details from operator_action order by action_id',
    );
    expect(rows).toMatchObject([
      {
        actor: 'user:test',
        action: 'dead-letters.discard',
        reason: 'a test',
        details: { letterIds: [expect.any(String)] },
      },
      { action: 'dead-letters.replay', details: { letterIds: [] } },
    ]);
    for (const change of ['update operator_action set actor = $$x$$', 'delete from operator_action'])
      await expect(pool().query(change)).rejects.toThrow(/append-only/);
  });

  it('keeps neighbours of an SQL consumer from nothing, and each counts once after its replay', async () => {
    const [orderCreated, paymentProcessed] = shop().consumers.sql as [SqlConsumer, SqlConsumer];
    let mended = false;
    const picky: SqlConsumer = {
      ...orderCreated,
      apply: async (tx, messages) => {
        await orderCreated.apply(tx, messages);
        const poisoned = messages.some(
          ({ event }) => 'customerId' in event.data && event.data.customerId === 'poison',
        );
        if (poisoned && !mended) throw new TypeError('cannot stomach this');
      },
    };
    await Promise.all([shop().sellMany(5), shop().sell('poison'), shop().sellMany(5)]);
    const consumers = { ...shop().consumers, sql: [picky, paymentProcessed] };
    await start({ consumers, retries: SHORT, withLetters: true });
    await untilLetters(1);
    expect(await shop().effects()).toMatchObject({ orders: 10 });
    mended = true;
    await letters().replay(OPERATOR, { kind: 'all' }, ORDER);
    await untilResolved(1);
    await expectEffects(11);
  });
});

describe('the kill switch of a consumer', { timeout: TIMEOUT_MS }, () => {
  const { shop, start, expectEffects, waitingIn, expectEmpty } = shopOnRabbitmq();
  const killSwitch = { windowMs: 60_000, messagesMin: 5, failuresMax: 0.5, probeAfterMs: 200 };

  it('stops it when too much fails, tries one message now and then, and lets it go on when that is handled', async () => {
    const [settling] = shop().consumers.command as [CommandConsumer];
    let mended = false;
    let tried = 0;
    const command: CommandConsumer = {
      ...settling,
      handle: async (message) => {
        tried++;
        if (!mended) throw new Error('the whole consumer is broken');
        await settling.handle(message);
      },
    };
    const retries = { afterMs: [3_600_000], killSwitch };
    const consumers = { ...shop().consumers, command: [command] };
    const running = await start({ consumers, retries, withLetters: true });
    await shop().sellMany(300);
    const statusOf = () => running.consumers.status().find(({ name }) => name === SETTLING);
    await eventually(() => expect(statusOf()).toMatchObject({ paused: true }), WITHIN_MS);
    const { pool } = shop().database;
    const setAside = async (): Promise<number> =>
      (await pool.query(`select count(*)::int as n from scheduled_message`)).rows[0].n;
    // Most of what it did not get to is still in the queue, not scheduled.
    await eventually(async () => expect(await waitingIn(SETTLING_QUEUE)).toBeGreaterThan(150), WITHIN_MS);
    const before = tried;
    await eventually(() => expect(tried).toBeGreaterThan(before + 3), WITHIN_MS);
    expect(await setAside()).toBeLessThan(150);
    expect(running.consumers.status().filter(({ paused }) => paused)).toHaveLength(1);

    mended = true;
    await eventually(() => expect(statusOf()).toMatchObject({ paused: false }), WITHIN_MS);
    await expectEmpty(SETTLING_QUEUE);
    await pool.query(`update scheduled_message set due_at = now()`);
    await expectEffects(300);
    expect(await setAside()).toBe(0);
  });

  it('does not keep it from stopping, and opens again with what was left', async () => {
    const [settling] = shop().consumers.command as [CommandConsumer];
    const broken: CommandConsumer = {
      ...settling,
      handle: () => Promise.reject(new Error('the whole consumer is broken')),
    };
    const retries = { afterMs: [3_600_000], killSwitch: { ...killSwitch, probeAfterMs: 3_600_000 } };
    const running = await start({ consumers: { ...shop().consumers, command: [broken] }, retries });
    await shop().sellMany(50);
    await eventually(
      () => expect(running.consumers.status()).toContainEqual(expect.objectContaining({ paused: true })),
      WITHIN_MS,
    );
    await running.stop();
    await start({ withLetters: true });
    await shop().database.pool.query(`update scheduled_message set due_at = now()`);
    await expectEffects(50);
  });
});
