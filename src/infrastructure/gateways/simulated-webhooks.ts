import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { ProviderWebhook, WebhookHeaders, WebhookRefusal } from '../../application/provider-ports.ts';
import { parsePaymentId } from '../../domain/shared/ids.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import type { Behaviour, SimulatedKind } from './simulated-behaviour.ts';
import type { Intent } from './simulated-books.ts';

type Announcement = {
  readonly eventId: string;
  readonly type: string;
  readonly afterMs: number;
  readonly copies?: number;
};

/** A lost answer is made good a moment later. */
const AFTER_LOST_ANSWER_MS = 500;
const LATE_MS = 1_500;
const BEFORE_ANSWER_MAX_MS = 2_000;
const LOOKED_INTO_AFTER_MS = 500;
const LOOK_EVERY_MS = 50;

/** Puts a webhook into the provider's outbox, once for each event id. */
export async function announce(
  tx: Tx,
  { provider, payment_id }: Pick<Intent, 'provider' | 'payment_id'>,
  { eventId, type, afterMs, copies = 1 }: Announcement,
): Promise<void> {
  await tx.query({
    name: 'simulated-announce',
    text: `insert into simulated_provider.webhook (event_id, provider, payment_id, type, copies, deliver_at)
      values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6 / 1000.0)) on conflict do nothing`,
    values: [eventId, provider, payment_id, type, copies, afterMs],
  });
}

/** Tells by webhook what the caller is not told: what comes later, what was lost, and what its token asks for. */
export async function announceOutcome(
  tx: Tx,
  intent: Intent,
  operation: { readonly operationId: string; readonly kind: SimulatedKind },
  { outcome, later, reply, webhooks }: Behaviour,
): Promise<void> {
  const { operationId, kind } = operation;
  const tell = (stage: string, afterMs: number): Promise<void> =>
    announce(tx, intent, {
      eventId: eventIdOf(operationId, stage),
      type: `${kind}.${stage}`,
      afterMs,
      copies: webhooks === 'twice' ? 2 : 1,
    });
  if (reply === 'lost' || reply === 'server_error') await tell(outcome, AFTER_LOST_ANSWER_MS);
  if (webhooks === 'first') await tell(outcome, 0);
  // What it was before is told when it is no longer true.
  if (later && webhooks === 'late') await tell(outcome, later.afterMs + LATE_MS);
  if (later) await tell(later.outcome, later.afterMs);
}

/** Holds an answer back until the webhook about it was looked into, which is after it was taken; not for ever, since nobody may be there to take it. */
export async function untilTold(pool: Pool, operationId: string, stage: string): Promise<void> {
  const deadline = performance.now() + BEFORE_ANSWER_MAX_MS;
  while (performance.now() < deadline) {
    const { rowCount } = await pool.query(
      'select from simulated_provider.webhook where event_id = $1 and delivered_at is not null',
      [eventIdOf(operationId, stage)],
    );
    if (rowCount) {
      await sleep(LOOKED_INTO_AFTER_MS);
      return;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

const eventIdOf = (operationId: string, stage: string): string => `evt_${operationId}:${stage}`;

const SIGNED_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/** Signed by the Standard Webhooks scheme: HMAC-SHA256 over id, time and body; five minutes old at most. */
export function parseSimulatedWebhook(
  secret: Buffer,
  rawBody: Uint8Array,
  headers: WebhookHeaders,
): Result<ProviderWebhook, WebhookRefusal> {
  const signed = Object.fromEntries(SIGNED_HEADERS.map((name) => [name, String(headers[name] ?? '')]));
  const body = Buffer.from(rawBody).toString('utf8');
  try {
    signerOf(secret).verify(body, signed, { jsonParse: false });
  } catch (fault) {
    return err({ code: 'webhook-signature-invalid', reason: (fault as Error).message });
  }
  const message = readMessage(body);
  if (!message) return err({ code: 'webhook-unreadable', reason: 'It is signed, but no message' });
  const known = parsePaymentId(message.paymentId);
  return ok({ eventId: signed['webhook-id']!, type: message.type, ...(known && { paymentId: known }) });
}

function readMessage(body: string): { readonly type: string; readonly paymentId: string } | undefined {
  try {
    const { type, paymentId } = JSON.parse(body) as Record<string, unknown>;
    return typeof type === 'string' && typeof paymentId === 'string' ? { type, paymentId } : undefined;
  } catch {
    return undefined;
  }
}

const signerOf = (secret: Buffer): Webhook => new Webhook(secret, { format: 'raw' });

type Due = {
  readonly event_id: string;
  readonly provider: string;
  readonly payment_id: string;
  readonly type: string;
  readonly copies: number;
};

const BATCH_MAX = 50;
const POST_TIMEOUT_MS = 5_000;

/**
 * Delivers what is due to `<url>/api/psp/<provider>/webhooks`, again and again, ever more rarely, until it is answered
 * with 2xx. Any number of processes may do it.
 */
export async function deliverSimulatedWebhooks(pool: Pool, secret: Buffer, url: string): Promise<void> {
  const { rows } = await pool.query<Due>({
    name: 'simulated-webhooks-due',
    text: `update simulated_provider.webhook w
      set attempts = attempts + 1, deliver_at = now() + make_interval(secs => least(power(2, w.attempts + 2), 3600))
      from (select event_id from simulated_provider.webhook where delivered_at is null and deliver_at <= now()
        order by deliver_at limit $1 for update skip locked) due
      where w.event_id = due.event_id
      returning w.event_id, w.provider, w.payment_id, w.type, w.copies`,
    values: [BATCH_MAX],
  });
  await Promise.all(
    rows.map(async (due) => {
      const posts = Array.from({ length: due.copies }, () => post(secret, url, due));
      const answers = await Promise.all(posts);
      if (answers.every(Boolean))
        await pool.query('update simulated_provider.webhook set delivered_at = now() where event_id = $1', [
          due.event_id,
        ]);
    }),
  );
}

async function post(secret: Buffer, url: string, due: Due): Promise<boolean> {
  const { event_id: id, type, payment_id: paymentId } = due;
  const body = JSON.stringify({ id, type, paymentId });
  const at = new Date();
  try {
    const { ok: isOk } = await fetch(`${url}/api/psp/${due.provider}/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': signerOf(secret).sign(id, at, body),
      },
      body,
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    return isOk;
  } catch {
    return false;
  }
}
