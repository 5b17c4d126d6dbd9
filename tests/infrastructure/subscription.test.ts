import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/application/ports.ts';
import type { OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import type { Effect } from '../../src/infrastructure/event-log/effect.ts';
import {
  acquireLease,
  createCheckpoints,
  releaseLease,
  renewLeases,
} from '../../src/infrastructure/event-log/leases.ts';
import type { Subscription } from '../../src/infrastructure/event-log/subscription.ts';
import type { Following, Worker } from '../../src/infrastructure/event-log/worker.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { inTransaction, isTransient, type Pool, type Tx } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { eventually } from '../support/eventually.ts';
import { claimed, contextOf, newOrder, openTestLog, orderStream, startTestWorker } from '../support/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let open: OpenLog;
let workers: Worker[];

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query('create table seen (position bigint not null)');
  open = openTestLog(database.pool);
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await database.drop();
});

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

function work({ tails } = open, leaseMs = 1_000): Worker {
  const worker = startTestWorker(database.pool, tails, leaseMs);
  workers.push(worker);
  return worker;
}

type Options = Partial<Subscription> & { readonly worker?: Worker };

const follow = (effect: Effect, { worker = work(), ...options }: Options = {}): Following =>
  worker.follow({ name: 'test', version: 1, batchMax: 7, effect, onPoison: 'park', ...options });

/** Writes down each position it is given; nothing in the table keeps it from writing one twice. */
const note = (before: (events: readonly RecordedEvent[]) => void | Promise<void> = () => {}): Effect => ({
  kind: 'sql',
  apply: async (tx, events) => {
    await before(events);
    await tx.query('insert into seen select unnest($1::bigint[])', [events.map((event) => event.position)]);
  },
});

async function seen(): Promise<number[]> {
  const { rows } = await database.pool.query('select position::int from seen order by position');
  return rows.map((row) => row.position);
}

async function rowOf<T>(query: string): Promise<T> {
  return (await database.pool.query(query)).rows[0] as T;
}

const append = (count: number): Promise<unknown> =>
  Promise.all(upTo(count).map(() => open.log.append(newOrder())));

const claim = (orderId: OrderId, version: number): Promise<unknown> =>
  open.log.append({
    context: contextOf(),
    streams: [orderStream(orderId, version, [claimed(orderId)])],
    answer: null,
  });

const killConnections = (): Promise<unknown> =>
  database.pool
    .query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
    .catch(() => {});

describe('a subscription', () => {
  it('sees every event once, in order, those from before its start included', async () => {
    await append(20);
    const order: bigint[] = [];
    follow(note((events) => void order.push(...events.map((event) => event.position))));
    await append(20);
    await eventually(async () => expect(await seen()).toEqual(upTo(40)));
    expect(order).toEqual(upTo(40).map(BigInt));
  });

  it('goes on from its checkpoint after a restart', async () => {
    await append(5);
    const first = work();
    follow(note(), { worker: first });
    await eventually(async () => expect(await seen()).toEqual(upTo(5)));
    await first.stop();
    await append(5);
    follow(note());
    await eventually(async () => expect(await seen()).toEqual(upTo(10)));
  });

  it('begins at the beginning again under another version', async () => {
    await append(5);
    const worker = work();
    follow(note(), { worker });
    await eventually(async () => expect(await seen()).toEqual(upTo(5)));
    follow(note(), { worker, version: 2 });
    await eventually(async () => expect(await seen()).toEqual(upTo(5).flatMap((n) => [n, n])));
  });

  it('undoes the effect of a batch that fails, tries again, and reports that it is failing', async () => {
    await append(10);
    let failuresLeft = 5;
    const following = follow({
      kind: 'sql',
      apply: async (tx, events) => {
        await tx.query('insert into seen select unnest($1::bigint[])', [
          events.map((event) => event.position),
        ]);
        if (failuresLeft-- > 0) throw new Error('planned');
      },
    });
    await eventually(() => expect(following.status()[0]?.failures).toBeGreaterThan(0));
    expect((await rowOf<{ last_error: string }>('select last_error from subscription')).last_error).toContain(
      'planned',
    );
    await eventually(async () => expect(await seen()).toEqual(upTo(10)));
    await eventually(() => expect(following.status()[0]?.failures).toBe(0));
    expect(await rowOf('select last_error from subscription')).toEqual({ last_error: null });
  });

  it('survives the loss of its connections', async () => {
    follow(note());
    for (let n = 0; n < 10; n++) {
      await append(10);
      await killConnections();
    }
    await eventually(async () => expect((await seen()).length).toBeGreaterThanOrEqual(100));
    expect(await seen()).toEqual(upTo(100));
  });

  it('makes up for what a crash of PostgreSQL took back, though it noticed nothing and nothing is appended', async () => {
    follow(note());
    await append(5);
    await eventually(async () => expect(await seen()).toEqual(upTo(5)));
    // As if the last commits, of effects and of the checkpoint, had not reached the disk.
    await inTransaction(database.pool, async (tx) => {
      await tx.query('delete from seen where position > 2');
      await tx.query('update subscription set position = 2');
    });
    await eventually(async () => expect(await seen()).toEqual(upTo(5)));
  });

  it('sees what another process appends', async () => {
    const other = openTestLog(database.pool);
    follow(note());
    await other.log.append(newOrder());
    await eventually(async () => expect(await seen()).toEqual([1]));
  });

  it('repeats an outside effect that was not followed by its checkpoint, and skips none', async () => {
    await append(10);
    const given: number[] = [];
    let crash = true;
    follow(
      {
        kind: 'outside',
        apply: async (events) => {
          given.push(...events.map((event) => Number(event.position)));
          if (crash) {
            crash = false;
            throw new Error('planned');
          }
        },
      },
      { isOutage: () => true },
    );
    await eventually(() => expect(new Set(given)).toEqual(new Set(upTo(10))));
    expect(given).toEqual([...upTo(7), ...upTo(10)]);
  });

  it('can share a tail with slower and later ones', async () => {
    await append(50);
    const counts = [0, 0, 0];
    const worker = work();
    const start = (index: number): Following =>
      follow(
        {
          kind: 'outside',
          apply: async (events) => {
            expect(Number(events[0]!.position)).toBe(counts[index]! + 1);
            counts[index] = Number(events.at(-1)!.position);
            await new Promise((resolve) => setTimeout(resolve, index * 3));
          },
        },
        { worker, name: `test-${index}`, batchMax: 4 + index * 7 },
      );
    const running = [start(0), start(1)];
    await append(50);
    running.push(start(2));
    const orderId = ids.orderId();
    await open.log.append(newOrder(orderId));
    await claim(orderId, 1);
    await eventually(() => expect(counts).toEqual([102, 102, 102]));
    expect(running.flatMap((one) => one.status()).map(({ failures }) => failures)).toEqual([0, 0, 0]);
  });
});

describe('several processes', () => {
  it('apply each event once between them', async () => {
    const other = openTestLog(database.pool);
    follow(note());
    follow(note(), { worker: work(other), batchMax: 5 });
    for (let n = 0; n < 10; n++) await append(10);
    await eventually(async () => expect((await seen()).length).toBeGreaterThanOrEqual(100));
    expect(await seen()).toEqual(upTo(100));
  });

  it('share the subscriptions, and the one that is left takes all', async () => {
    const [first, second] = [work(), work(openTestLog(database.pool))] as const;
    const names = upTo(6).map((n) => `test-${n}`);
    const holding = [first, second].map((worker) => names.map((name) => follow(note(), { worker, name })));
    const held = (index: number): number => holding[index]!.flatMap((one) => one.status()).length;
    await eventually(() => expect([held(0), held(1)]).toEqual([3, 3]));
    await second.stop();
    await eventually(() => expect(held(0)).toBe(6));
  });

  it('take over from one that is gone without a word once its lease has run out', async () => {
    await append(3);
    follow(note());
    await eventually(async () => expect(await seen()).toEqual(upTo(3)));
    // As kill -9 leaves it: the lease of somebody who will never come back.
    await workers.pop()!.stop();
    await database.pool.query(
      `update subscription set owner = 'gone', epoch = epoch + 1, lease_until = now() + interval '2 s'`,
    );
    await append(3);
    follow(note());
    const taken = await eventually(async () => {
      const lease = await rowOf<{ owner: string; early: boolean }>(
        `select owner, lease_until < now() + interval '1 ms' as early from subscription`,
      );
      expect(lease.owner).not.toBe('gone');
      return lease;
    });
    expect(taken.early).toBe(false);
    await eventually(async () => expect(await seen()).toEqual(upTo(6)));
  });

  it('are fenced off when their lease went to another while they were not looking', async () => {
    await append(14);
    let meanwhile: Promise<unknown> | undefined;
    const paused = follow(
      note(async () => {
        // The batch is read; before it commits, somebody else gets the lease, as after a long pause.
        meanwhile ??= open.tails[0]!.read(0n, 1).then(() => {});
        await meanwhile;
      }),
    );
    await eventually(async () => expect((await seen()).length).toBe(14));
    await database.pool.query(
      `update subscription set owner = 'another', epoch = epoch + 1, lease_until = now() + interval '1 min'`,
    );
    await append(7);
    await eventually(() => expect(paused.status()).toEqual([]));
    expect(await seen()).toEqual(upTo(14));
    expect(await rowOf('select position::int, owner from subscription')).toEqual({
      position: 14,
      owner: 'another',
    });
  });
});

describe('the row of a subscription', () => {
  const unit = { name: 'test', version: 1, shard: 0 };
  const leaseMs = 60_000;

  beforeEach(() => createCheckpoints(database.pool, unit, 1));

  it('is passed over while a process that froze in the middle of a batch holds its lock', async () => {
    const frozen = await database.pool.connect();
    await frozen.query('begin');
    await frozen.query('select from subscription for update');
    try {
      expect(await acquireLease(database.pool, unit, 'another', leaseMs)).toBeUndefined();
    } finally {
      frozen.release(true);
    }
    await eventually(async () =>
      expect(await acquireLease(database.pool, unit, 'another', leaseMs)).toBeDefined(),
    );
  });

  it('is let go by the server when a process freezes in the middle of a batch', async () => {
    const frozen = await database.pool.connect();
    const cutOff = once(frozen, 'error');
    await frozen.query('begin');
    await frozen.query('select from subscription for update');
    const [fault] = (await cutOff) as [Error];
    frozen.release(fault);
    expect(isTransient(fault)).toBe(true);
    expect(await acquireLease(database.pool, unit, 'another', leaseMs)).toBeDefined();
  });

  it('stays free once the lease was given back, also when an extension arrives late', async () => {
    const lease = await acquireLease(database.pool, unit, 'one', leaseMs);
    await releaseLease(database.pool, lease!);
    await renewLeases(database.pool, [lease!], leaseMs);
    expect(await acquireLease(database.pool, unit, 'another', leaseMs)).toBeDefined();
  });
});

describe('an operator', () => {
  it('pauses a subscription at once, and it goes on from there when resumed', async () => {
    const following = follow(note());
    await append(5);
    await eventually(async () => expect(await seen()).toEqual(upTo(5)));
    await database.pool.query(`update subscription set status = 'paused'`);
    await append(5);
    await eventually(() => expect(following.status()).toEqual([]));
    expect(await seen()).toEqual(upTo(5));
    await database.pool.query(`update subscription set status = 'running'`);
    await eventually(async () => expect(await seen()).toEqual(upTo(10)));
  });
});

/** Fails for one stream until told otherwise. */
function poisonedBy(streamId: string): { effect: Effect; heal: () => void } {
  let healed = false;
  const effect = note((events) => {
    if (!healed && events.some((event) => event.streamId === streamId)) throw new Error('cannot be handled');
  });
  return { effect, heal: () => (healed = true) };
}

/** Each transaction with such a statement is committed, but the connection is lost before the answer arrives. */
function unheard(pool: Pool, statement: RegExp): Pool {
  const connect = async (): Promise<Tx> => {
    const tx = await pool.connect();
    let lost = false;
    const query = async (...[what, ...rest]: [string | { text: string }, ...unknown[]]): Promise<unknown> => {
      const text = typeof what === 'string' ? what : what.text;
      lost ||= statement.test(text);
      const result = await (tx.query as (...all: unknown[]) => Promise<unknown>)(what, ...rest);
      if (lost && text === 'commit') throw new Error('Connection terminated unexpectedly');
      return result;
    };
    return { query, release: (fault?: Error) => tx.release(fault) } as Tx;
  };
  return { query: pool.query.bind(pool), connect } as Pool;
}

const parked = async (): Promise<unknown[]> =>
  (await database.pool.query('select position::int, kind, status from parked order by position')).rows;

describe('an event that cannot be handled', () => {
  it('is parked, its stream waits behind it in order, and all others go on', async () => {
    const bad = ids.orderId();
    await append(20);
    await open.log.append(newOrder(bad)); // position 21
    await append(20);
    const { effect, heal } = poisonedBy(bad);
    const following = follow(effect);
    await eventually(async () => expect((await seen()).length).toBe(40));
    await claim(bad, 1); // position 42
    await append(1);
    await eventually(async () => expect((await seen()).length).toBe(41));
    expect(await seen()).toEqual(upTo(43).filter((n) => n !== 21 && n !== 42));
    expect(await parked()).toEqual([
      { position: 21, kind: 'failed', status: 'parked' },
      { position: 42, kind: 'behind', status: 'parked' },
    ]);
    expect(following.status()).toMatchObject([{ failures: 0, blocked: 1 }]);

    heal();
    await database.pool.query(`update parked set status = 'retry'`);
    await eventually(async () => expect(await seen()).toEqual(upTo(43)));
    expect(await parked()).toEqual([]);
    await claim(bad, 2);
    await eventually(async () => expect(await seen()).toEqual(upTo(44)));
  });

  it('keeps its stream waiting although nobody heard that it was parked', async () => {
    const bad = ids.orderId();
    await open.log.append(newOrder(bad));
    await claim(bad, 1);
    await append(5);
    await claim(bad, 2);
    const effect = note((events) => {
      if (events.some(({ streamId, version }) => streamId === bad && version === 1)) throw new Error('bad');
    });
    const worker = startTestWorker(unheard(database.pool, /insert into parked/), open.tails, 1_000);
    workers.push(worker);
    follow(effect, { worker });
    await eventually(async () => expect((await parked()).length).toBe(3), 20_000);
    expect(await seen()).toEqual([3, 4, 5, 6, 7]);
  });

  it('stays parked, with one more attempt, when the retry fails too', async () => {
    const bad = ids.orderId();
    await open.log.append(newOrder(bad));
    follow(poisonedBy(bad).effect);
    await eventually(async () => expect(await parked()).toHaveLength(1));
    const { attempts } = await rowOf<{ attempts: number }>('select attempts from parked');
    await database.pool.query(`update parked set status = 'retry'`);
    await eventually(async () =>
      expect(await rowOf('select attempts, status from parked')).toEqual({
        attempts: attempts + 1,
        status: 'parked',
      }),
    );
    expect(await seen()).toEqual([]);
  });

  it('lets its stream go on once it is discarded', async () => {
    const bad = ids.orderId();
    await open.log.append(newOrder(bad));
    const { effect, heal } = poisonedBy(bad);
    follow(effect);
    await eventually(async () => expect(await parked()).toHaveLength(1));
    await database.pool.query(`update parked set status = 'discarded', reason = 'test', actor = 'test'`);
    heal();
    await claim(bad, 1);
    await eventually(async () => expect(await seen()).toEqual([2]), 15_000);
    expect(await parked()).toEqual([{ position: 1, kind: 'failed', status: 'discarded' }]);
  });

  it('halts the shard instead, where that is the policy, until somebody resumes it', async () => {
    const bad = ids.orderId();
    await append(3);
    await open.log.append(newOrder(bad));
    await append(3);
    const { effect, heal } = poisonedBy(bad);
    const following = follow(effect, { onPoison: 'halt' });
    await eventually(async () =>
      expect(await rowOf('select status from subscription')).toEqual({ status: 'halted' }),
    );
    expect(await seen()).toEqual(upTo(3));
    await eventually(() => expect(following.status()).toEqual([]));
    heal();
    await database.pool.query(`update subscription set status = 'running'`);
    await eventually(async () => expect(await seen()).toEqual(upTo(7)));
  });
});

/** What a newer build would write. */
const appendUnknown = async (orderId: OrderId): Promise<void> => {
  await database.pool.query(
    `with head as (update log_head set head = head + 1 where shard = 0 returning head),
          stream as (update stream set version = version + 1 where stream_id = $1 returning version)
     insert into event (shard, position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
     select 0, head, $1, version, gen_random_uuid(), 'OrderTeleported', 1, '{}', '{}', now() from head, stream`,
    [orderId],
  );
};

describe('an event that this build cannot read', () => {
  it('is parked with its stream, never passed over, and all others go on', async () => {
    const orderId = ids.orderId();
    await open.log.append(newOrder(orderId));
    await appendUnknown(orderId);
    await claim(orderId, 2);
    await append(3);
    follow(note());
    await eventually(async () => expect(await seen()).toEqual([1, 4, 5, 6]));
    expect(await parked()).toEqual([
      { position: 2, kind: 'unreadable', status: 'parked' },
      { position: 3, kind: 'behind', status: 'parked' },
    ]);
  });

  it('halts the shard where that is the policy', async () => {
    const orderId = ids.orderId();
    await open.log.append(newOrder(orderId));
    await appendUnknown(orderId);
    await append(3);
    follow(note(), { onPoison: 'halt' });
    await eventually(async () =>
      expect(await rowOf('select status from subscription')).toEqual({ status: 'halted' }),
    );
    expect(await seen()).toEqual([1]);
  });
});
