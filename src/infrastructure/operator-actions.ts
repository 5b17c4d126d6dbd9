import type { NoteSync } from '../application/payments/note-sync.ts';
import type { Pool, Tx } from './postgres/pool.ts';

/** What an operator did, for whoever asks later: who, when, why, and to what. */
export type OperatorAction = {
  readonly actor: string;
  readonly action: string;
  /** Whose key it was done with; null: at the database. */
  readonly tenantId: string | null;
  readonly reason?: string | undefined;
  readonly details: object;
};

/** Part of the transaction of what was done. */
export async function noteAction(
  db: Pool | Tx,
  { actor, action, tenantId, reason, details }: OperatorAction,
): Promise<void> {
  await db.query({
    name: 'operator-action',
    text: `insert into operator_action (actor, action, tenant_id, reason, details) values ($1, $2, $3, $4, $5)`,
    values: [actor, action, tenantId, reason ?? null, JSON.stringify(details)],
  });
}

export const syncNotes =
  (pool: Pool): NoteSync =>
  ({ paymentId, ...asked }) =>
    noteAction(pool, { ...asked, action: 'payments.sync', details: { paymentId } });
