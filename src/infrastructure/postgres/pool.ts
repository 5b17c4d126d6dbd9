import pg from 'pg';
import { err, type Result } from '../../domain/shared/result.ts';

export type Pool = pg.Pool;
export type Tx = pg.PoolClient;

// bigint columns are positions, counts and minor units: exact in a bigint, not always in a number.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text));

export type PoolOptions = {
  readonly connectionString: string;
  readonly max: number;
  readonly onConnectionError: (fault: Error) => void;
};

// Every lookup here goes by a key. On tables that are still empty a scan looks cheaper, and a prepared statement keeps
// that plan while they grow. Left to itself PostgreSQL plans loading a stream anew at every call, which takes as long as
// the load: 0.55 ms instead of 0.30.
const PLANNER = '-c enable_seqscan=off -c enable_bitmapscan=off -c plan_cache_mode=force_generic_plan';

// A process that freezes, or a machine that is cut off, in the middle of a transaction would keep its locks, and with
// them everybody else from its subscriptions, until TCP gives up: hours.
const LOCKS = '-c idle_in_transaction_session_timeout=5s';

/** Connects lazily; a connection that breaks is reported and replaced, it does not end the process. */
export function createPool({ connectionString, max, onConnectionError }: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    application_name: 'order-payments',
    options: `${PLANNER} ${LOCKS}`,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Whoever waits for an answer gets the fault as well; this keeps one between two queries from ending the process.
  pool.on('connect', (client) => client.on('error', onConnectionError));
  pool.on('error', () => {}); // the same faults again, of idle connections
  return pool;
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    await tx.query('begin');
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (fault) {
    await tx.query('rollback').catch((rollbackFault: Error) => {
      broken = rollbackFault; // the connection is of no further use
    });
    throw fault;
  } finally {
    tx.release(broken);
  }
}

/**
 * For what people search: planned for the very values, each time, and with bitmaps, without which PostgreSQL uses no GIN
 * index. A plan that fits all values would read a whole tenant for a few rows. Takes some round trips more.
 */
export const inSearch = <T>(pool: Pool, search: (tx: Tx) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (tx) => {
    await tx.query('set local enable_bitmapscan = on; set local plan_cache_mode = force_custom_plan');
    return search(tx);
  });

/** One transaction, but it gives up when one statement takes longer than `patienceMs`: `busy`, and nothing was changed. */
export async function inTransactionWithin<T, Refusal>(
  pool: Pool,
  patienceMs: number,
  work: (tx: Tx) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal | { readonly code: 'busy' }>> {
  try {
    return await inTransaction(pool, async (tx) => {
      await tx.query(`select set_config('statement_timeout', $1, true)`, [String(patienceMs)]);
      return work(tx);
    });
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === STATEMENT_TIMEOUT)
      return err({ code: 'busy' });
    throw fault;
  }
}

const STATEMENT_TIMEOUT = '57014';

const asked = new WeakMap<Pool, Promise<boolean>>();

/**
 * Whether the server answers a query now. Anybody may ask, and whoever does while a query is under way gets its answer:
 * however many there are, they take one connection from those who have work to do.
 */
export function answers(pool: Pool): Promise<boolean> {
  const answer = asked.get(pool) ?? ask(pool);
  asked.set(pool, answer);
  return answer;
}

async function ask(pool: Pool): Promise<boolean> {
  try {
    await pool.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    asked.delete(pool);
  }
}

// Class 08: connection; 57P01-03: shutdown, crash, starting up; 53300: too many connections; 25P03: idle for too long.
const UNREACHABLE_STATES = /^(08...|57P0[123]|53300|25P03)$/;
const UNREACHABLE_MESSAGES =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|Connection terminated|timeout exceeded|not queryable|closed the connection/i;

/** The server went away or could not be reached: what was sent may or may not have happened. */
export function isUnreachable(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false;
  const code = 'code' in fault && typeof fault.code === 'string' ? fault.code : '';
  return UNREACHABLE_STATES.test(code) || UNREACHABLE_MESSAGES.test(`${code} ${fault.message}`);
}

// 40: serialization failure, deadlock; 53: out of disk, memory, connections; 55P03: lock timeout; 57014: statement timeout.
const PASSING_STATES = /^(40...|53...|55P03|57014)$/;

/** Says nothing about what was asked: the same may well succeed later. */
export const isTransient = (fault: unknown): boolean =>
  isUnreachable(fault) ||
  (fault instanceof Error &&
    'code' in fault &&
    typeof fault.code === 'string' &&
    PASSING_STATES.test(fault.code));
