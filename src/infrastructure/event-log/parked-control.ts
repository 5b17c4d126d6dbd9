import type { ServiceOperator } from '../../application/subscriptions.ts';
import { noteAction } from '../operator-actions.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import type { Unit } from './leases.ts';
import type { ParkedKind } from './parked.ts';

/** A parked event, for operators. */
export type ParkedEvent = Unit & {
  readonly position: bigint;
  readonly streamId: string;
  readonly streamVersion: number;
  readonly eventId: string;
  readonly type: string;
  readonly kind: ParkedKind;
  readonly error: string;
  readonly attempts: number;
  readonly status: 'parked' | 'retry' | 'discarded';
  readonly actor: string | null;
  readonly reason: string | null;
  readonly parkedAt: Date;
  readonly updatedAt: Date;
};

/** Of which subscription one event is parked. */
export type ParkedKey = Unit & { readonly position: bigint };

export type ParkedFilter = {
  readonly subscription?: string | undefined;
  readonly shard?: number | undefined;
  readonly position?: bigint | undefined;
  readonly streamId?: string | undefined;
  /** Only these. */
  readonly keys?: readonly ParkedKey[] | undefined;
};

const COLUMNS = `shard, name, version, position, stream_id as "streamId", stream_version as "streamVersion",
  event_id as "eventId", type, kind, error, attempts, status, actor, reason, parked_at as "parkedAt",
  updated_at as "updatedAt"`;

const isIn = (keys: number): string => `(name, version, shard, position) in (
  select * from unnest($${keys}::text[], $${keys + 1}::int[], $${keys + 2}::smallint[], $${keys + 3}::bigint[]))`;
const columnsOf = (keys: readonly ParkedKey[]): unknown[] => [
  keys.map(({ name }) => name),
  keys.map(({ version }) => version),
  keys.map(({ shard }) => shard),
  keys.map(({ position }) => position),
];

const MATCHES = `($1::text is null or name = $1) and ($2::smallint is null or shard = $2)
  and ($3::bigint is null or position = $3) and ($4::uuid is null or stream_id = $4)
  and ($5::boolean or ${isIn(6)})`;

const valuesOf = ({ subscription, shard, position, streamId, keys }: ParkedFilter): unknown[] => [
  ...[subscription ?? null, shard ?? null, position ?? null, streamId ?? null],
  ...[keys === undefined, ...columnsOf(keys ?? [])],
];

export type ParkedPart = {
  readonly limit: number;
  /** Also those that were given up. */
  readonly discarded: boolean;
  readonly after?: ParkedKey | undefined;
};

/** Oldest position first within each subscription and shard; those that were given up only if asked for. */
export async function findParked(
  db: Pool | Tx,
  filter: ParkedFilter,
  { limit, discarded, after }: ParkedPart,
): Promise<(ParkedEvent & { readonly nextRetryAt: Date | null })[]> {
  const { rows } = await db.query<ParkedEvent & { readonly nextRetryAt: Date | null }>(
    `select ${COLUMNS}, next_retry_at as "nextRetryAt" from parked where ${MATCHES} and ($11 or status <> 'discarded')
       and ($12::text is null or (name, version, shard, position) > ($12, $13, $14, $15))
     order by name, version, shard, position limit $10`,
    [
      ...[...valuesOf(filter), limit, discarded],
      ...[after?.name ?? null, after?.version ?? null, after?.shard ?? null, after?.position ?? null],
    ],
  );
  return rows;
}

/** Asks whoever has the subscription to try these again, their dead letters with them; what it was asked for. */
export async function requestRetry(
  pool: Pool,
  by: ServiceOperator,
  filter: ParkedFilter,
  limit?: number,
): Promise<ParkedEvent[]> {
  return inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<ParkedEvent>(
      `with asked as (
         update parked set status = 'retry', updated_at = now() where ${isIn(1)} returning *),
       letters as (
         update dead_letter d set state = 'replaying', replays = d.replays + 1, replay_due_at = now() from asked a
         where d.consumer = a.name and d.message_id = a.event_id::text and d.state = 'failed')
       select ${COLUMNS} from asked order by name, version, shard, position`,
      columnsOf(await lockParked(tx, filter, limit)),
    );
    await note(tx, by, 'parked.retry', rows);
    return rows;
  });
}

/** Gives these up for good, each for its subscription; what was given up, without what is not parked (any more). */
export async function discardParked(
  pool: Pool,
  by: ServiceOperator & { readonly reason: string },
  filter: ParkedFilter,
  limit?: number,
): Promise<ParkedEvent[]> {
  return inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<ParkedEvent>(
      `with gone as (
         update parked set status = 'discarded', actor = $5, reason = $6, updated_at = now() where ${isIn(1)}
         returning *),
       letters as (
         update dead_letter d set state = 'discarded', settled_at = now(), replay_due_at = null from gone g
         where d.consumer = g.name and d.message_id = g.event_id::text and d.state in ('failed', 'replaying'))
       select ${COLUMNS} from gone order by name, version, shard, position`,
      [...columnsOf(await lockParked(tx, filter, limit)), by.actor, by.reason],
    );
    await note(tx, by, 'parked.discard', rows);
    return rows;
  });
}

/** In the order of the list, so that two operators wait for each other in one order only. */
async function lockParked(tx: Tx, filter: ParkedFilter, limit: number | undefined): Promise<ParkedKey[]> {
  const { rows } = await tx.query<ParkedKey>(
    `select name, version, shard, position from parked where ${MATCHES} and status <> 'discarded'
     order by name, version, shard, position limit $10 for update`,
    [...valuesOf(filter), limit ?? null],
  );
  return rows;
}

async function note(
  tx: Tx,
  { actor, tenantId, reason }: ServiceOperator,
  action: 'parked.retry' | 'parked.discard',
  events: readonly ParkedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const what = events.map(({ name, version, shard, position }) => `${name} v${version} ${shard}-${position}`);
  await noteAction(tx, { actor, action, tenantId, reason, details: { events: what } });
}
