import type { CompiledQuery } from 'kysely';
import { inSearch, type Pool } from '../postgres/pool.ts';

type Query<Row> = { execute(): Promise<Row[]>; compile(): CompiledQuery<Row> };

/** A range of amounts may hold a few rows or nearly all: only by its values can be told which index leads to them soonest. */
export async function rowsOf<Row extends object>(
  pool: Pool,
  query: Query<Row>,
  isByAmount: boolean,
): Promise<Row[]> {
  if (!isByAmount) return query.execute();
  const { sql: text, parameters } = query.compile();
  const { rows } = await inSearch(pool, (tx) => tx.query<Row>(text, [...parameters]));
  return rows;
}
