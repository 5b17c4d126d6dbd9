import type { Pool } from '../postgres/pool.ts';

export type Generation = {
  readonly name: string;
  readonly generation: number;
  readonly codeVersion: number;
  readonly status: 'building' | 'live';
};

export async function listGenerations(pool: Pool): Promise<Generation[]> {
  const { rows } = await pool.query<Generation>(
    `select name, generation, code_version as "codeVersion", status from projection order by name, generation`,
  );
  return rows;
}

/** Begins a generation beside the live one, or goes on with the one being built for the same code; its number. */
export async function beginGeneration(pool: Pool, name: string, codeVersion: number): Promise<number> {
  const { rows } = await pool.query<{ generation: number }>('select begin_generation($1, $2) as generation', [
    name,
    codeVersion,
  ]);
  return rows[0]!.generation;
}

export async function dropGeneration(pool: Pool, name: string, generation: number): Promise<void> {
  await pool.query('select drop_generation($1, $2)', [name, generation]);
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
  const { rows } = await pool.query<{ switched: boolean }>('select switch_generation($1, $2, $3) as switched', [
    name,
    generation,
    slack,
  ]);
  return rows[0]!.switched;
}

/** The table of one generation, as SQL names it. */
export const tableOf = (name: string, generation: number): string =>
  `read_model.${name.replaceAll('-', '_')}_${generation}`;
