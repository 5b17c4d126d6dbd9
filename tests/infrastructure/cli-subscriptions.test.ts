import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import type { Effect } from '../../src/infrastructure/event-log/effect.ts';
import type { OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import type { Subscription } from '../../src/infrastructure/event-log/subscription.ts';
import type { Worker } from '../../src/infrastructure/event-log/worker.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { cliOn, jsonOf, type CliRun } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { claimed, contextOf, newOrder, openTestLog, orderStream, startTestWorker } from '../support/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let open: OpenLog;
let worker: Worker;
let run: (...args: readonly string[]) => Promise<CliRun>;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query('create table seen (name text not null, position bigint not null)');
  open = openTestLog(database.pool);
  worker = startTestWorker(database.pool, open.tails);
  run = cliOn(database);
});
afterEach(async () => {
  await worker.stop();
  await database.drop();
});

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

const append = (count: number): Promise<unknown> =>
  Promise.all(upTo(count).map(() => open.log.append(newOrder())));

const claim = (orderId: OrderId, version: number): Promise<unknown> =>
  open.log.append({
    context: contextOf(),
    streams: [orderStream(orderId, version, [claimed(orderId)])],
    answer: null,
  });

/** Notes what it handled; fails at one stream until healed. */
function follow(
  name: string,
  { poison, ...options }: Partial<Subscription> & { poison?: string } = {},
): { heal: () => void } {
  let healed = false;
  const effect: Effect = {
    kind: 'sql',
    apply: async (tx, events) => {
      if (!healed && events.some(({ streamId }) => streamId === poison)) throw new Error('cannot be handled');
      const positions = events.map(({ position }) => position);
      await tx.query('insert into seen select $1, unnest($2::bigint[])', [name, positions]);
    },
  };
  worker.follow({ name, version: 1, batchMax: 100, effect, onPoison: 'park', ...options });
  return { heal: () => (healed = true) };
}

async function seenBy(name: string): Promise<number[]> {
  const { rows } = await database.pool.query(
    'select position::int from seen where name = $1 order by position',
    [name],
  );
  return rows.map((row) => row.position);
}

const untilSeen = (name: string, positions: readonly number[]): Promise<void> =>
  eventually(async () => expect(await seenBy(name)).toEqual(positions), 15_000);

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe('projections pause and resume', () => {
  it('stop the effects of one subscription and let them go on from there', async () => {
    follow('one');
    follow('other');
    await append(5);
    await untilSeen('one', upTo(5));
    const paused = await run('projections', 'pause', 'one');
    expect(paused).toMatchObject({ exitCode: 0, stdout: 'one v1, shard 0: paused at 5\n' });
    await append(5);
    await untilSeen('other', upTo(10));
    expect(await seenBy('one')).toEqual(upTo(5));
    expect((await run('projections', 'pause', 'one', '--shard', '0')).stdout).toContain('as it was');

    expect(jsonOf(await run('projections', 'resume', 'one', '--json'))).toEqual({
      name: 'one',
      shards: [{ version: 1, shard: 0, status: 'running', position: 5, changed: true }],
    });
    await untilSeen('one', upTo(10));
    expect((await run('projections', 'resume', 'one')).stdout).toContain('as it was');
  });

  it('return only when nothing is being applied any more, outside the database neither', async () => {
    const order: string[] = [];
    const { promise: isOver, resolve: letGo } = withResolvers();
    const apply = async (): Promise<void> => {
      order.push('begun');
      await isOver;
      order.push('over');
    };
    const patient = startTestWorker(database.pool, open.tails, 60_000);
    patient.follow({
      name: 'outside',
      version: 1,
      batchMax: 10,
      effect: { kind: 'outside', apply },
      onPoison: 'park',
    });
    await append(1);
    await eventually(() => expect(order).toEqual(['begun']));
    const pausing = run('projections', 'pause', 'outside').then((ended) => {
      order.push('paused');
      return ended;
    });
    await eventually(async () => {
      const { rows } = await database.pool.query(`select status from subscription where name = 'outside'`);
      expect(rows).toEqual([{ status: 'paused' }]);
    });
    await Promise.race([pausing, sleep(300)]); // time enough to return too early
    letGo();
    expect((await pausing).stdout).toBe('outside v1, shard 0: paused at 0\n');
    expect(order).toEqual(['begun', 'over', 'paused']);
    await patient.stop();
  });

  it('wait for a batch in hand, whose effect then counts', async () => {
    follow('one');
    await append(1);
    await untilSeen('one', [1]);
    const holder = await database.pool.connect();
    await holder.query('begin');
    await holder.query('lock table seen in share mode'); // the next batch stops amid its transaction
    await append(1);
    await eventually(async () => {
      const { rows } = await database.pool.query(`select from pg_locks where not granted`);
      expect(rows).toHaveLength(1);
    });
    const pausing = run('projections', 'pause', 'one');
    await eventually(async () => {
      const { rows } = await database.pool.query(`select from pg_locks where not granted`);
      expect(rows).toHaveLength(2);
    });
    await holder.query('rollback');
    holder.release();
    expect((await pausing).stdout).toBe('one v1, shard 0: paused at 2\n');
    expect(await seenBy('one')).toEqual([1, 2]);
  });

  it('resume what halted at an event it could not handle', async () => {
    const bad = ids.orderId();
    const { heal } = follow('strict', { poison: bad, onPoison: 'halt' });
    await open.log.append(newOrder(bad));
    await append(1);
    await eventually(async () => {
      const [unit] = jsonOf(await run('projections', 'list', '--json')).subscriptions;
      expect(unit).toMatchObject({ name: 'strict', status: 'halted', lastError: 'Error: cannot be handled' });
      expect(unit).toMatchObject({ position: 0, head: 2, lag: 2, parked: 0, owner: null });
    }, 15_000);
    const { stdout } = await run('projections', 'list');
    expect(stdout).toMatch(/^strict +1 +0 +halted +0 +2 +2 +0 +free +- +Error: cannot be handled$/m);
    heal();
    expect((await run('projections', 'resume', 'strict')).stdout).toBe('strict v1, shard 0: running at 0\n');
    await untilSeen('strict', [1, 2]);
  });
});

/** One parked event, position 1, with another of its stream behind it, position 2. */
async function parkTwo(): Promise<{ heal: () => void; bad: OrderId }> {
  const bad = ids.orderId();
  const { heal } = follow('one', { poison: bad });
  await open.log.append(newOrder(bad));
  await claim(bad, 1);
  await append(1);
  await untilSeen('one', [3]);
  return { heal, bad };
}

describe('parked events', () => {
  it('are listed with the reason, retried, and handled in their order', async () => {
    const { heal, bad } = await parkTwo();
    const listed = await run('parked', 'list', '--subscription', 'one', '--json');
    expect(jsonOf(listed).parked).toMatchObject([
      { id: '0-1', subscription: 'one', kind: 'failed', error: 'Error: cannot be handled', streamId: bad },
      { id: '0-2', subscription: 'one', kind: 'behind', status: 'parked' },
    ]);
    expect((await run('parked', 'list')).stdout).toMatch(
      /^0-1 +one v1 +OrderCreated +\S+ v1 +failed +6 .*cannot be/m,
    );

    const short = await run('parked', 'list', '--limit', '1');
    expect(short.stdout.trim().split('\n')).toHaveLength(2); // with its headings
    expect(short.stderr).toBe('there are more: give a --limit above 1\n');

    const failed = await run('parked', 'retry', '0-1');
    expect(failed.stdout).toBe('0-1 OrderCreated for one v1: parked again: Error: cannot be handled\n');
    expect(failed.exitCode).toBe(1);
    heal();
    const handled = await run('parked', 'retry', '--stream', bad, '--json');
    expect(jsonOf(handled).events).toMatchObject([
      { id: '0-1', outcome: 'handled' },
      { id: '0-2', outcome: 'handled' },
    ]);
    expect(handled.exitCode).toBe(0);
    expect(await seenBy('one')).toEqual([1, 2, 3]);
    expect((await run('parked', 'list')).stdout).toBe('nothing is parked\n');
    expect(await run('parked', 'retry', '--all')).toMatchObject({
      exitCode: 0,
      stdout: 'nothing is parked\n',
    });
  });

  it('are given up one by one, with who did it and why, and their stream goes on', async () => {
    const { heal, bad } = await parkTwo();
    heal();
    const discard = ['parked', 'discard', '0-1', '--subscription', 'one', '--reason'];
    const { exitCode, stdout } = await run(...discard, 'settled by hand');
    expect(stdout).toBe(`discarded 0-1 OrderCreated for one v1\nlater events of ${bad} go on\n`);
    expect(exitCode).toBe(0);
    await untilSeen('one', [2, 3]);

    const again = await run(...discard, 'another reason');
    expect(again.stdout).toMatch(
      /0-1 OrderCreated for one v1 was discarded before, by user:.+: settled by hand\n/,
    );
    expect(again.exitCode).toBe(0);
    expect((await run('parked', 'list')).stdout).toBe('nothing is parked\n');
    const all = jsonOf(await run('parked', 'list', '--discarded', '--json')).parked;
    expect(all).toMatchObject([{ id: '0-1', status: 'discarded', reason: 'settled by hand' }]);
    expect(all[0].actor).toMatch(/^user:./);
    // What was given up stays given up.
    expect((await run('parked', 'retry', '0-1')).stderr).toContain('no such event is parked');
    expect((await run('parked', 'discard', '0-3', '--subscription', 'one', '--reason', 'x')).exitCode).toBe(
      1,
    );
  });

  it('that wait behind another go on waiting when one of them is given up', async () => {
    const { bad } = await parkTwo();
    const { stdout } = await run(
      'parked',
      'discard',
      '0-2',
      '--subscription',
      'one',
      '--reason',
      'not needed',
    );
    expect(stdout).toContain(`later events of ${bad} still wait behind 0-1`);
  });

  it('that nobody is there to try are tried when somebody is', async () => {
    await parkTwo();
    await worker.stop();
    const { exitCode, stdout } = await run('parked', 'retry', '0-1', '--wait', '0');
    expect(stdout).toBe(
      '0-1 OrderCreated for one v1: no running process follows it: it will be tried when one does\n',
    );
    expect(exitCode).toBe(1);
    await run('projections', 'pause', 'one');
    expect((await run('parked', 'retry', '0-1', '--wait', '0')).stdout).toContain(
      'one is paused: it will be tried after projections resume one',
    );
    await run('projections', 'resume', 'one');
    worker = startTestWorker(database.pool, open.tails);
    follow('one');
    await untilSeen('one', [1, 2, 3]);
  });
});
