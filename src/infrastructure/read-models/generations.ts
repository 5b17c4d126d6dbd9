import type { Pool, Tx } from '../postgres/pool.ts';

export type Generation = {
  readonly name: string;
  readonly generation: number;
  readonly codeVersion: number;
  readonly status: 'building' | 'live';
};

export async function listGenerations(db: Pool | Tx): Promise<Generation[]> {
  const { rows } = await db.query<Generation>(
    `select name, generation, code_version as "codeVersion", status from projection order by name, generation`,
  );
  return rows;
}

/** Begins a generation beside the live one, or goes on with the one being built for the same code; its number. */
export async function beginGeneration(db: Pool | Tx, name: string, codeVersion: number): Promise<number> {
  const { rows } = await db.query<{ generation: number }>('select begin_generation($1, $2) as generation', [
    name,
    codeVersion,
  ]);
  return rows[0]!.generation;
}

/** Holds off whoever begins, switches or drops generations of it, until the transaction ends. */
export async function lockGenerations(tx: Tx, name: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('projection ' || $1, 0))`, [name]);
}

/** Drops the generation that is being built; its number, undefined if there is none. Never one that is going live. */
export async function dropBuilding(tx: Tx, name: string): Promise<number | undefined> {
  await lockGenerations(tx, name);
  const { rows } = await tx.query<{ generation: number }>(
    `select generation from projection where name = $1 and status = 'building'`,
    [name],
  );
  const generation = rows[0]?.generation;
  if (generation !== undefined) await tx.query('select drop_generation($1, $2)', [name, generation]);
  return generation;
}

/**
 * Makes a generation the live one once it is within `slack` events of the head on every shard; false: not yet, or
 * somebody else did. Throws lock_not_available (55P03) while a long query reads the old one: try again.
 */
export async function switchGeneration(
  pool: Pool,
  { name, generation }: Pick<Generation, 'name' | 'generation'>,
  slack: number,
): Promise<boolean> {
  const { rows } = await pool.query<{ switched: boolean }>(
    'select switch_generation($1, $2, $3) as switched',
    [name, generation, slack],
  );
  return rows[0]!.switched;
}

/** The table of one generation, as SQL names it. */
export const tableOf = (name: string, generation: number): string =>
  `read_model.${name.replaceAll('-', '_')}_${generation}`;
