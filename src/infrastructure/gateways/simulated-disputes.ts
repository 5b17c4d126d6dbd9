import type { DisputeReport } from '../../domain/payments/provider-report.ts';
import { parseCurrency } from '../../domain/shared/currencies.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { money } from '../../domain/shared/money.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import type { Behaviour } from './simulated-behaviour.ts';
import type { Asked, Intent } from './simulated-books.ts';
import { announce } from './simulated-webhooks.ts';

const FEE_MINOR = 1_500n;
const OPENS_AFTER_MS = 2_000;
/** Left alone: long enough to be looked at and answered. */
const CLOSES_AFTER_MS = 60_000;
const CLOSES_AFTER_EVIDENCE_MS = 2_000;

/** The bank takes back what an operation took. */
export async function dispute(
  tx: Tx,
  intent: Intent,
  { operationId, amountMinor }: Asked,
  verdict: 'won' | 'lost',
  { decidesAfterMs = CLOSES_AFTER_MS }: Pick<Behaviour, 'decidesAfterMs'>,
): Promise<void> {
  const { rows } = await tx.query<{ dispute_id: string }>(
    `insert into simulated_provider.dispute
        (dispute_id, intent_ref, amount_minor, fee_minor, reason, verdict, opens_at, closes_at)
      values ('dp_' || md5($1), $2, $3, $4, 'fraudulent', $5, now() + make_interval(secs => $6 / 1000.0),
        now() + make_interval(secs => $7 / 1000.0))
      on conflict do nothing returning dispute_id`,
    [
      operationId,
      intent.intent_ref,
      amountMinor,
      FEE_MINOR,
      verdict,
      OPENS_AFTER_MS,
      OPENS_AFTER_MS + decidesAfterMs,
    ],
  );
  if (!rows[0]) return;
  const { dispute_id: id } = rows[0];
  await announce(tx, intent, { eventId: `${id}:opened`, type: 'dispute.opened', afterMs: OPENS_AFTER_MS });
  const afterMs = OPENS_AFTER_MS + decidesAfterMs;
  await announce(tx, intent, { eventId: `${id}:closed`, type: 'dispute.closed', afterMs });
}

export async function readDisputes(
  db: Pool | Tx,
  { intent_ref, ...intent }: Intent,
): Promise<DisputeReport[]> {
  type Row = {
    dispute_id: string;
    amount_minor: bigint;
    fee_minor: bigint;
    reason: string;
    status: DisputeReport['status'];
  };
  const { rows } = await db.query<Row>({
    name: 'simulated-disputes',
    text: `select dispute_id, amount_minor, fee_minor, reason, status from simulated_provider.dispute_book
      where intent_ref = $1 order by opens_at, dispute_id`,
    values: [intent_ref],
  });
  const currency = parseCurrency(intent.currency);
  invariant(currency, 'the books hold known currencies');
  return rows.map(({ dispute_id, amount_minor, fee_minor, reason, status }) => ({
    disputeId: dispute_id,
    amount: money(amount_minor, currency),
    fee: money(fee_minor, currency),
    reason,
    status,
  }));
}

/** Answers an open dispute; false if there is none of this intent. One that is closed stays as it is. */
export async function answerDispute(
  tx: Tx,
  intent: Intent,
  disputeId: string,
  answer: 'accepted' | { readonly evidence: string },
): Promise<boolean> {
  const isAccepted = answer === 'accepted';
  const afterMs = isAccepted ? 0 : CLOSES_AFTER_EVIDENCE_MS;
  const { rows } = await tx.query<{ is_open: boolean }>(
    `select closes_at > now() as is_open from simulated_provider.dispute
     where dispute_id = $1 and intent_ref = $2 and opens_at <= now() for update`,
    [disputeId, intent.intent_ref],
  );
  if (!rows[0]?.is_open) return rows.length > 0;
  await tx.query(
    `update simulated_provider.dispute set verdict = case when $2 then 'lost' else verdict end,
       evidence = coalesce($3, evidence), closes_at = now() + make_interval(secs => $4 / 1000.0)
     where dispute_id = $1`,
    [disputeId, isAccepted, isAccepted ? null : answer.evidence, afterMs],
  );
  await tx.query(
    `update simulated_provider.webhook set deliver_at = now() + make_interval(secs => $2 / 1000.0)
     where event_id = $1 and delivered_at is null`,
    [`${disputeId}:closed`, afterMs],
  );
  return true;
}
