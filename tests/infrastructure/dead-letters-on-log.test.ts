import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandConsumer } from '../../src/application/consumers.ts';
import type { Letter } from '../../src/application/dead-letters.ts';
import type { Consumers } from '../../src/infrastructure/consumers/on-log.ts';
import { RETRIES, type Retries } from '../../src/infrastructure/consumers/retries.ts';
import { orderIdOf } from '../../src/application/integration-events.ts';
import { fileLetter } from '../../src/infrastructure/dead-letters/record.ts';
import { scheduleMessage } from '../../src/infrastructure/dead-letters/scheduled-messages.ts';
import { cleanOrder } from '../../src/infrastructure/erasure/clean-order.ts';
import type { Erasure } from '../../src/infrastructure/erasure/erasures.ts';
import { inTransaction } from '../../src/infrastructure/postgres/pool.ts';
import { encodeMessage } from '../../src/infrastructure/rabbitmq/message-codec.ts';
import { newErasureId } from '../../src/infrastructure/system.ts';
import { deadLetters } from '../../src/infrastructure/dead-letters/dead-letters.ts';
import { hostOnLog } from '../../src/infrastructure/consumers/on-log.ts';
import { followsCheck, type Following } from '../../src/infrastructure/event-log/worker.ts';
import { cliOn, jsonOf } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { startTestWorker } from '../support/log.ts';
import { effectsOf, onLog, openShop, SETTLING, type Shop } from '../support/shop.ts';

const WITHIN_MS = 30_000;
const SHORT = { ...RETRIES, afterMs: [20, 40, 60, 80] };
const LONG = { ...RETRIES, afterMs: [3_600_000] };
const AT_ONCE = { ...RETRIES, afterMs: [] };
const OPERATOR = { owner: 'all', actor: 'user:test' } as const;
const ORDER = { limit: 100, perSecond: 1_000 };

let shop: Shop;
let undo: (() => Promise<unknown>)[];
beforeEach(async () => {
  shop = await openShop();
  undo = [() => shop.database.drop()];
});
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
});

function fallible() {
  const [settling] = shop.consumers.command as [CommandConsumer];
  const handled: string[] = [];
  let mended = false;
  const command: CommandConsumer = {
    ...settling,
    handle: async (message) => {
      handled.push(message.messageId);
      if (!mended) throw new TypeError('cannot stomach this');
      await settling.handle(message);
    },
  };
  const consumers: Consumers = { ...shop.consumers, command: [command] };
  return { consumers, handled, mend: () => (mended = true) };
}

function host(consumers: Consumers, retries: Retries = AT_ONCE): () => Promise<void> {
  const stop = onLog(shop, consumers, retries);
  undo.push(stop);
  return stop;
}

const letters = () => deadLetters(shop.database.pool);
const list = (): Promise<Letter[]> => letters().list('all', {}, 1_000);
const expectEffects = (sales: number): Promise<void> =>
  eventually(async () => expect(await shop.effects()).toEqual(effectsOf(sales)), WITHIN_MS);
const untilLetters = (...states: string[]): Promise<Letter[]> =>
  eventually(async () => {
    const found = await list();
    expect(found.map(({ state }) => state).toSorted()).toEqual(states.toSorted());
    return found;
  }, WITHIN_MS);
const parked = async (): Promise<{ kind: string; attempts: number; retries: number; waits: boolean }[]> =>
  (
    await shop.database.pool.query(
      `select kind, attempts, retries, next_retry_at is not null as waits from parked where name = $1`,
      [SETTLING],
    )
  ).rows;

/** An effect outside the database is followed by the end of its parked event, not together with it. */
const untilNothingIsParked = (): Promise<void> =>
  eventually(async () => expect(await parked()).toEqual([]), WITHIN_MS);

describe('an event that a consumer on the log cannot handle', { timeout: 120_000 }, () => {
  it('is tried by the schedule after its first attempts, and is then one dead letter', async () => {
    const { consumers, handled } = fallible();
    host(consumers, SHORT);
    await shop.sell();
    const [letter] = await untilLetters('failed');
    const message = (await shop.messages()).find(({ event }) => event.type === 'payment.processed.v1');
    expect(letter).toMatchObject({
      consumer: SETTLING,
      messageId: message!.messageId,
      type: 'PaymentProcessed',
      attempts: 10, // six at once, four by the schedule
      faultType: 'TypeError',
    });
    expect(await parked()).toContainEqual({ kind: 'failed', attempts: 10, retries: 4, waits: false });
    const tries = handled.length;
    expect(await letters().show('all', letter!.letterId)).toMatchObject({
      value: {
        hosted: 'log',
        tenantId: shop.tenantId,
        payload: { isSuccessful: true },
        history: [{ replay: 0 }],
      },
    });
    expect(handled).toHaveLength(tries);
  });

  it('is no letter while it waits for a try of its own, and none when that succeeds', async () => {
    const { consumers, mend } = fallible();
    const stop = host(consumers, LONG);
    await shop.sell();
    await eventually(
      async () =>
        expect(await parked()).toContainEqual(expect.objectContaining({ kind: 'failed', waits: true })),
      WITHIN_MS,
    );
    await stop();
    mend();
    await shop.database.pool.query(`update parked set next_retry_at = now() where next_retry_at is not null`);
    host(consumers, LONG);
    await expectEffects(1);
    await untilNothingIsParked();
    expect(await list()).toEqual([]);
  });

  it('has its effect once when it is replayed after the mend, and its stream goes on', async () => {
    const { consumers, mend } = fallible();
    host(consumers);
    await shop.sell();
    const [letter] = await untilLetters('failed');
    await letters().replay(OPERATOR, { kind: 'all' }, ORDER);
    await eventually(
      async () => expect(await list()).toMatchObject([{ state: 'failed', replays: 1 }]),
      WITHIN_MS,
    );
    expect(await letters().show('all', letter!.letterId)).toMatchObject({
      value: {
        attempts: 7,
        history: [
          { replay: 0, attempts: 6 },
          { replay: 1, attempts: 1 },
        ],
      },
    });
    mend();
    expect(await letters().preview('all', { kind: 'all' }, 10)).toEqual({
      count: 1,
      ids: [letter!.letterId],
    });
    await letters().replay(OPERATOR, { kind: 'group', groupId: letter!.groupId }, ORDER);
    await untilLetters('resolved');
    await expectEffects(1);
    await untilNothingIsParked();
  });

  it('is given up with its letter, and later events of its stream go on', async () => {
    const { consumers } = fallible();
    host(consumers);
    await shop.sell();
    await untilLetters('failed');
    await letters().discard(OPERATOR, { kind: 'all' }, 10, 'a test');
    const { rows } = await shop.database.pool.query(
      `select status, actor, reason from parked where kind = 'failed'`,
    );
    expect(rows).toEqual([{ status: 'discarded', actor: 'user:test', reason: 'a test' }]);
    await eventually(async () => expect(await parked()).toHaveLength(1), WITHIN_MS); // nothing behind it any more
    expect(await list()).toMatchObject([{ state: 'discarded' }]);
  });

  it('is the same to `parked` and to `dlq`, by whichever it is looked after', async () => {
    const { consumers, mend } = fallible();
    const run = cliOn(shop.database);
    host(consumers);
    await shop.sellMany(2);
    const [one, other] = (await untilLetters('failed', 'failed')) as [Letter, Letter];
    mend();
    expect(await run('dlq', 'replay', one.letterId)).toMatchObject({
      exitCode: 0,
      stdout: `replaying 1:\n  ${one.letterId}\n`,
    });
    await untilLetters('failed', 'resolved');
    const { exitCode } = await run('parked', 'retry', '--all', '--subscription', SETTLING);
    expect(exitCode).toBe(0);
    await untilLetters('resolved', 'resolved');
    await expectEffects(2);
    const { rows } = await shop.database.pool.query(
      'select actor, action, tenant_id from operator_action order by action_id',
    );
    expect(rows).toMatchObject([
      { actor: expect.stringMatching(/^user:/), action: 'dead-letters.replay', tenant_id: null },
      { actor: expect.stringMatching(/^user:/), action: 'parked.retry' },
    ]);
    expect(other.consumer).toBe(SETTLING);
  });

  it('is listed, shown and given up on the command line', async () => {
    const { consumers } = fallible();
    const run = cliOn(shop.database);
    expect((await run('dlq', 'list')).stdout).toBe('none\n');
    host(consumers);
    await shop.sellMany(3);
    const [{ groupId, letterId }] = (await untilLetters('failed', 'failed', 'failed')) as [Letter];
    expect(jsonOf(await run('dlq', 'list', '--json'))).toMatchObject({ groups: [{ groupId, failed: 3 }] });
    expect((await run('dlq', 'list')).stdout).toContain('TypeError: cannot stomach this');
    const shown = await run('dlq', 'list', '--group', groupId, '--limit', '2', '--json');
    expect(jsonOf(shown).letters).toHaveLength(2);
    expect(shown.stderr).toContain('there are more');
    expect((await run('dlq', 'show', letterId)).stdout).toMatch(
      /failed first at .*\n {2}TypeError: cannot stomach/,
    );
    const preview = await run('dlq', 'discard', '--group', groupId, '--reason', 'x', '--preview', '--json');
    expect(jsonOf(preview)).toMatchObject({ count: 3, preview: true });
    await untilLetters('failed', 'failed', 'failed');
    expect(await run('dlq', 'discard', letterId, '--reason', 'a test')).toMatchObject({ exitCode: 0 });
    await untilLetters('failed', 'failed', 'discarded');
    expect(await run('dlq', 'replay', letterId)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('none of these'),
    });
    for (const wrong of [
      ['replay'],
      ['replay', letterId, '--all'],
      ['replay', 'x'],
      ['replay', '--group', 'x'],
      ['discard', '--all', '--reason', ' '],
      ['discard', '--all'],
      ['list', '--state', 'x'],
    ])
      expect({ wrong, exitCode: (await run('dlq', ...wrong)).exitCode }).toEqual({ wrong, exitCode: 2 });
    expect(await run('dlq', 'show', '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b')).toMatchObject({ exitCode: 1 });
    expect(await run('dlq', 'replay', '--all', '--tenant', 'nobody')).toMatchObject({ exitCode: 1 });
  });

  it('is of no letter when it is a projection that fails: that is looked after by parked alone', async () => {
    const worker = startTestWorker(shop.database.pool, shop.tails);
    undo.push(() => worker.stop());
    worker.follow({
      name: 'projection',
      version: 1,
      batchMax: 10,
      effect: { kind: 'sql', apply: () => Promise.reject(new Error('never')) },
      onPoison: 'park',
    });
    await shop.sell();
    await eventually(async () => {
      const { rows } = await shop.database.pool.query(
        `select next_retry_at from parked where name = 'projection'`,
      );
      expect(rows[0]).toEqual({ next_retry_at: null });
    }, WITHIN_MS);
    expect(await list()).toEqual([]);
  });

  it('makes the consumer pause when too many fail, and nothing is lost by it', async () => {
    const { consumers, handled, mend } = fallible();
    const worker = startTestWorker(shop.database.pool, shop.tails);
    undo.push(() => worker.stop());
    const killSwitch = { windowMs: 600_000, messagesMin: 2, failuresMax: 0.5, probeAfterMs: 3_000 };
    await shop.sellMany(12);
    const hosted: Following[] = hostOnLog(worker, consumers, { afterMs: [3_600_000], killSwitch });
    const statuses = () => hosted.flatMap((following) => following.status());
    await eventually(() => expect(statuses().some(({ paused }) => paused)).toBe(true), WITHIN_MS);
    expect(followsCheck('consumers', statuses())).toMatchObject({
      status: 'degraded',
      detail: expect.stringMatching(/settling\/\d takes nothing for now/),
    });
    expect((await parked()).filter(({ kind }) => kind === 'failed').length).toBeLessThan(12);
    const before = handled.length;
    await eventually(() => expect(handled.length).toBeGreaterThan(before), WITHIN_MS); // a probe
    mend();
    await eventually(() => expect(statuses().some(({ paused }) => paused)).toBe(false), WITHIN_MS);
    await shop.database.pool.query(`update parked set next_retry_at = now() where next_retry_at is not null`);
    await expectEffects(12);
    await untilNothingIsParked();
  });
});

it('copies of messages that wait forget who an erased order was for', async () => {
  const { pool } = shop.database;
  await shop.sell('somebody');
  const message = (await shop.messages()).find(({ event }) => event.type === 'order.created.v1')!;
  const { body, properties } = encodeMessage(message);
  const { messageId, tenantId } = message;
  const about = { consumer: 'order-created', messageId, properties };
  await scheduleMessage(pool, { ...about, body, redelivery: 1, replay: 0, attempts: 3 }, 3_600_000);
  await inTransaction(pool, (tx) =>
    fileLetter(tx, {
      ...{ ...about, tenantId, type: 'order.created.v1', traceId: null, replay: 0, attempts: 3 },
      ...{ fault: { type: 'Error', message: '', stack: '' }, source: { properties, body } },
    }),
  );
  const { shard } = message;
  const order = { shard, orderId: orderIdOf(message), archived: false, keyId: null };
  await cleanOrder(pool, { erasureId: newErasureId() } as Erasure, order);
  const { rows } = await pool.query(
    `select convert_from(body, 'UTF8')::jsonb as body from dead_letter
     union all select convert_from(body, 'UTF8')::jsonb from scheduled_message`,
  );
  const expected = { ...message.event.data, customerId: 'erased' };
  expect(rows).toEqual([{ body: expected }, { body: expected }]);
});
