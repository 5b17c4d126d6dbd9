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

export type ParkedFilter = {
  readonly subscription?: string | undefined;
  readonly shard?: number | undefined;
  readonly position?: bigint | undefined;
  readonly streamId?: string | undefined;
};

const COLUMNS = `shard, name, version, position, stream_id as "streamId", stream_version as "streamVersion",
  event_id as "eventId", type, kind, error, attempts, status, actor, reason, parked_at as "parkedAt",
  updated_at as "updatedAt"`;

const MATCHES = `($1::text is null or name = $1) and ($2::smallint is null or shard = $2)
  and ($3::bigint is null or position = $3) and ($4::uuid is null or stream_id = $4)`;

const valuesOf = ({ subscription, shard, position, streamId }: ParkedFilter): unknown[] => [
  subscription ?? null,
  shard ?? null,
  position ?? null,
  streamId ?? null,
];

/** Oldest position first within each subscription and shard; those that were given up only if asked for. */
export async function findParked(
  pool: Pool,
  filter: ParkedFilter,
  { limit, discarded }: { readonly limit: number; readonly discarded: boolean },
): Promise<ParkedEvent[]> {
  const { rows } = await pool.query<ParkedEvent>(
    `select ${COLUMNS} from parked where ${MATCHES} and ($6 or status <> 'discarded')
     order by name, version, shard, position limit $5`,
    [...valuesOf(filter), limit, discarded],
  );
  return rows;
}

/** Asks whoever has the subscription to try these again, their dead letters with them; what it was asked for. */
export async function requestRetry(pool: Pool, filter: ParkedFilter, actor: string): Promise<ParkedEvent[]> {
  return inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<ParkedEvent>(
      `with asked as (
         update parked set status = 'retry', updated_at = now() where ${MATCHES} and status <> 'discarded'
         returning *),
       letters as (
         update dead_letter d set state = 'replaying', replays = d.replays + 1, replay_due_at = now() from asked a
         where d.consumer = a.name and d.message_id = a.event_id::text and d.state = 'failed')
       select ${COLUMNS} from asked`,
      valuesOf(filter),
    );
    await note(tx, { actor, action: 'parked.retry' }, rows);
    return rows;
  });
}

/** Gives one event up for good, for one subscription; what was given up, nothing if it is not parked (any more). */
export async function discardParked(
  pool: Pool,
  filter: Required<Pick<ParkedFilter, 'subscription' | 'shard' | 'position'>>,
  actor: string,
  reason: string,
): Promise<ParkedEvent[]> {
  return inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<ParkedEvent>(
      `with gone as (
         update parked set status = 'discarded', actor = $5, reason = $6, updated_at = now()
         where ${MATCHES} and status <> 'discarded' returning *),
       letters as (
         update dead_letter d set state = 'discarded', settled_at = now(), replay_due_at = null from gone g
         where d.consumer = g.name and d.message_id = g.event_id::text and d.state in ('failed', 'replaying'))
       select ${COLUMNS} from gone`,
      [...valuesOf(filter), actor, reason],
    );
    await note(tx, { actor, action: 'parked.discard', reason }, rows);
    return rows;
  });
}

async function note(
  tx: Tx,
  done: { readonly actor: string; readonly action: string; readonly reason?: string },
  events: readonly ParkedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const what = events.map(({ name, version, shard, position }) => `${name} v${version} ${shard}-${position}`);
  await noteAction(tx, { ...done, tenantId: null, details: { events: what } });
}
