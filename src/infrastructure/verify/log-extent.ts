import type { Tx } from '../postgres/pool.ts';

/** Positions from `from` on, up to before `to`, that lie in a detached partition. */
export type Gap = { readonly from: bigint; readonly to: bigint };

export type Head = {
  readonly shard: number;
  readonly position: bigint;
  /** Hexadecimal; of an empty shard its genesis. */
  readonly hash: string;
};

/** How far the log reaches, and what of it is not at hand. */
export type Extent = { readonly heads: readonly Head[]; readonly gaps: readonly Gap[] };

export async function readExtent(tx: Tx): Promise<Extent> {
  const { rows: heads } = await tx.query<Head>(
    `select shard, head as position, encode(coalesce(hash, log_genesis(shard)), 'hex') as hash
     from log_head order by shard`,
  );
  // What is said to be detached and is not is looked at all the same.
  const { rows: gaps } = await tx.query<Gap>(
    `select from_position as from, to_position as to from event_partition p
     where detached_at is not null and not exists (
       select from pg_inherits where inhparent = 'event'::regclass and inhrelid = to_regclass('event_p' || p.ordinal))
     order by from_position`,
  );
  return { heads, gaps };
}

/** How many of the positions 1 to `last` lie in detached partitions. */
export const missingUpTo = (gaps: readonly Gap[], last: bigint): bigint =>
  gaps.reduce((sum, { from, to }) => sum + atLeastZero(least(to - 1n, last) - most(from, 1n) + 1n), 0n);

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const atLeastZero = (value: bigint): bigint => most(value, 0n);
