import { readdir } from 'node:fs/promises';
import type { Pool } from './pool.ts';

export type MigrationState = {
  /** Files that were not applied yet. */
  readonly pending: readonly string[];
  /** Applied by a newer build: this one has no such files. */
  readonly unknown: readonly string[];
};

/** How the schema stands against the files in `folder`; changes nothing. */
export async function migrationState(pool: Pool, folder: string): Promise<MigrationState> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted();
  const applied = await readApplied(pool);
  return {
    pending: files.filter((file) => !applied.includes(file)),
    unknown: applied.filter((name) => !files.includes(name)),
  };
}

async function readApplied(pool: Pool): Promise<string[]> {
  // A role that may not look has not been given its rights yet, which is done after migrating: for it none is applied.
  const { rows: readable } = await pool.query<{ readable: boolean }>(
    `select coalesce(has_table_privilege(to_regclass('schema_migration'), 'select'), false) as readable`,
  );
  if (!readable[0]?.readable) return [];
  const { rows } = await pool.query<{ name: string }>('select name from schema_migration order by name');
  return rows.map(({ name }) => name);
}
