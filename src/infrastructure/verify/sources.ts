import type { IntegrationMessage } from '../../application/integration-events.ts';
import { toIntegrationMessage } from '../../application/integration-messages.ts';
import type { SqlConsumer } from '../consumers/sql-consumer.ts';
import type { LogEntry } from '../event-log/read.ts';
import type { Tx } from '../postgres/pool.ts';
import { tableOf, type Generation } from '../read-models/generations.ts';
import type { Projection } from '../read-models/projection.ts';
import { violation, type Finding } from './findings.ts';
import type { Rebuild } from './rebuild.ts';

/** Table that consumers count into, each message once. */
export type CountedModel = {
  readonly name: string;
  readonly table: string;
  readonly consumers: readonly Pick<SqlConsumer, 'name' | 'types'>[];
  readonly count: (tx: Tx, table: string, messages: readonly IntegrationMessage[]) => Promise<void>;
};

/** How far a subscription had come at the moment that is looked at, and what it had set aside until then. */
export type Reach = { readonly passed: (entry: LogEntry) => boolean; readonly setAside: number };

const NONE: ReadonlySet<bigint> = new Set();

export async function readReach(tx: Tx, name: string, version: number): Promise<Reach> {
  const { rows: checkpoints } = await tx.query<{ shard: number; position: bigint }>(
    'select shard, position from subscription where name = $1 and version = $2',
    [name, version],
  );
  const { rows: parked } = await tx.query<{ shard: number; position: bigint }>(
    'select shard, position from parked where name = $1 and version = $2',
    [name, version],
  );
  const reached = new Map(checkpoints.map(({ shard, position }) => [shard, position]));
  const aside = new Map<number, Set<bigint>>();
  for (const { shard, position } of parked) {
    aside.set(shard, (aside.get(shard) ?? new Set()).add(position));
  }
  return {
    passed: ({ shard, position }) =>
      position <= (reached.get(shard) ?? 0n) && !(aside.get(shard) ?? NONE).has(position),
    setAside: parked.length,
  };
}

/** What a projection has been given: all up to its checkpoint but what it parked, waiting or discarded. */
export async function projectionRebuild(tx: Tx, projection: Projection, live: Generation): Promise<Rebuild> {
  const { name, generation } = live;
  const { passed } = await readReach(tx, name, generation);
  return {
    name,
    table: tableOf(name, generation),
    scratch: `pg_temp.rebuilt_${name.replaceAll('-', '_')}`,
    relevant: async (_, entries) => entries.filter(passed),
    apply: (within, scratch, entries) => projection.project(within, scratch, entries.flatMap(recordedOf)),
    ended: () => [],
  };
}

const recordedOf = ({ recorded }: LogEntry) => (recorded instanceof Error ? [] : [recorded]);

type Counting = {
  readonly name: string;
  readonly passed: Reach['passed'];
  readonly types: readonly string[];
  readonly inboxRows: number;
  inboxSeen: number;
};

/** What consumers have counted: all that they passed on the log, and what they took from the broker. */
export async function countedRebuild(
  tx: Tx,
  { name, table, consumers, count }: CountedModel,
): Promise<Rebuild> {
  const countings: Counting[] = [];
  for (const { name: consumer, types } of consumers) {
    const { rows } = await tx.query<{ count: number }>(
      'select count(*)::int as count from inbox where consumer = $1',
      [consumer],
    );
    const { passed } = await readReach(tx, consumer, 1);
    countings.push({ name: consumer, passed, types, inboxRows: rows[0]!.count, inboxSeen: 0 });
  }
  return {
    name,
    table,
    scratch: `pg_temp.rebuilt_${name.replaceAll('-', '_')}`,
    relevant: async (within, entries) => {
      const taken = new Set<LogEntry>();
      for (const counting of countings) {
        const messages = entries.filter((entry) =>
          counting.types.includes(messageOf(entry)?.event.type ?? ''),
        );
        const inInbox = await inboxOf(within, counting, messages);
        for (const entry of messages)
          if (counting.passed(entry) || inInbox.has(entry.eventId)) taken.add(entry);
      }
      return entries.filter((entry) => taken.has(entry));
    },
    apply: (within, scratch, entries) =>
      count(
        within,
        scratch,
        entries.flatMap((entry) => messageOf(entry) ?? []),
      ),
    ended: () => countings.flatMap(orphans),
  };
}

function messageOf({ recorded }: LogEntry): IntegrationMessage | undefined {
  return recorded instanceof Error ? undefined : toIntegrationMessage(recorded);
}

async function inboxOf(
  tx: Tx,
  counting: Counting,
  entries: readonly LogEntry[],
): Promise<ReadonlySet<string>> {
  if (counting.inboxRows === 0 || entries.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    `select i.message_id as id from unnest($2::uuid[]) u (id) join inbox i on i.consumer = $1 and i.message_id = u.id`,
    [counting.name, entries.map(({ eventId }) => eventId)],
  );
  counting.inboxSeen += rows.length;
  return new Set(rows.map(({ id }) => id));
}

function orphans({ name, inboxRows, inboxSeen }: Counting): Finding[] {
  if (inboxSeen === inboxRows) return [];
  const message = `inbox of ${name}: ${inboxRows - inboxSeen} messages that no event of the log tells of`;
  return [violation('inbox-orphan', message, { consumer: name, total: inboxRows - inboxSeen })];
}
