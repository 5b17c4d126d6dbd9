import type { Challenges } from '../../application/provider-ports.ts';
import { parseCurrency } from '../../domain/shared/currencies.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { money } from '../../domain/shared/money.ts';
import { inTransaction, type Pool } from '../postgres/pool.ts';
import { announce } from './simulated-webhooks.ts';

type Row = {
  readonly provider: string;
  readonly payment_id: string;
  readonly operation_id: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly is_open: boolean;
};

const FIND = `select i.provider, i.payment_id, i.amount_minor, i.currency, b.operation_id,
    b.outcome = 'requires_action' and i.created_at + interval '30 min' > now() as is_open
  from simulated_provider.intent i
  join simulated_provider.operation o on o.intent_ref = i.intent_ref and o.outcome = 'requires_action'
  join simulated_provider.book b on b.operation_id = o.operation_id
  where i.intent_ref = $1`;

/** The customer's side of a payment that asked for an action: what 3-D Secure shows on the bank's page. */
export const simulatedChallenges = (pool: Pool): Challenges => ({
  find: async (reference) => {
    const { rows } = await pool.query<Row>(FIND, [reference]);
    if (!rows[0]) return undefined;
    const currency = parseCurrency(rows[0].currency);
    invariant(currency, 'the books hold known currencies');
    return { amount: money(rows[0].amount_minor, currency), isOpen: rows[0].is_open };
  },
  answer: (reference, isApproved) =>
    inTransaction(pool, async (tx) => {
      const { rows } = await tx.query<Row>(`${FIND} for update of i, o`, [reference]);
      const [row] = rows;
      if (!row?.is_open) return;
      const outcome = isApproved ? 'succeeded' : 'declined';
      await tx.query(
        `update simulated_provider.operation set later_outcome = $2, later_code = $3, settles_at = now()
         where operation_id = $1`,
        [row.operation_id, outcome, isApproved ? null : 'authentication_failed'],
      );
      const eventId = `evt_${row.operation_id}:answered`;
      await announce(tx, row, { eventId, type: `authorize.${outcome}`, afterMs: 0 });
    }),
});
