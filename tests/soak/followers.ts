import type { RecordedEvent } from '../../src/application/ports.ts';
import type { Subscription } from '../../src/infrastructure/event-log/subscription.ts';
import type { Pool, Tx } from '../../src/infrastructure/postgres/pool.ts';
import type { Chance } from './chance.ts';
import { isOfNature } from './commands.ts';
import type { ChildOptions } from './protocol.ts';

/** Fails on purpose, so that a transaction has something to roll back. */
export class Planned extends Error {
  override readonly name = 'Planned';
}

/** The event is to blame. */
export class Poison extends Error {
  override readonly name = 'Poison';
}

export const IN_SQL = 'soak-sql';
export const OUTSIDE = 'soak-outside';

/** Nothing in these tables keeps an event from being written down twice; `owner` is the lease's at that moment. */
export const FOLLOWERS_TABLES = `
  create table soak_seen (id bigint generated always as identity primary key, shard smallint not null,
    position bigint not null, stream_id uuid not null, version int not null, process text not null, owner text);
  create table soak_outside (id bigint generated always as identity primary key, shard smallint not null,
    position bigint not null, stream_id uuid not null, version int not null, process text not null);
  create table soak_healed (stream_id uuid primary key)`;

/** The two kinds of subscription, each of which writes down what it is given. */
export function followers(
  pool: Pool,
  chance: Chance,
  { name: process, effectFails, batches }: ChildOptions,
): readonly Subscription[] {
  const failNowAndThen = (): void => {
    if (chance.happens(effectFails)) throw new Planned('planned');
  };

  async function writeDown(db: Pool | Tx, insert: string, events: readonly RecordedEvent[]): Promise<void> {
    await refusePoison(db, events);
    failNowAndThen();
    const { shard } = events[0]!;
    const columns = [
      events.map(({ position }) => position),
      events.map(({ streamId }) => streamId),
      events.map(({ version }) => version),
    ];
    await db.query({ name: insert, text: INSERTS[insert]!, values: [shard, ...columns, process] });
    failNowAndThen();
  }

  const shared = {
    version: 1,
    onPoison: 'park',
    isOutage: (fault: unknown) => fault instanceof Planned,
  } as const;
  return [
    {
      ...shared,
      name: IN_SQL,
      batchMax: chance.pick(batches),
      effect: { kind: 'sql', apply: (tx, events) => writeDown(tx, 'insert-seen', events) },
    },
    {
      ...shared,
      name: OUTSIDE,
      batchMax: chance.pick(batches),
      effect: { kind: 'outside', apply: (events) => writeDown(pool, 'insert-outside', events) },
    },
  ];
}

const GIVEN =
  'unnest($2::bigint[], $3::uuid[], $4::int[]) with ordinality e (position, stream_id, version, nth)';

const INSERTS: Readonly<Record<string, string>> = {
  'insert-seen': `insert into soak_seen (shard, position, stream_id, version, process, owner)
    select s.shard, e.position, e.stream_id, e.version, $5, s.owner from ${GIVEN}
    join subscription s on s.shard = $1 and s.name = '${IN_SQL}' and s.version = 1 order by e.nth`,
  'insert-outside': `insert into soak_outside (shard, position, stream_id, version, process)
    select $1, e.position, e.stream_id, e.version, $5 from ${GIVEN} order by e.nth`,
};

async function refusePoison(db: Pool | Tx, events: readonly RecordedEvent[]): Promise<void> {
  const streams = events.filter(({ event }) => isOfNature(event, 'poison')).map(({ streamId }) => streamId);
  if (streams.length === 0) return;
  const { rowCount } = await db.query('select from soak_healed where stream_id = any($1)', [streams]);
  if (rowCount !== streams.length) throw new Poison('cannot be handled yet');
}
