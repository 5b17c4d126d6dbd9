import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { StreamArchived, type EventLog, type StreamId } from '../../src/application/ports.ts';
import type { PaymentId } from '../../src/domain/shared/ids.ts';
import { AGGREGATES } from '../../src/infrastructure/aggregates.ts';
import {
  attachPartition,
  detachPartition,
  type Archive,
} from '../../src/infrastructure/event-log/archive.ts';
import { createCheckpoints } from '../../src/infrastructure/event-log/leases.ts';
import { ensurePartitions, listPartitions } from '../../src/infrastructure/event-log/partitions.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { beginGeneration } from '../../src/infrastructure/read-models/generations.ts';
import { orderSummaryProjection } from '../../src/infrastructure/read-models/order-summary.ts';
import { ids, shardOf } from '../../src/infrastructure/system.ts';
import { cliOn, jsonOf } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { followAll, untilCaughtUp, verifyHere } from '../support/filled-log.ts';
import { claimed, contextOf, newOrder, openTestLog, orderIdOn, orderStream, TENANT } from '../support/log.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { tamper } from '../support/tampering.ts';
import {
  appendFailedPayment,
  EVENTS_PER_FAILED_PAYMENT,
  makePartitionsTiny,
} from '../support/tiny-partitions.ts';

const POSITIONS = 43; // so that a payment's events lie across the end of a partition
const SHARDS = inject('shardCount');
const PAYMENTS_PER_PARTITION = Math.ceil(POSITIONS / EVENTS_PER_FAILED_PAYMENT);

let shop: Shop;
let pool: Pool;
let log: EventLog;
beforeEach(async () => {
  shop = await openShop();
  ({ log } = shop);
  ({ pool } = shop.database);
  await makePartitionsTiny(pool, POSITIONS);
});
afterEach(() => shop.database.drop());

const archive = (changes: Partial<Archive> = {}): Archive => ({
  pool,
  log,
  aggregates: AGGREGATES,
  ...changes,
});

const states = async (): Promise<string[]> => (await listPartitions(pool)).map(({ state }) => state);

/** Failed payments on every shard, a little more than a partition holds, some of them in one batch. */
async function fillFirstPartition(): Promise<PaymentId[]> {
  const payments: PaymentId[] = [];
  for (let shard = 0; shard < SHARDS; shard++) {
    const batch = () => Promise.all([1, 2, 3].map(() => appendFailedPayment(log, shard)));
    for (let made = 0; made < PAYMENTS_PER_PARTITION; made += 3) payments.push(...(await batch()));
  }
  return payments;
}

const read = (id: StreamId) => log.readStreams(TENANT, [id]).then(([stream = []]) => stream.length);

async function heads(): Promise<number> {
  const { rows } = await pool.query('select sum(head)::int as n from log_head');
  return rows[0].n;
}

/** What follows the log has read everything, and does not follow any more. */
async function readEverything(): Promise<void> {
  const stop = await followAll(shop);
  await untilCaughtUp(pool);
  await stop();
}

describe('partitions', () => {
  it('are made ahead while appends run over their ends, and nothing is lost', async () => {
    let appending = true;
    const job = (async () => {
      while (appending) await ensurePartitions(pool);
    })();
    const writers = Array.from({ length: 8 }, async () => {
      for (let n = 0; n < 40; n++) await log.append(newOrder());
    });
    await Promise.all(writers).finally(() => (appending = false));
    await job;
    await ensurePartitions(pool);
    expect(await heads()).toBe(320);
    expect((await verifyHere(pool, { checks: ['chain', 'positions', 'streams'] })).findings).toEqual([]);
    const found = await listPartitions(pool);
    expect(found.length).toBeGreaterThan(Math.floor(320 / SHARDS / POSITIONS));
    expect(found.at(-1)).toMatchObject({ state: 'ahead', events: 0n });
    expect(found.slice(0, -1).map(({ state }) => state)).not.toContain('ahead');
  });

  it('are made by an append that finds none, with two processes at it', async () => {
    const logs = [log, openTestLog(pool).log];
    const outcomes = await Promise.all(
      Array.from({ length: 400 }, (_, n) => logs[n % 2]!.append(newOrder())),
    );
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['appended']));
    expect(await heads()).toBe(400);
    expect((await verifyHere(pool, { checks: ['chain', 'positions', 'streams'] })).findings).toEqual([]);
  });

  it('are made by an append that finds none while PostgreSQL goes away', async () => {
    const query = pool.query.bind(pool);
    let faults = 0;
    vi.spyOn(pool, 'query').mockImplementation((...given: unknown[]) => {
      if (given[0] !== 'select ensure_event_partitions()' || ++faults > 3)
        return Reflect.apply(query, pool, given);
      const away = new Error('the database system is shutting down');
      return Promise.reject(Object.assign(away, { code: '57P03' }));
    });
    for (let n = 0; n < POSITIONS * SHARDS + 1; n++)
      expect(await log.append(newOrder())).toEqual({ kind: 'appended' });
    expect(faults).toBeGreaterThan(3);
  });

  it.each(['update %t set type = type', 'delete from %t', 'truncate %t', 'truncate event'])(
    'cannot be changed directly, by whoever owns them either: %s',
    async (statement) => {
      await ensurePartitions(pool); // so the second is one that was made later
      for (const table of ['event_p0', 'event_p1']) {
        await expect(pool.query(statement.replace('%t', table))).rejects.toThrow('append-only');
      }
    },
  );
});

const park = (status: string) =>
  pool.query(
    `insert into parked (shard, name, version, position, stream_id, stream_version, event_id, type, kind, error,
       attempts, status) select shard, 'payment-processed', 1, position, stream_id, version, event_id, type, 'failed', '', 1, $1
     from event where shard = 0 and position = 5 on conflict (shard, name, version, position) do update set status = $1`,
    [status],
  );

describe('a partition is not detached', () => {
  it('if there is none of that number', async () => {
    expect(await detachPartition(archive(), 7)).toEqual({
      ok: false,
      error: { reason: 'no-such-partition' },
    });
  });

  it('while a shard still writes to it', async () => {
    await appendFailedPayment(log, 0);
    const refused = await detachPartition(archive(), 0);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'still-written', last: POSITIONS - 1 } });
  });

  it('while streams in it are open, the first of which are named', async () => {
    const orderId = orderIdOn(SHARDS - 1);
    await log.append(newOrder(orderId));
    await fillFirstPartition();
    await readEverything();
    const open = { shard: SHARDS - 1, streamId: orderId, category: 'order', version: 2 };
    const refused = await detachPartition(archive(), 0);
    expect(refused).toEqual({ ok: false, error: { reason: 'open-streams', count: 1, first: [open] } });
    expect(await read(orderId)).toBe(2); // what `checkout` said of the stock is the second
  });

  it('if a stream was appended to while it was being judged', async () => {
    const payments = await fillFirstPartition();
    await readEverything();
    let raced = false;
    const loadStreams: EventLog['loadStreams'] = async (tenantId, requests) => {
      const loaded = await log.loadStreams(tenantId, requests);
      const streamId = requests[0]!.streamId;
      const events = [claimed(orderIdOn(shardOf(streamId, SHARDS)))];
      if (!raced) {
        await log.append({
          context: contextOf(),
          streams: [{ streamId, category: 'payment', expectedVersion: 4, events }],
          answer: null,
        });
      }
      raced = true;
      return loaded;
    };
    const refused = await detachPartition(archive({ log: { ...log, loadStreams } }), 0);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'open-streams', count: 1 } });
    expect(await Promise.all(payments.map(read))).toHaveLength(payments.length); // none is left in the archive
  });

  it('while a subscription has yet to read some of it', async () => {
    await fillFirstPartition();
    await readEverything();
    await pool.query(`update subscription set position = 3 where name = 'payment-processed' and shard = 0`);
    expect(await detachPartition(archive(), 0)).toEqual({
      ok: false,
      error: { reason: 'behind', count: 1, first: ['payment-processed v1 on shard 0 at 3'] },
    });
  });

  it('while an event of it is parked', async () => {
    await fillFirstPartition();
    await readEverything();
    await park('parked');
    expect(await detachPartition(archive(), 0)).toMatchObject({
      ok: false,
      error: { reason: 'parked', count: 1 },
    });
    await park('discarded');
    expect(await detachPartition(archive(), 0)).toMatchObject({ ok: true });
  });

  it('while the log is being verified', async () => {
    await fillFirstPartition();
    await readEverything();
    const client = await pool.connect();
    await client.query(`select pg_advisory_lock_shared(hashtextextended('verifying', 0))`);
    const refused = await detachPartition(archive(), 0);
    const { rows } = await pool.query('select detach_event_partition(0) as refusal');
    const { rows: touched } = await pool.query('select from stream where closed or archived');
    client.release(true);
    expect(touched).toEqual([]); // while it is verified no stream seems archived for a moment
    expect(refused).toMatchObject({
      ok: false,
      error: { reason: 'busy', with: 'the log is being verified' },
    });
    expect(rows[0].refusal).toMatchObject({ reason: 'busy' });
  });

  it('by the function alone, while a stream of it is not archived', async () => {
    await fillFirstPartition();
    await readEverything();
    const { rows } = await pool.query('select detach_event_partition(0) as refusal');
    expect(rows[0].refusal).toEqual({ reason: 'open-streams', count: expect.any(Number) });
    expect(await states()).not.toContain('detached');
  });
});

it('a stream is archived only after the append that is under way with it', async () => {
  const paymentId = await appendFailedPayment(log, 0);
  await pool.query('update stream set closed = true');
  const appending = await pool.connect();
  await appending.query('begin; select from log_head where shard = 0 for update');
  const archiving = pool.query('select archive_streams(0::smallint, array[$1]::uuid[]) as open', [paymentId]);
  await eventually(async () => {
    const { rows } = await pool.query(
      `select count(*)::int as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and query like '%archive_streams%'`,
    );
    expect(rows[0].waiting).toBe(1);
  });
  await appending.query('update stream set version = version + 1, closed = false; commit');
  appending.release();
  expect((await archiving).rows[0].open).toBe(1);
});

describe('a partition whose streams are all closed', () => {
  let payments: PaymentId[];
  let early: PaymentId;
  beforeEach(async () => {
    payments = await fillFirstPartition();
    early = payments[0]!;
    await readEverything();
  });

  it('is detached, and its streams are neither read nor appended to until it is attached again', async () => {
    const before = await heads();
    expect(await detachPartition(archive(), 0)).toMatchObject({ ok: true });
    expect((await states())[0]).toBe('detached');
    expect(await heads()).toBe(before);

    await expect(read(early)).rejects.toThrow(StreamArchived);
    await expect(log.loadStreams(TENANT, [{ streamId: early, after: 0 }])).rejects.toThrow(StreamArchived);
    const streams = [
      orderStream(early as string as ReturnType<typeof orderIdOn>, 4, [claimed(orderIdOn(0))]),
    ] as const;
    expect(await log.append({ context: contextOf(), streams, answer: null })).toEqual({ kind: 'conflict' });
    expect(await log.append(newOrder())).toEqual({ kind: 'appended' });

    expect(await detachPartition(archive(), 0)).toMatchObject({ error: { reason: 'already-detached' } });
    expect(await attachPartition(archive(), 0)).toMatchObject({ ok: true });
    expect((await states())[0]).toBe('full');
    expect(await Promise.all(payments.map(read))).toEqual(payments.map(() => EVENTS_PER_FAILED_PAYMENT));
    expect(await attachPartition(archive(), 0)).toMatchObject({ error: { reason: 'already-attached' } });
    await readEverything();
    expect((await verifyHere(pool)).findings).toEqual([]);
  });

  it('is verified around while it is away, and whatever is wrong with the rest is found', async () => {
    await detachPartition(archive(), 0);
    const { sound, findings } = await verifyHere(pool);
    expect(sound).toBe(true);
    expect(findings.map(({ rule }) => rule)).toEqual(['read-model-not-compared', 'read-model-not-compared']);
    await appendFailedPayment(log, SHARDS - 1); // the batch before reaches into the partition: it cannot be computed now
    await tamper(
      pool,
      `update event set recorded_at = now() where shard = :shard and position =
      (select head from log_head where shard = :shard)`,
      SHARDS - 1,
    );
    expect((await verifyHere(pool)).findings.map(({ rule }) => rule)).toEqual([
      'chain-broken',
      'read-model-not-compared',
      'read-model-not-compared',
    ]);
  });

  it('is proved whole by the chain when it comes back', async () => {
    await detachPartition(archive(), 0);
    await tamper(pool, 'update event_p0 set recorded_at = now() where position = 6', 0);
    await attachPartition(archive(), 0);
    const { findings } = await verifyHere(pool, { checks: ['chain'] });
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['chain-broken']));
  });

  it('keeps its events from being changed while it is away, and when it comes back without its guard', async () => {
    await detachPartition(archive(), 0);
    await expect(pool.query('delete from event_p0')).rejects.toThrow('append-only');
    await pool.query('drop trigger event_is_append_only on event_p0');
    await attachPartition(archive(), 0);
    await expect(pool.query('delete from event_p0')).rejects.toThrow('append-only');
  });

  it('is not attached while its table is elsewhere', async () => {
    await detachPartition(archive(), 0);
    await pool.query('alter table event_p0 rename to elsewhere');
    expect(await attachPartition(archive(), 0)).toEqual({
      ok: false,
      error: { reason: 'table-missing', table: 'event_p0' },
    });
    expect((await listPartitions(pool))[0]).toMatchObject({ state: 'detached', bytes: null });
    await pool.query('alter table elsewhere rename to event_p0');
    expect(await attachPartition(archive(), 0)).toMatchObject({ ok: true });
  });

  it('keeps read models from being rebuilt, and new subscriptions from passing over its events', async () => {
    await detachPartition(archive(), 0);
    await expect(beginGeneration(pool, 'order-summary', orderSummaryProjection.codeVersion)).rejects.toThrow(
      /partition 0 .* attach it first/,
    );

    await createCheckpoints(pool, { name: 'newcomer', version: 1 }, SHARDS);
    const { rows } = await pool.query(`select status, last_error from subscription where name = 'newcomer'`);
    expect(rows).toHaveLength(SHARDS);
    for (const row of rows)
      expect(row).toEqual({ status: 'halted', last_error: expect.stringContaining('attach it') });
    const resume = () => pool.query(`update subscription set status = 'running' where name = 'newcomer'`);
    await expect(resume()).rejects.toThrow(/partition 0, which is detached: attach it first/);
    const rewind = pool.query(`update subscription set position = 0 where name = 'payment-processed'`);
    await expect(rewind).rejects.toThrow('attach it first');

    await attachPartition(archive(), 0);
    await resume();
    expect(await beginGeneration(pool, 'order-summary', orderSummaryProjection.codeVersion)).toBe(2);
  });

  it('gives way to a long read of events, while appends go on', async () => {
    const reader = await pool.connect();
    await reader.query('begin; select count(*) from event');
    const detaching = detachPartition(archive(), 0);
    await eventually(async () => {
      const { rows } = await pool.query(
        `select count(*)::int as waiting from pg_locks where not granted and mode = 'AccessExclusiveLock'`,
      );
      expect(rows[0].waiting).toBe(1);
    });
    const appended = await Promise.all(Array.from({ length: 20 }, () => log.append(newOrder())));
    const before = await states();
    await reader.query('commit');
    reader.release();
    expect(new Set(appended.map(({ kind }) => kind))).toEqual(new Set(['appended']));
    expect(before[0]).toBe('full');
    expect(await detaching).toMatchObject({ ok: true });
  });

  it('left half archived by a process that was killed is told by verify and put right by attaching', async () => {
    await pool.query('update stream set closed = true');
    await pool.query('select archive_streams(0::smallint, array[$1]::uuid[])', [
      payments.find((id) => shardOf(id, SHARDS) === 0),
    ]);
    const { findings } = await verifyHere(pool, { checks: ['streams'] });
    expect(findings.map(({ rule }) => rule)).toEqual(['stream-archived']);
    expect(await attachPartition(archive(), 0)).toEqual({ ok: true, value: { streams: 1 } });
    expect((await verifyHere(pool)).findings).toEqual([]);
  });

  it('gives its streams back only when no other part of them is away', async () => {
    await fillFirstPartition(); // as much again: the second is full too, and one stream lies in both
    await readEverything();
    await ensurePartitions(pool);
    const { rows } = await pool.query(
      `select stream_id as id from event_p0 join event_p1 using (shard, stream_id) group by 1`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(await detachPartition(archive(), 0)).toMatchObject({ ok: true });
    expect(await detachPartition(archive(), 1)).toMatchObject({ ok: true });
    expect((await verifyHere(pool)).sound).toBe(true);
    await attachPartition(archive(), 0);
    for (const { id } of rows) await expect(read(id)).rejects.toThrow(StreamArchived);
    expect(await read(early)).toBe(EVENTS_PER_FAILED_PAYMENT);
    expect((await verifyHere(pool)).sound).toBe(true);
    await attachPartition(archive(), 1);
    for (const { id } of rows) expect(await read(id)).toBe(EVENTS_PER_FAILED_PAYMENT);
    expect((await verifyHere(pool)).findings).toEqual([]);
  });

  it('is detached, listed and attached from the command line, which says why not', async () => {
    const run = cliOn(shop.database);
    const detached = await run('partitions', 'detach', '0');
    expect(detached).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('in the table event_p0') });
    const again = await run('partitions', 'detach', '0');
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('it is detached already') });
    const { partitions } = jsonOf(await run('partitions', 'list', '--json'));
    expect(partitions[0]).toMatchObject({ ordinal: 0, from: 1, to: POSITIONS - 1, state: 'detached' });
    expect((await run('partitions', 'list')).stdout).toMatch(/\b0 +1 +42 +detached/);
    expect((await run('projections', 'rebuild', 'order-summary')).stderr).toContain('attach it first');
    expect((await run('partitions', 'attach', '0')).stdout).toContain('are in use again');
    const tooEarly = await run('partitions', 'detach', '1');
    expect(tooEarly).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/shard \d is at \d+, and events up to 85/),
    });
    expect((await run('partitions', 'detach', 'x')).exitCode).toBe(2);
  });
});

it('an id that nobody knows is no archived stream', async () => {
  expect(await read(ids.orderId())).toBe(0);
});
