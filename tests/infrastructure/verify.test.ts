import { afterAll, afterEach, beforeAll, beforeEach, expect, it, inject } from 'vitest';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliOn, jsonOf, startCli } from '../support/cli.ts';
import {
  fillLog,
  followAll,
  payInVain,
  untilCaughtUp,
  verifyHere,
  type FilledLog,
} from '../support/filled-log.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { openShop } from '../support/shop.ts';

let filled: FilledLog;
let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  filled = await fillLog();
  folder = await mkdtemp(join(tmpdir(), 'order-payments-heads-'));
});
beforeEach(async () => {
  database = await filled.copy();
});
afterEach(() => database.drop());
afterAll(async () => {
  await filled.drop();
  await rm(folder, { recursive: true });
});

it('finds nothing wrong with a log that nobody meddled with, and says what it looked at', async () => {
  const { sound, findings, checks } = await verifyHere(database.pool);
  expect(findings).toEqual([]);
  expect(sound).toBe(true);
  const counts = Object.fromEntries(checks.map((one) => [one.check, one.counts]));
  const { rows } = await database.pool.query(
    `select (select count(*)::int from event) as events, (select count(*)::int from seal) as seals,
       (select count(*)::int from stream) as streams, (select count(*)::int from snapshot) as snapshots,
       (select count(*)::int from order_summary) + (select count(*)::int from payment_history)
         + (select count(*)::int from ledger_transaction) + (select count(*)::int from daily_sales)
         + (select count(*)::int from activity) as rows,
       (select count(*)::int from subscription) as checkpoints`,
  );
  const { events, seals, streams, snapshots, rows: read, checkpoints } = rows[0];
  expect(counts).toMatchObject({
    chain: { events, seals },
    positions: { events },
    streams: { streams },
    'read-models': { events, rows: read },
    snapshots: { snapshots },
    subscriptions: { checkpoints },
  });
});

it('finds nothing wrong with a log of which nothing was written yet', async () => {
  const shop = await openShop();
  const { findings } = await verifyHere(shop.database.pool);
  await shop.database.drop();
  expect(findings).toEqual([]);
});

it('gives no false alarm while traffic goes on', { timeout: 60_000 }, async () => {
  const shop = await openShop();
  const stop = await followAll(shop);
  let selling = true;
  const sellers = Promise.all(
    [shop.sell, () => payInVain(shop)].map(async (sell) => {
      while (selling) await sell();
    }),
  );
  const heads = new Set<bigint>();
  const found: unknown[] = [];
  for (let run = 0; run < 4; run++) {
    const verdict = await verifyHere(shop.database.pool);
    found.push(...verdict.findings);
    heads.add(verdict.heads.reduce((sum, { position }) => sum + position, 0n));
  }
  selling = false;
  await sellers;
  await untilCaughtUp(shop.database.pool);
  found.push(...(await verifyHere(shop.database.pool)).findings);
  await stop();
  await shop.database.drop();
  expect(heads.size).toBe(4); // the log did grow meanwhile
  expect(found).toEqual([]);
});

it('says nothing of streams with parked events beyond what was applied to them, and lists them', async () => {
  const { pool } = database;
  // As a projection parks: the event and all later ones of its stream, and the row stays as it was before.
  const { rows } = await pool.query(
    `select shard, stream_id, version from event where type = 'PaymentClaimed' and version = 31 limit 1`,
  );
  const { shard, stream_id: stream, version } = rows[0];
  await pool.query(
    `insert into parked (shard, name, version, position, stream_id, stream_version, event_id, type, kind, error, attempts)
     select shard, 'order-summary', 1, position, stream_id, version, event_id, type,
       case when version = $3 then 'failed' else 'behind' end, 'a test', 1
     from event where shard = $1 and stream_id = $2 and version >= $3`,
    [shard, stream, version],
  );
  const parkedOnly = await verifyHere(pool);
  expect(parkedOnly.findings.map(({ kind, rule }) => `${kind} ${rule}`)).toEqual([
    'violation row-changed', // it says that it was applied
    'warning parked',
  ]);
  await pool.query(
    `update read_model.order_summary_1 set version = $3,
       state = jsonb_set(state, '{payments}', jsonb_path_query_array(state, '$.payments[0 to 27]'))
     where shard = $1 and order_id = $2`,
    [shard, stream, version - 1],
  );
  const asItWas = await verifyHere(pool);
  expect(asItWas.sound).toBe(true);
  expect(asItWas.findings.map(({ rule }) => rule)).toEqual(['parked']);
  const readModels = asItWas.checks.find(({ check }) => check === 'read-models');
  expect(readModels?.counts['events set aside by operators or errors']).toBe(30);
});

it('leaves out what an operator discarded, as the subscription did', async () => {
  const { pool } = database;
  const { rows } = await pool.query(
    `select shard, stream_id from event where version = 60 and type = 'PaymentClaimed' limit 1`,
  );
  const { shard, stream_id: stream } = rows[0];
  await pool.query(
    `insert into parked (shard, name, version, position, stream_id, stream_version, event_id, type, kind, error, attempts,
       status, actor, reason)
     select shard, 'order-summary', 1, position, stream_id, version, event_id, type, 'failed', 'a test', 6, 'discarded',
       'somebody', 'a test'
     from event where shard = $1 and stream_id = $2 and version = 60`,
    [shard, stream],
  );
  expect((await verifyHere(pool)).findings.map(({ rule }) => rule)).toEqual(['row-changed']);
  await pool.query(
    `update read_model.order_summary_1 set version = 59,
       state = jsonb_set(state, '{payments}', jsonb_path_query_array(state, '$.payments[0 to 56]'))
     where shard = $1 and order_id = $2`,
    [shard, stream],
  );
  expect((await verifyHere(pool)).findings).toEqual([]);
});

it('warns of what has halted, and fails for it only when it shall be strict', async () => {
  const run = cliOn(database);
  await database.pool.query(
    `update subscription set status = 'halted', last_error = 'it broke' where name = 'checkout' and shard = 0`,
  );
  const lenient = await run('verify');
  expect(lenient.stdout).toMatch(
    /warns +subscription-halted: checkout v1 on shard 0 has halted at \d+: it broke/,
  );
  expect(lenient.exitCode).toBe(0);
  expect((await run('verify', '--strict')).exitCode).toBe(1);
});

it('does not begin while a partition is being detached', async () => {
  const client = await database.pool.connect();
  await client.query(`select pg_advisory_lock(hashtextextended('archiving', 0)),
    pg_advisory_lock(hashtextextended('verifying', 0))`);
  const { exitCode, stderr } = await cliOn(database)('verify');
  client.release(true);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('try again') });
});

it('exports the heads of a sound log, and finds it to go on from them', async () => {
  const run = cliOn(database);
  const file = join(folder, 'heads.json');
  const exported = await run('verify', '--only', 'chain', '--export-head', file);
  expect(exported).toMatchObject({ exitCode: 0, stderr: `wrote ${file}\n` });
  const { heads } = JSON.parse(await readFile(file, 'utf8'));
  const { rows } = await database.pool.query(
    `select shard, head::int as position, encode(coalesce(hash, log_genesis(shard)), 'hex') as hash
     from log_head order by shard`,
  );
  expect(heads).toEqual(rows);
  expect(heads).toHaveLength(inject('shardCount'));

  const shop = await openShop(); // other events, so another chain
  await shop.sellMany(100);
  const same = await run('verify', '--only', 'chain', '--against', file);
  const other = await cliOn(shop.database)('verify', '--only', 'chain', '--against', file, '--json');
  await shop.database.drop();
  expect(same.exitCode).toBe(0);
  expect(other.exitCode).toBe(1);
  const rules: string[] = jsonOf(other).findings.map(({ rule }: { rule: string }) => rule);
  expect(rules).toHaveLength(heads.length);
  for (const rule of rules) expect(rule).toMatch(/^against-(rewritten|shortened)$/);
});

it('exports no heads of a log that is not sound', async () => {
  await database.pool.query(`update subscription set position = 1000000 where name = 'checkout'`);
  const file = join(folder, 'unsound.json');
  const { exitCode, stderr } = await cliOn(database)('verify', '--export-head', file);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('did not write');
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

it.each([
  ['--only', 'chain,nonsense'],
  ['--snapshots', 'some'],
  ['--against', '/nowhere/heads.json'],
  ['--only', 'streams', '--export-head', 'heads.json'],
])('takes %s %s for wrong usage', async (...args) => {
  expect((await cliOn(database)('verify', ...args)).exitCode).toBe(2);
});

it('takes a file that holds no heads for wrong usage', async () => {
  const file = join(folder, 'nonsense.json');
  await writeFile(file, '{"heads": []}');
  expect((await cliOn(database)('verify', '--against', file)).exitCode).toBe(2);
});

it('looks only at what it is asked about', async () => {
  const { checks } = jsonOf(await cliOn(database)('verify', '--only', 'positions,snapshots', '--json'));
  expect(checks.map(({ check }: { check: string }) => check)).toEqual(['positions', 'snapshots']);
});

it('shows how far it is on a terminal', async () => {
  const { connectionString } = database;
  const shown = await startCli({ DATABASE_URL: connectionString }, ['verify'], { isTTY: true }).ended();
  expect(shown.stderr).toMatch(/\rchain: \d+ of \d+/);
  expect((await cliOn(database)('verify')).stderr).toBe('');
});
