import type {
  DeadLetters,
  GroupPlace,
  Letter,
  LetterDetail,
  LetterFailure,
  LetterFilter,
  LetterGroup,
  LetterOwner,
  LetterPlace,
} from '../../application/dead-letters.ts';
import type { Json } from '../../application/ports.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { eventCodec } from '../codecs/event-codec.ts';
import type { Pool } from '../postgres/pool.ts';
import { instantText } from '../postgres/column-text.ts';
import { browseAfter } from '../read-models/log-browser.ts';
import { concerned, discardLetters, replayLetters } from './control.ts';
import { openLetters, ownerValue } from './selection.ts';

/** What operators may look at and do, by the API and by the command line. */
export const deadLetters = (pool: Pool): DeadLetters => ({
  groups: (...asked) => listGroups(pool, ...asked),
  list: (...asked) => listLetters(pool, ...asked),
  show: (...asked) => showLetter(pool, ...asked),
  preview: async (...asked) => concerned(await openLetters(pool, ...asked)),
  replay: (...asked) => replayLetters(pool, ...asked),
  discard: (...asked) => discardLetters(pool, ...asked),
});

const OWN = `($1::uuid is null or tenant_id = $1)`;

async function listGroups(
  pool: Pool,
  owner: LetterOwner,
  { consumer, groupId, state }: LetterFilter,
  limit: number,
  after?: GroupPlace,
): Promise<LetterGroup[]> {
  const { rows } = await pool.query<LetterGroup>({
    name: 'letter-groups',
    text: `select group_id as "groupId", consumer, (array_agg(fault_type order by failed_at desc))[1] as "faultType",
        (array_agg(fault_message order by failed_at desc))[1] as "faultMessage",
        count(*) filter (where state = 'failed')::int as failed,
        count(*) filter (where state = 'replaying')::int as replaying,
        count(*) filter (where state = 'resolved')::int as resolved,
        count(*) filter (where state = 'discarded')::int as discarded,
        ${instantText('min(first_failed_at)')} as "firstFailedAt", ${instantText('max(failed_at)')} as "lastFailedAt"
      from dead_letter
      where ${OWN} and ($2::text is null or consumer = $2) and ($3::text is null or group_id = $3)
      group by group_id, consumer
      having ($4::text is null or bool_or(state = $4))
        and ($5::timestamptz is null or (max(failed_at), group_id) < ($5, $6))
      order by max(failed_at) desc, group_id desc limit $7`,
    values: [
      ...[ownerValue(owner), consumer ?? null, groupId ?? null, state ?? null],
      ...[after?.lastFailedAt ?? null, after?.groupId ?? null, limit],
    ],
  });
  return rows;
}

const LETTER = `letter_id as "letterId", consumer, message_id as "messageId", type, state, group_id as "groupId",
  fault_type as "faultType", fault_message as "faultMessage", attempts, replays, trace_id as "traceId",
  ${instantText('first_failed_at')} as "firstFailedAt", ${instantText('failed_at')} as "failedAt"`;

async function listLetters(
  pool: Pool,
  owner: LetterOwner,
  { consumer, groupId, state }: LetterFilter,
  limit: number,
  after?: LetterPlace,
): Promise<Letter[]> {
  const { rows } = await pool.query<Letter>({
    name: 'letters',
    text: `select ${LETTER} from dead_letter
      where ${OWN} and ($2::text is null or consumer = $2) and ($3::text is null or group_id = $3)
        and ($4::text is null or state = $4)
        and ($5::timestamptz is null or (failed_at, letter_id) < ($5, $6))
      order by failed_at desc, letter_id desc limit $7`,
    values: [
      ...[ownerValue(owner), consumer ?? null, groupId ?? null, state ?? null],
      ...[after?.failedAt ?? null, after?.letterId ?? null, limit],
    ],
  });
  return rows;
}

type Whole = Letter & {
  readonly tenantId: string | null;
  readonly properties: { readonly headers?: Record<string, Json> } | null;
  readonly body: Buffer | null;
  readonly shard: number | null;
  readonly position: bigint | null;
};

async function showLetter(
  pool: Pool,
  owner: LetterOwner,
  letterId: string,
): Promise<Result<LetterDetail, 'absent'>> {
  const { rows } = await pool.query<Whole>({
    name: 'letter',
    text: `select ${LETTER}, tenant_id as "tenantId", properties, body, shard, position from dead_letter
      where ${OWN} and letter_id = $2`,
    values: [ownerValue(owner), letterId],
  });
  if (!rows[0]) return err('absent');
  const { properties, body, shard, position, ...letter } = rows[0];
  const { rows: history } = await pool.query<LetterFailure>({
    name: 'letter-history',
    text: `select replay, ${instantText('failed_at')} as "failedAt", attempts, fault_type as "faultType",
        fault_message as "faultMessage", fault_stack as "faultStack"
      from dead_letter_failure where letter_id = $1 order by replay`,
    values: [letterId],
  });
  if (body) {
    const { headers = {}, ...other } = properties ?? {};
    const all = { ...(other as Record<string, Json>), ...headers };
    return ok({ ...letter, hosted: 'broker', payload: payloadOf(body), headers: all, history });
  }
  const onLog = await showEvent(pool, shard ?? 0, position ?? 0n);
  return ok({ ...letter, hosted: 'log', ...onLog, history });
}

/** As the log has it now: what was erased since is erased here. */
async function showEvent(
  pool: Pool,
  shard: number,
  position: bigint,
): Promise<Pick<LetterDetail, 'payload' | 'headers'>> {
  const [event] = await browseAfter(pool, eventCodec, { shard, after: position - 1n }, {}, 1);
  if (event?.position !== position) return { payload: null, headers: { event: `${shard}-${position}` } };
  const { id, streamId, version, recordedAt, correlationId, causationId, schemaVersion } = event;
  const headers = {
    ...{ event: id, streamId, version, schemaVersion, recordedAt, correlationId, causationId },
  };
  return { payload: event.data, headers };
}

function payloadOf(body: Buffer): Json {
  const text = body.toString('utf8');
  if (!Buffer.from(text).equals(body)) return body.toString('base64');
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
