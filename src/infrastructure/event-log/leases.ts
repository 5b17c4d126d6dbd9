import type { Pool, Tx } from '../postgres/pool.ts';

/** One subscription on one shard: what a lease is given for. */
export type Unit = { readonly shard: number; readonly name: string; readonly version: number };

/** The right to move a checkpoint. It ends when another process is given a higher epoch. */
export type Lease = Unit & { readonly epoch: bigint };

export type SubscriptionState = 'running' | 'paused' | 'halted';

export type UnitRow = Unit & {
  readonly position: bigint;
  readonly owner: string | null;
  readonly epoch: bigint;
  readonly status: SubscriptionState;
  /** Until the lease ends, by the database's clock; below zero: it is free. */
  readonly lease_ms: number;
};

/** The checkpoint is not where we read it: our own commit, whose answer was lost, or another owner moved it. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/** The lease went to another process, or an operator paused the subscription: nothing may be written any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

const key = ({ shard, name, version }: Unit): unknown[] => [shard, name, version];

/**
 * Makes the checkpoint of a subscription on every shard, at the beginning of the log; none for a generation of a read
 * model that was dropped in the meantime, which nobody would ever clear away.
 */
export async function createCheckpoints(
  db: Pool | Tx,
  { name, version }: { readonly name: string; readonly version: number },
  shardCount: number,
): Promise<void> {
  await db.query(
    `insert into subscription (shard, name, version) select s, $1, $2 from generate_series(0, $3 - 1) s
     where not exists (select from projection where name = $1)
       or exists (select from projection where name = $1 and generation = $2)
     on conflict do nothing`,
    [name, version, shardCount],
  );
}

/** Says that this process lives and would follow these; how many processes would follow each, this one included. */
export async function announceWorker(
  pool: Pool,
  owner: string,
  subscriptions: readonly { readonly name: string; readonly version: number }[],
  leaseMs: number,
): Promise<{ name: string; version: number; workers: number }[]> {
  const { rows } = await pool.query<{ name: string; version: number; workers: number }>({
    name: 'worker-announce',
    text: `with own as (select * from unnest($1::text[], $2::int[]) as u (name, version)),
      announced as (insert into worker (name, version, owner, alive_until)
        select name, version, $3, now() + make_interval(secs => $4 / 1000.0) from own
        on conflict (name, version, owner) do update set alive_until = excluded.alive_until)
      select own.name, own.version, 1 + count(other.owner)::int as workers
      from own left join worker other on other.name = own.name and other.version = own.version
        and other.owner <> $3 and other.alive_until > now()
      group by own.name, own.version`,
    values: [
      subscriptions.map(({ name }) => name),
      subscriptions.map(({ version }) => version),
      owner,
      leaseMs,
    ],
  });
  return rows;
}

export async function forgetWorker(pool: Pool, owner: string): Promise<void> {
  await pool.query(`delete from worker where owner = $1 or alive_until < now() - interval '1 hour'`, [owner]);
}

/**
 * Extends these leases and reads how all units stand, in one round trip: on connections that break again and again, one
 * of many would fail every time. A row that is locked is passed over: the batch that holds the lock extends the lease.
 */
export async function renewLeases(pool: Pool, leases: readonly Lease[], leaseMs: number): Promise<UnitRow[]> {
  const { rows } = await pool.query<UnitRow>({
    name: 'lease-renew',
    text: `with held as (select l.shard, l.name, l.version
        from unnest($1::smallint[], $2::text[], $3::int[], $4::bigint[]) as u (shard, name, version, epoch)
        join subscription l on l.shard = u.shard and l.name = u.name and l.version = u.version
          and l.epoch = u.epoch and l.status = 'running' and l.owner is not null -- not one given back meanwhile
        for update of l skip locked),
      renewed as (update subscription s set lease_until = now() + make_interval(secs => $5 / 1000.0)
        from held where s.shard = held.shard and s.name = held.name and s.version = held.version)
      select shard, name, version, position, owner, epoch, status,
        (extract(epoch from lease_until - now()) * 1000)::float8 as lease_ms
      from subscription`,
    values: [
      leases.map(({ shard }) => shard),
      leases.map(({ name }) => name),
      leases.map(({ version }) => version),
      leases.map(({ epoch }) => epoch),
      leaseMs,
    ],
  });
  return rows;
}

/**
 * Takes a free unit, with the next epoch; undefined if another process was faster, or if the row is still locked by one
 * that stopped in the middle of a batch: waiting for it would keep us from all other units.
 */
export async function acquireLease(
  pool: Pool,
  unit: Unit,
  owner: string,
  leaseMs: number,
): Promise<Lease | undefined> {
  const { rows } = await pool.query<{ epoch: bigint }>({
    name: 'lease-acquire',
    text: `with free as (select from subscription
        where shard = $1 and name = $2 and version = $3 and status = 'running' and lease_until < now()
        for update skip locked)
      update subscription set owner = $4, epoch = epoch + 1, lease_until = now() + make_interval(secs => $5 / 1000.0)
      where shard = $1 and name = $2 and version = $3 and exists (select from free)
      returning epoch`,
    values: [...key(unit), owner, leaseMs],
  });
  return rows[0] && { ...unit, epoch: rows[0].epoch };
}

/** Gives a unit back at once, instead of leaving it to expire. */
export async function releaseLease(pool: Pool, lease: Lease): Promise<void> {
  await pool.query({
    name: 'lease-release',
    text: `update subscription set owner = null, lease_until = 'epoch'
      where shard = $1 and name = $2 and version = $3 and epoch = $4`,
    values: [...key(lease), lease.epoch],
  });
}

/** Where the checkpoint stands. Throws `LeaseLost`. */
export async function readCheckpoint(db: Pool | Tx, lease: Lease): Promise<bigint> {
  const { rows } = await db.query<{ position: bigint }>({
    name: 'checkpoint-read',
    text: `select position from subscription
      where shard = $1 and name = $2 and version = $3 and epoch = $4 and status = 'running'`,
    values: [...key(lease), lease.epoch],
  });
  if (!rows[0]) throw lost(lease);
  return rows[0].position;
}

/**
 * Moves the checkpoint, if the lease is still ours and the checkpoint where we read it. Locks its row until the
 * transaction ends. Throws `CheckpointMoved`: `readCheckpoint` then tells which of the two it was.
 *
 * The commit is not waited for to reach the disk: effect and checkpoint are in it together, so what a crash of PostgreSQL
 * takes back is done again from the log, whose own commits are always waited for.
 */
export async function advance(
  db: Pool | Tx,
  lease: Lease,
  from: bigint,
  to: bigint,
  leaseMs: number,
): Promise<void> {
  const { rowCount } = await db.query({
    name: 'checkpoint-advance',
    text: `update subscription
      set position = $6, lease_until = now() + make_interval(secs => $7 / 1000.0), last_error = null
      where shard = $1 and name = $2 and version = $3 and epoch = $4 and status = 'running' and position = $5
        and set_config('synchronous_commit', 'off', true) is not null`,
    values: [...key(lease), lease.epoch, from, to, leaseMs],
  });
  if (rowCount !== 1) throw new CheckpointMoved(`${lease.name}/${lease.shard} is no longer at ${from}`);
}

/** Locks the subscription's row until the transaction ends, for an effect that moves no checkpoint. Throws `LeaseLost`. */
export async function fence(tx: Tx, lease: Lease, leaseMs: number): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'lease-fence',
    text: `update subscription set lease_until = now() + make_interval(secs => $5 / 1000.0)
      where shard = $1 and name = $2 and version = $3 and epoch = $4 and status = 'running'`,
    values: [...key(lease), lease.epoch, leaseMs],
  });
  if (rowCount !== 1) throw lost(lease);
}

/** Keeps the last error where operators look; `halt` also stops the unit until somebody resumes it. */
export async function recordFailure(pool: Pool, lease: Lease, error: string, halt: boolean): Promise<void> {
  await pool.query({
    name: 'subscription-failure',
    text: `update subscription set last_error = $5, status = case when $6 then 'halted' else status end
      where shard = $1 and name = $2 and version = $3 and epoch = $4`,
    values: [...key(lease), lease.epoch, error, halt],
  });
}

const lost = ({ name, version, shard, epoch }: Lease): LeaseLost =>
  new LeaseLost(`${name} v${version} on shard ${shard} is no longer held under epoch ${epoch}`);
