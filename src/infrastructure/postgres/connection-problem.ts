import type { Pool } from './pool.ts';

/** Why the server does not answer now, without what may be secret; undefined if it does. */
export async function connectionProblem(pool: Pool): Promise<string | undefined> {
  try {
    await pool.query('select 1');
    return undefined;
  } catch (fault) {
    if (!(fault instanceof Error)) return String(fault);
    // A name with several addresses gives a fault with several causes and no message of its own.
    const [cause = fault] = fault instanceof AggregateError ? (fault.errors as Error[]) : [];
    return cause.message;
  }
}
