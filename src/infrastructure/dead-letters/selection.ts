import type { LetterOwner, LetterSelection } from '../../application/dead-letters.ts';
import type { Pool, Tx } from '../postgres/pool.ts';

// A replay that nobody has heard of for so long was lost, with a queue that was deleted: it may be asked for again.
const OPEN = `(d.state = 'failed' or d.state = 'replaying' and d.replay_due_at < now() - interval '1 hour')`;

export const ownerValue = (owner: LetterOwner): string | null => (owner === 'all' ? null : owner);

/** The letters meant that can be replayed or discarded now, the oldest first. */
export async function openLetters(
  pool: Pool | Tx,
  owner: LetterOwner,
  selection: LetterSelection,
  limit: number,
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'letters-open',
    text: `select d.letter_id as id from dead_letter d
      where ($1::uuid is null or d.tenant_id = $1) and ($2::uuid[] is null or d.letter_id = any($2))
        and ($3::text is null or d.group_id = $3) and ${OPEN}
      order by d.first_failed_at, d.letter_id limit $4`,
    values: [
      ownerValue(owner),
      selection.kind === 'ids' ? selection.ids : null,
      selection.kind === 'group' ? selection.groupId : null,
      limit,
    ],
  });
  return rows.map(({ id }) => id);
}

/**
 * Locks those of the letters that are still open, in the same order. Their parked events first, as whoever retries one
 * does, so that nobody waits for each other.
 */
export async function lockOpen(tx: Tx, letterIds: readonly string[]): Promise<string[]> {
  await tx.query({
    name: 'letters-lock-parked',
    text: `select from parked p join dead_letter d on d.shard = p.shard and d.consumer = p.name
        and d.version = p.version and d.position = p.position
      where d.letter_id = any($1) order by p.shard, p.name, p.version, p.position for update of p`,
    values: [letterIds],
  });
  const { rows } = await tx.query<{ id: string }>({
    name: 'letters-lock',
    text: `select d.letter_id as id from dead_letter d where d.letter_id = any($1) and ${OPEN}
      order by d.first_failed_at, d.letter_id for update`,
    values: [letterIds],
  });
  return rows.map(({ id }) => id);
}
