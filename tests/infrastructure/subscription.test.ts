import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/application/ports.ts';
import type { OpenLog } from '../../src/infrastructure/event-log/event-log.ts';
import {
  startSubscription,
  type Effect,
  type Subscription,
} from '../../src/infrastructure/event-log/subscription.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { eventually } from '../support/eventually.ts';
import { claimed, contextOf, newOrder, openTestLog, orderStream, silent } from '../support/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let open: OpenLog;
let running: Subscription[];

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query('create table seen (position bigint not null)');
  open = openTestLog(database.pool);
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((subscription) => subscription.stop()));
  await database.drop();
});

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

function subscribe(effect: Effect, { tails } = open, batchMax = 7): Subscription {
  const subscription = startSubscription(database.pool, tails[0]!, silent, {
    name: 'test',
    shard: 0,
    batchMax,
    effect,
  });
  running.push(subscription);
  return subscription;
}

/** Writes down each position it is given; nothing in the table keeps it from writing one twice. */
const note = (before: (events: readonly RecordedEvent[]) => void = () => {}): Effect => ({
  kind: 'sql',
  apply: async (tx, events) => {
    before(events);
    await tx.query('insert into seen select unnest($1::bigint[])', [events.map((event) => event.position)]);
  },
});

async function seen(): Promise<number[]> {
  const { rows } = await database.pool.query('select position::int from seen order by position');
  return rows.map((row) => row.position);
}

const append = (count: number): Promise<unknown> =>
  Promise.all(upTo(count).map(() => open.log.append(newOrder())));

describe('a subscription', () => {
  it('sees every event once, in order, those from before its start included', async () => {
    await append(20);
    const order: bigint[] = [];
    subscribe(note((events) => order.push(...events.map((event) => event.position))));
    await append(20);
    await eventually(async () => expect(await seen()).toEqual(upTo(40)));
    expect(order).toEqual(upTo(40).map(BigInt));
  });

  it('goes on from its checkpoint after a restart', async () => {
    await append(5);
    const first = subscribe(note());
    await eventually(async () => expect(await seen()).toEqual(upTo(5)));
    await first.stop();
    await append(5);
    subscribe(note());
    await eventually(async () => expect(await seen()).toEqual(upTo(10)));
  });

  it('undoes the effect of a batch that fails, tries again, and reports that it is failing', async () => {
    await append(10);
    let failuresLeft = 3;
    const subscription = subscribe({
      kind: 'sql',
      apply: async (tx, events) => {
        await tx.query('insert into seen select unnest($1::bigint[])', [
          events.map((event) => event.position),
        ]);
        if (failuresLeft-- > 0) throw new Error('planned');
      },
    });
    await eventually(() => expect(subscription.status().failures).toBeGreaterThan(0));
    await eventually(async () => expect(await seen()).toEqual(upTo(10)));
    expect(subscription.status().failures).toBe(0);
  });

  it('applies each event once when two processes run it', async () => {
    const other = openTestLog(database.pool);
    const both = [subscribe(note(), open, 3), subscribe(note(), other, 5)];
    for (let n = 0; n < 10; n++) await append(10);
    // Both must have come to the end: the slower one, which only polls, is the one that would repeat.
    await eventually(() => expect(both.map((one) => one.status().position)).toEqual([100n, 100n]));
    expect(await seen()).toEqual(upTo(100));
  });

  it('survives the loss of its connections', async () => {
    subscribe(note());
    for (let n = 0; n < 10; n++) {
      await append(10);
      await database.pool
        .query(
          `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
        )
        .catch(() => {});
    }
    await eventually(async () => expect((await seen()).length).toBeGreaterThanOrEqual(100));
    expect(await seen()).toEqual(upTo(100));
  });

  it('sees what another process appends', async () => {
    const other = openTestLog(database.pool);
    subscribe(note());
    await other.log.append(newOrder());
    await eventually(async () => expect(await seen()).toEqual([1]));
  });

  it('repeats an outside effect that was not followed by its checkpoint, and skips none', async () => {
    await append(10);
    const given: number[] = [];
    let crash = true;
    subscribe({
      kind: 'outside',
      apply: async (events) => {
        given.push(...events.map((event) => Number(event.position)));
        if (crash) {
          crash = false;
          throw new Error('planned');
        }
      },
    });
    await eventually(() => expect(new Set(given)).toEqual(new Set(upTo(10))));
    expect(given).toEqual([...upTo(7), ...upTo(10)]);
  });

  it('does not pass over an event that this build cannot read', async () => {
    await append(3);
    await database.pool
      .query(`insert into event (shard, position, stream_id, version, event_id, type, schema_version, data,
      metadata, recorded_at) select shard, 4, stream_id, 2, gen_random_uuid(), 'OrderTeleported', 1, '{}', metadata, now()
      from event where position = 3`);
    await database.pool.query('update log_head set head = 4');
    await append(1);
    const subscription = subscribe(note(), open, 3);
    await eventually(() => expect(subscription.status().failures).toBeGreaterThan(1));
    expect(await seen()).toEqual(upTo(3));
  });

  it('can share a tail with slower and later ones', async () => {
    await append(50);
    const counts = [0, 0, 0];
    const start = (index: number) =>
      running.push(
        startSubscription(database.pool, open.tails[0]!, silent, {
          name: `test-${index}`,
          shard: 0,
          batchMax: 4 + index * 7,
          effect: {
            kind: 'outside',
            apply: async (events) => {
              expect(Number(events[0]!.position)).toBe(counts[index]! + 1);
              counts[index] = Number(events.at(-1)!.position);
              await new Promise((resolve) => setTimeout(resolve, index * 3));
            },
          },
        }),
      );
    start(0);
    start(1);
    await append(50);
    start(2);
    const orderId = ids.orderId();
    await open.log.append(newOrder(orderId));
    await open.log.append({
      context: contextOf(),
      streams: [orderStream(orderId, 1, [claimed(orderId)])],
      answer: null,
    });
    await eventually(() => expect(counts).toEqual([102, 102, 102]));
    expect(running.map((subscription) => subscription.status().failures)).toEqual([0, 0, 0]);
  });
});
