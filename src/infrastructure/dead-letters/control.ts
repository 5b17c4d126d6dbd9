import type { Concerned, LetterSelection, Operator, ReplayOrder } from '../../application/dead-letters.ts';
import { noteAction } from '../operator-actions.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { lockOpen, openLetters, ownerValue } from './selection.ts';

/** What is told of those concerned; the audit has all. */
const IDS_SHOWN = 20;

export const concerned = (letterIds: readonly string[]): Concerned => ({
  count: letterIds.length,
  ids: letterIds.slice(0, IDS_SHOWN),
});

/**
 * Makes the letters due, the oldest now, each next one a share of a second later: messages of a broker are published to
 * their consumer's queue, parked events tried again by whoever follows the log. Of two replays at once each letter goes
 * with one.
 */
export async function replayLetters(
  pool: Pool,
  operator: Operator,
  selection: LetterSelection,
  { limit, perSecond }: ReplayOrder,
): Promise<Concerned> {
  const meant = await openLetters(pool, operator.owner, selection, limit);
  return inTransaction(pool, async (tx) => {
    const letterIds = await lockOpen(tx, meant);
    if (letterIds.length > 0) await makeDue(tx, letterIds, perSecond);
    await note(tx, operator, 'dead-letters.replay', undefined, { selection, limit, perSecond, letterIds });
    return concerned(letterIds);
  });
}

async function makeDue(tx: Tx, letterIds: readonly string[], perSecond: number): Promise<void> {
  await tx.query({
    name: 'letters-replay',
    text: `update dead_letter d set state = 'replaying', replays = d.replays + 1,
        replay_due_at = now() + make_interval(secs => (u.nth - 1) / $2::float8)
      from unnest($1::uuid[]) with ordinality as u (id, nth) where d.letter_id = u.id`,
    values: [letterIds, perSecond],
  });
  await tx.query({
    name: 'letters-replay-by-broker',
    text: `insert into scheduled_message as s (consumer, message_id, redelivery, replay, attempts, properties, body, due_at)
      select consumer, message_id, 0, replays, 0, properties, body, replay_due_at from dead_letter
      where letter_id = any($1) and body is not null
      on conflict (consumer, message_id) do update set redelivery = 0, replay = excluded.replay, attempts = 0,
        properties = excluded.properties, body = excluded.body, due_at = excluded.due_at, claim = s.claim + 1,
        claimed_until = '-infinity'`,
    values: [letterIds],
  });
  await tx.query({
    name: 'letters-replay-on-log',
    text: `update parked p set next_retry_at = d.replay_due_at, updated_at = now() from dead_letter d
      where d.letter_id = any($1) and d.shard = p.shard and d.consumer = p.name and d.version = p.version
        and d.position = p.position and p.status <> 'discarded'`,
    values: [letterIds],
  });
}

/** Gives the letters up for good; parked events of their streams that waited behind them go on. */
export async function discardLetters(
  pool: Pool,
  operator: Operator,
  selection: LetterSelection,
  limit: number,
  reason: string,
): Promise<Concerned> {
  const meant = await openLetters(pool, operator.owner, selection, limit);
  return inTransaction(pool, async (tx) => {
    const letterIds = await lockOpen(tx, meant);
    await tx.query({
      name: 'letters-discard',
      text: `with letter as (
          update dead_letter set state = 'discarded', settled_at = now(), replay_due_at = null
          where letter_id = any($1) returning *),
        unscheduled as (
          delete from scheduled_message s using letter l where s.consumer = l.consumer and s.message_id = l.message_id)
        update parked p set status = 'discarded', actor = $2, reason = $3, updated_at = now() from letter d
        where d.shard = p.shard and d.consumer = p.name and d.version = p.version and d.position = p.position
          and p.status <> 'discarded'`,
      values: [letterIds, operator.actor, reason],
    });
    await note(tx, operator, 'dead-letters.discard', reason, { selection, limit, letterIds });
    return concerned(letterIds);
  });
}

const note = (
  tx: Tx,
  { owner, actor }: Operator,
  action: string,
  reason: string | undefined,
  details: object,
): Promise<void> => noteAction(tx, { actor, action, tenantId: ownerValue(owner), reason, details });

/** Of the broker: a replay was handled, so its letter is done with. */
export async function resolveLetter(
  pool: Pool,
  { consumer, messageId, replay }: { consumer: string; messageId: string; replay: number },
): Promise<void> {
  await pool.query({
    name: 'letter-resolve',
    text: `update dead_letter set state = 'resolved', settled_at = now(), replay_due_at = null
      where consumer = $1 and message_id = $2 and replays = $3 and state = 'replaying'`,
    values: [consumer, messageId, replay],
  });
}

/** What became of them stays in the audit. */
export async function forgetSettledLetters(pool: Pool): Promise<void> {
  await pool.query(`delete from dead_letter where settled_at < now() - interval '30 days'`);
}
