import type { IntegrationEventType, IntegrationMessage } from '../../application/integration-events.ts';
import type { Pool, Tx } from '../postgres/pool.ts';

/** A consumer whose effect is SQL, committed with the note that its messages were taken. */
export type SqlConsumer = {
  readonly name: string;
  readonly types: readonly IntegrationEventType[];
  /** Each message arrives here once. */
  readonly apply: (tx: Tx, messages: readonly IntegrationMessage[]) => Promise<void>;
};

/** Notes the messages as taken by the consumer and returns those that were not yet; part of the effect's transaction. */
export async function takeFromInbox(
  tx: Tx,
  consumer: string,
  messages: readonly IntegrationMessage[],
): Promise<IntegrationMessage[]> {
  const { rows } = await tx.query<{ message_id: string }>({
    name: 'inbox-take',
    // In order of id: two processes that got the same messages lock them in the same order.
    text: `insert into inbox (consumer, message_id) select $1, id from unnest($2::uuid[]) as u (id) order by id
      on conflict do nothing returning message_id`,
    values: [consumer, messages.map((message) => message.messageId)],
  });
  const fresh = new Set(rows.map((row) => row.message_id));
  return messages.filter(({ messageId }) => fresh.delete(messageId));
}

/** The messages that did not come by the broker earlier: for a consumer that reads the log again after a switch. */
export async function notInInbox(
  tx: Tx,
  consumer: string,
  messages: readonly IntegrationMessage[],
): Promise<IntegrationMessage[]> {
  const { rows } = await tx.query<{ message_id: string }>({
    name: 'inbox-known',
    text: `select i.message_id from unnest($2::uuid[]) as u (id)
      cross join lateral (select * from inbox k where k.consumer = $1 and k.message_id = u.id limit 1) i`,
    values: [consumer, messages.map((message) => message.messageId)],
  });
  const known = new Set(rows.map((row) => row.message_id));
  return messages.filter(({ messageId }) => !known.has(messageId));
}

export type Checkpoint = { readonly name: string; readonly shard: number; readonly position: bigint };

/** How far consumers have come on the log itself, without a broker. What lies behind that is handled. */
export async function logCheckpoints(pool: Pool, names: readonly string[]): Promise<Checkpoint[]> {
  const { rows } = await pool.query<Checkpoint>(
    'select name, shard, position from subscription where name = any($1) order by shard, name',
    [names],
  );
  return rows;
}
