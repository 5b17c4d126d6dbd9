import { inTransaction, type Pool, type Tx } from './pool.ts';

/** The number of shards that was asked for is not the one the database was made with; the message is for people. */
export class ShardCountProblem extends Error {
  override readonly name = 'ShardCountProblem';
}

/** Throws `ShardCountProblem` if the log is settled on another number; to be asked before anything is changed. */
export async function refuseOtherShardCount(pool: Pool, wanted: number | undefined): Promise<void> {
  const { rows } = await pool.query<{ exists: boolean }>(
    `select to_regclass('log_head') is not null as exists`,
  );
  if (rows[0]?.exists) requireSame(wanted, await readShardCount(pool));
}

/**
 * Settles the number of shards for good, by whoever comes first, and returns it. Of two processes that start on an
 * empty database the second waits for the first: both adding shards would leave one with fewer than there are.
 */
export const settleShardCount = (pool: Pool, wanted: number | undefined): Promise<number> =>
  inTransaction(pool, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('shards of the log', 0))`);
    await tx.query(
      `insert into log_head (shard) select s from generate_series(0, $1 - 1) s
        where not exists (select from log_head)`,
      [wanted ?? 1],
    );
    const settled = await readShardCount(tx);
    requireSame(wanted, settled);
    return settled;
  });

export async function readShardCount(db: Pool | Tx): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from log_head');
  return rows[0]?.n ?? 0;
}

/** Ids name their shard modulo the number of shards, so with another number the log would not be found again. */
function requireSame(wanted: number | undefined, settled: number): void {
  if (wanted === undefined || settled === 0 || wanted === settled) return;
  throw new ShardCountProblem(
    `LOG_SHARDS is ${wanted}, but the log in this database has ${settled} shard${settled === 1 ? '' : 's'}, ` +
      `which cannot change any more; unset LOG_SHARDS or set it to ${settled}`,
  );
}
