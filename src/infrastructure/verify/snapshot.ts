import type { Pool, Tx } from '../postgres/pool.ts';

// Whole tables are read here, unlike anywhere else in the service, so the planner chooses freely. Compiling plans costs
// more than it saves.
const SETTINGS = `set local enable_seqscan = on; set local enable_bitmapscan = on; set local jit = off;
  set local work_mem = '64MB'; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`;

/**
 * Everything `work` reads is of one moment, however long it takes and whatever is appended meanwhile. Nothing that it
 * writes is kept. `before` runs before that moment, such as to lock a table that must not go away.
 */
export async function inSnapshot<T>(
  pool: Pool,
  work: (tx: Tx) => Promise<T>,
  before: (tx: Tx) => Promise<void> = async () => {},
): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    await tx.query('begin isolation level repeatable read');
    await tx.query(SETTINGS);
    await before(tx);
    return await work(tx);
  } finally {
    await tx.query('rollback').catch((fault: Error) => {
      broken = fault;
    });
    tx.release(broken);
  }
}

/** From now on in this transaction lookups go by key, as the service's own do. */
export const lookUpByKey = async (tx: Tx): Promise<void> =>
  void (await tx.query('set local enable_seqscan = off; set local enable_bitmapscan = off'));
