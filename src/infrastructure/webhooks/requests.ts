import type { Answered, WebhookCommand, WebhookRefusal } from '../../application/webhooks/ports.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';

/**
 * Does the work of a request and, if it has an Idempotency-Key, keeps the answer with it in one transaction: repeated,
 * it is given again, also by another process, which waits for the first. Refusals are not kept.
 */
export const once = <T extends { readonly endpointId: string }>(
  pool: Pool,
  { context: { commandId, fingerprint }, keyed }: WebhookCommand,
  work: (tx: Tx) => Promise<Result<T, WebhookRefusal>>,
): Promise<Result<Answered<T>, WebhookRefusal>> =>
  inTransaction(pool, async (tx) => {
    if (keyed) {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('webhook request ' || $1, 0))`, [
        commandId,
      ]);
      const { rows } = await tx.query<{ fingerprint: string; answer: T }>(
        'select fingerprint, answer from webhook_request where command_id = $1',
        [commandId],
      );
      const [kept] = rows;
      if (kept && kept.fingerprint !== fingerprint) return err({ code: 'idempotency-key-reused' });
      if (kept) return ok({ answer: kept.answer, replayed: true });
    }
    const done = await work(tx);
    if (!done.ok) return done;
    const answer = done.value;
    if (keyed)
      await tx.query(
        'insert into webhook_request (command_id, endpoint_id, fingerprint, answer) values ($1, $2, $3, $4)',
        [commandId, answer.endpointId, fingerprint, JSON.stringify(answer)],
      );
    return ok({ answer, replayed: false });
  });
