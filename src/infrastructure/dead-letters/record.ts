import type { Tx } from '../postgres/pool.ts';
import { newLetterId } from '../system.ts';
import { groupIdOf, printable, type FaultText } from './faults.ts';

/** That a consumer has given a message up. */
export type GivenUp = {
  readonly consumer: string;
  readonly messageId: string;
  /** null: the message cannot be read. */
  readonly tenantId: string | null;
  readonly type: string | null;
  readonly traceId: string | null;
  readonly replay: number;
  /** Since it came, or since this replay. */
  readonly attempts: number;
  /** undefined: now. */
  readonly failedAt?: string | undefined;
  readonly fault: FaultText;
  readonly source: BrokerSource | LogSource;
};

export type BrokerSource = { readonly properties: object; readonly body: Buffer };
export type LogSource = { readonly shard: number; readonly version: number; readonly position: bigint };

/**
 * Files a dead letter: a new one, or that of a replay under way, which has failed again. Anything else is a copy of
 * what was filed already, since brokers deliver more than once, and changes nothing. False: it was one.
 */
export async function fileLetter(tx: Tx, given: GivenUp): Promise<boolean> {
  const { consumer, messageId, tenantId, type, traceId, replay, attempts, failedAt, fault, source } = given;
  const ofBroker = 'body' in source ? source : undefined;
  const ofLog = 'body' in source ? undefined : source;
  const { rowCount } = await tx.query({
    name: 'letter-file',
    // On the log a message may fail that its broker's copy failed before: from then on it is retried there.
    text: `with letter as (
        insert into dead_letter as d (letter_id, consumer, message_id, tenant_id, type, trace_id, group_id, state,
          fault_type, fault_message, attempts, replays, first_failed_at, failed_at, properties, body, shard, version,
          position)
        values ($1, $2, $3, $4, $5, $6, $7, 'failed', $8, $9, $11, $12, coalesce($13::timestamptz, now()),
          coalesce($13::timestamptz, now()), $14::json, $15, $16, $17, $18)
        on conflict (consumer, message_id) do update set state = 'failed', group_id = excluded.group_id,
          fault_type = excluded.fault_type, fault_message = excluded.fault_message,
          attempts = d.attempts + excluded.attempts, failed_at = excluded.failed_at, replay_due_at = null,
          properties = excluded.properties, body = excluded.body, shard = excluded.shard, version = excluded.version,
          position = excluded.position
        where d.state = 'replaying' and d.replays = excluded.replays
          or d.state = 'failed' and d.position is null and excluded.position is not null
        returning letter_id, failed_at)
      insert into dead_letter_failure (letter_id, replay, failed_at, attempts, fault_type, fault_message, fault_stack)
      select letter_id, $12, failed_at, $11, $8, $9, $10 from letter
      on conflict (letter_id, replay) do nothing`,
    values: [
      ...[
        newLetterId(),
        printable(consumer),
        printable(messageId),
        tenantId,
        type && printable(type),
        traceId,
      ],
      ...[groupIdOf(consumer, fault), fault.type, fault.message, fault.stack, attempts, replay],
      ...[failedAt ?? null, ofBroker ? JSON.stringify(ofBroker.properties) : null, ofBroker?.body ?? null],
      ...[ofLog?.shard ?? null, ofLog?.version ?? null, ofLog?.position ?? null],
    ],
  });
  return rowCount === 1;
}

/** How far the letter of a message has come; undefined: there is none. Locks it until the transaction ends. */
export async function letterOf(
  tx: Tx,
  consumer: string,
  messageId: string,
): Promise<{ readonly replays: number; readonly attempts: number } | undefined> {
  const { rows } = await tx.query<{ replays: number; attempts: number }>({
    name: 'letter-of',
    text: 'select replays, attempts from dead_letter where consumer = $1 and message_id = $2 for update',
    values: [consumer, messageId],
  });
  return rows[0];
}

/** The id of the trace in a W3C traceparent, by which log lines are found. */
export const traceIdOf = (traceparent: string | undefined): string | undefined =>
  /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1];
