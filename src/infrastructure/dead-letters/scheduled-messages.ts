import type { Pool, Tx } from '../postgres/pool.ts';

/** A message on its way back to its consumer, with the properties and the body it came with. */
export type ScheduledMessage = {
  readonly consumer: string;
  readonly messageId: string;
  readonly redelivery: number;
  readonly replay: number;
  readonly attempts: number;
  readonly properties: object;
  readonly body: Buffer;
};

export type ClaimedMessage = ScheduledMessage & { readonly claim: bigint };

/**
 * Keeps a message until `afterMs` from now. A copy that was scheduled before, or one further on, stays as it is; one
 * that comes later takes the place of the row it was published from, should that still be there.
 */
export async function scheduleMessage(pool: Pool, message: ScheduledMessage, afterMs: number): Promise<void> {
  await pool.query({
    name: 'schedule-message',
    text: `insert into scheduled_message as s (consumer, message_id, redelivery, replay, attempts, properties, body, due_at)
      values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8::float8 / 1000))
      on conflict (consumer, message_id) do update set redelivery = excluded.redelivery, replay = excluded.replay,
        attempts = excluded.attempts, due_at = excluded.due_at, claim = s.claim + 1, claimed_until = '-infinity'
      where (s.replay, s.redelivery) < (excluded.replay, excluded.redelivery)`,
    values: [
      ...[message.consumer, message.messageId, message.redelivery, message.replay, message.attempts],
      ...[JSON.stringify(message.properties), message.body, afterMs],
    ],
  });
}

/** Those that are due, for one process alone until the claim ends, the longest due first. */
export async function claimDueMessages(
  pool: Pool,
  consumers: readonly string[],
  { limit, claimMs }: { readonly limit: number; readonly claimMs: number },
): Promise<ClaimedMessage[]> {
  const { rows } = await pool.query<ClaimedMessage>({
    name: 'claim-due-messages',
    text: `with due as (
        select consumer, message_id from scheduled_message
        where due_at <= now() and claimed_until <= now() and consumer = any($1)
        order by due_at limit $2 for update skip locked)
      update scheduled_message s
      set claim = s.claim + 1, claimed_until = now() + make_interval(secs => $3::float8 / 1000)
      from due where s.consumer = due.consumer and s.message_id = due.message_id
      returning s.consumer, s.message_id as "messageId", s.redelivery, s.replay, s.attempts, s.properties, s.body, s.claim`,
    values: [consumers, limit, claimMs],
  });
  return rows;
}

/** Of those claimed, the ones that nobody has taken or scheduled anew since. */
export async function removeMessages(db: Pool | Tx, messages: readonly ClaimedMessage[]): Promise<void> {
  await db.query({
    name: 'remove-messages',
    text: `delete from scheduled_message s
      using unnest($1::text[], $2::text[], $3::bigint[]) as u (consumer, message_id, claim)
      where s.consumer = u.consumer and s.message_id = u.message_id and s.claim = u.claim`,
    values: [
      messages.map(({ consumer }) => consumer),
      messages.map(({ messageId }) => messageId),
      messages.map(({ claim }) => claim),
    ],
  });
}

/** Bytes among the properties survive JSON as `Buffer.toJSON` writes them. */
export function reviveProperties(stored: unknown): unknown {
  if (Array.isArray(stored)) return stored.map(reviveProperties);
  if (stored === null || typeof stored !== 'object') return stored;
  const { type, data } = stored as { readonly type?: unknown; readonly data?: unknown };
  if (type === 'Buffer' && Array.isArray(data)) return Buffer.from(data as number[]);
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, reviveProperties(value)]));
}
