import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeProgress, speedometer, type Progress } from '../../src/cli/progress.ts';
import type { OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { beginGeneration, listGenerations } from '../../src/infrastructure/read-models/generations.ts';
import { orderSummaryProjection } from '../../src/infrastructure/read-models/order-summary.ts';
import { hostProjections } from '../../src/infrastructure/read-models/projection-host.ts';
import { PROJECTIONS } from '../../src/infrastructure/read-models/projections.ts';
import { cliOn, jsonOf, startCli } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { newOrder, openTestLog, silent, startTestWorker } from '../support/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { createShardedDatabase } from '../support/sharded-database.ts';

const NAME = 'order-summary';

let connectionString: string;
let pool: Pool;
let open: OpenLog;
let stopAll: (() => Promise<void>)[];

function use(database: TestDatabase, shardCount: number): void {
  ({ connectionString, pool } = database);
  open = openTestLog(pool, { shardCount });
  stopAll.unshift(() => database.drop());
}

/** What a running service does for its read models. */
async function startService(): Promise<void> {
  const worker = startTestWorker(pool, open.tails);
  const host = await hostProjections(pool, worker, silent, PROJECTIONS);
  stopAll.unshift(async () => {
    await host.stop();
    await worker.stop();
  });
}

const append = (count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, () => open.log.append(newOrder())));

const rows = async (): Promise<unknown[]> =>
  (await pool.query('select * from order_summary order by shard, order_id')).rows;

const generations = async (): Promise<string[]> =>
  (await listGenerations(pool))
    .filter(({ name }) => name === NAME)
    .map(({ generation, status }) => `${generation} ${status}`);

const run = (...args: readonly string[]) => cliOn({ connectionString })(...args);
const start = (...args: readonly string[]) => startCli({ DATABASE_URL: connectionString }, args);

/** A generation 3 beside a live one with these events, that cannot go on until the returned function is called. */
async function holdGeneration3(events: number): Promise<() => Promise<void>> {
  await append(events);
  await run('projections', 'rebuild', NAME);
  expect(await beginGeneration(pool, NAME, orderSummaryProjection.codeVersion)).toBe(3);
  const holder = await pool.connect();
  await holder.query('begin');
  await holder.query('select from subscription where name = $1 and version = $2 for update', [NAME, 3]);
  return async () => {
    await holder.query('rollback');
    holder.release();
  };
}

describe('projections rebuild', () => {
  beforeEach(async () => {
    stopAll = [];
    use(await createTestDatabase(), 1);
  });
  afterEach(async () => {
    for (const stop of stopAll) await stop();
  });

  it.each<[string, () => Promise<void>]>([
    ['alone', async () => {}],
    ['together with a running service', startService],
  ])('makes the same rows anew on four shards while orders keep coming, %s', async (_, begin) => {
    use(await createShardedDatabase(4), 4);
    await begin();
    await append(300);
    await run('projections', 'rebuild', NAME);
    await pool.query(`update order_summary set status = 'Damaged'`);

    let stop = false;
    const appending = (async () => {
      while (!stop) await append(10);
    })();
    const { exitCode, stdout } = await run('projections', 'rebuild', NAME);
    stop = true;
    await appending;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^generation 3 of order-summary is live: \d+ events in [\d.]+ s, \d+\/s\n$/);
    expect(await generations()).toEqual(['3 live']);

    // Once nothing comes any more, the next one is made of all that was: both must say the same.
    await startService();
    const { rows: streams } = await pool.query('select count(*)::int as n from stream');
    await eventually(async () => expect(await rows()).toHaveLength(streams[0].n));
    const before = await rows();
    expect(before.filter((row) => (row as { status: string }).status !== 'Created')).toEqual([]);
    expect((await run('projections', 'rebuild', NAME)).exitCode).toBe(0);
    expect(await rows()).toEqual(before);
  });

  it('says in JSON what it did, and nothing else', async () => {
    await append(20);
    const result = await run('projections', 'rebuild', NAME, '--json');
    expect(jsonOf(result)).toMatchObject({
      name: NAME,
      generation: 2,
      status: 'live',
      events: 20,
      parked: 0,
    });
    expect(result.stderr).toBe('building generation 2 of order-summary\n');
  });

  it('shows how far it is, and leaves off at Ctrl-C what the next call goes on with', async () => {
    const letGo = await holdGeneration3(20);
    const first = start('projections', 'rebuild', NAME);
    await eventually(() => expect(first.output()).toContain('0 %, 0 of 20 events'));
    first.interrupt();
    await eventually(() => expect(first.output()).toContain('left at 0 of 20 events'));
    await letGo();
    expect((await first.ended()).exitCode).toBe(130);
    expect(await generations()).toEqual(['2 live', '3 building']);

    const second = await run('projections', 'rebuild', NAME);
    expect(second.stderr).toContain('going on with generation 3 of order-summary');
    expect(second.exitCode).toBe(0);
    expect(await generations()).toEqual(['3 live']);
  });

  it('draws a bar over itself on a terminal', async () => {
    const letGo = await holdGeneration3(20);
    const watched = startCli({ DATABASE_URL: connectionString }, ['projections', 'rebuild', NAME], {
      isTTY: true,
    });
    await eventually(() =>
      expect(watched.output().match(/\r\[\.{30}\] 0 %, 0 of 20 events/g)?.length).toBeGreaterThan(1),
    );
    await letGo();
    const { exitCode, stdout, stderr } = await watched.ended();
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('\r');
    expect(stderr.endsWith('\r')).toBe(true); // the bar is wiped away before the answer
  });

  it('--cancel drops what is being built, and tells whoever watches it', async () => {
    const letGo = await holdGeneration3(20);
    const watching = start('projections', 'rebuild', NAME);
    await eventually(() => expect(watching.output()).toContain('0 of 20 events'));
    const cancelling = start('projections', 'rebuild', NAME, '--cancel', '--json');
    await letGo();
    const cancelled = await cancelling.ended();
    const { exitCode, stderr } = await watching.ended();
    // Let go, the two race; whichever is first, the one that is live at the end stays.
    if (jsonOf(cancelled).cancelled === null) expect(exitCode).toBe(0);
    else expect(stderr).toContain('generation 3 of order-summary was cancelled or replaced');
    expect(cancelled.exitCode).toBe(0);
    expect(await rows()).toHaveLength(20);

    const again = await run('projections', 'rebuild', NAME, '--cancel');
    expect(again).toMatchObject({ exitCode: 0, stdout: 'nothing is being built of order-summary\n' });
  });

  it('ends when somebody paused it, and says how to go on', async () => {
    await append(20);
    await beginGeneration(pool, NAME, orderSummaryProjection.codeVersion);
    await pool.query(`update subscription set status = 'paused' where name = $1`, [NAME]);
    const { exitCode, stderr } = await run('projections', 'rebuild', NAME);
    expect(stderr).toContain('is paused on shard 0; run projections resume order-summary, then this again');
    expect(exitCode).toBe(1);
  });

  it('refuses to put what newer code made back to what this build makes', async () => {
    await pool.query(`update projection set code_version = 99 where name = $1`, [NAME]);
    const { exitCode, stderr } = await run('projections', 'rebuild', NAME);
    expect(stderr).toContain(
      `code version 99 here, and this build has ${orderSummaryProjection.codeVersion}: use the newer build`,
    );
    expect(exitCode).toBe(1);
    expect(await generations()).toEqual(['1 live']);
  });
});

describe('progress', () => {
  const progress: Progress = {
    status: 'building',
    done: 2_500n,
    total: 10_000n,
    parked: 0,
    error: undefined,
    stopped: undefined,
  };

  it('tells the speed of the last seconds, and that of the whole', () => {
    let ms = 0;
    const speed = speedometer(() => ms);
    expect(speed(0n).perSecond).toBeUndefined();
    for (ms = 1_000; ms <= 10_000; ms += 1_000) speed(BigInt(ms)); // 1,000 a second
    for (ms = 11_000; ms <= 20_000; ms += 1_000) speed(10_000n); // and then nothing
    expect(speed(10_000n)).toEqual({ perSecond: 0, overall: { seconds: 21, perSecond: 476 } });
  });

  it.each<[string, Partial<Progress>, number | undefined, string]>([
    ['before there is a speed', {}, undefined, '25 %, 2500 of 10000 events'],
    ['in seconds', {}, 500, '25 %, 2500 of 10000 events, 500/s, 15 s left'],
    ['in minutes', {}, 50, '25 %, 2500 of 10000 events, 50/s, 3 min left'],
    ['in hours', {}, 1, '25 %, 2500 of 10000 events, 1/s, 2 h 5 min left'],
    ['while it stands still', {}, 0, '25 %, 2500 of 10000 events, 0/s, time left unknown'],
    ['at the end', { done: 10_000n }, 500, '100 %, 10000 of 10000 events, 500/s, about to go live'],
    ['with an error', { error: 'E: x' }, undefined, '25 %, 2500 of 10000 events, last error: E: x'],
    ['of an empty log', { done: 0n, total: 0n }, undefined, '100 %, 0 of 0 events'],
  ])('says how long it takes yet %s', (_, part, perSecond, text) => {
    expect(describeProgress({ ...progress, ...part }, perSecond, false)).toBe(text);
  });

  it('fills its bar with what is done', () => {
    expect(describeProgress(progress, undefined, true)).toBe(
      `[${'#'.repeat(7)}${'.'.repeat(23)}] 25 %, 2500 of 10000 events`,
    );
  });
});
