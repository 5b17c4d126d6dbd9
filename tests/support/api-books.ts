import { expect } from 'vitest';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { orderOf, paymentsOf } from './api-samples.ts';
import type { ApiClient } from './api-service.ts';

export type Charge = { payment_id: string; amount_minor: bigint; outcome: string; code: string | null };

/** What the provider's own books say of an order's authorizations, oldest first. */
export async function chargesOf(pool: Pool, orderId: string): Promise<Charge[]> {
  const { rows } = await pool.query<Charge>(
    `select i.payment_id, b.amount_minor, b.outcome, b.code
     from simulated_provider.book b join simulated_provider.intent i using (intent_ref)
     join event e on e.type = 'PaymentInitiated' and e.stream_id = i.payment_id
     where e.data->>'orderId' = $1 and b.kind = 'authorize' order by b.created_at`,
    [orderId],
  );
  return rows;
}

/** Minor units: `held` is authorized, and neither captured nor let go of. */
export type Books = { captured: number; refunded: number; held: number };
type Sums = { [Name in keyof Books]: bigint };

/** Where an order's money is, by the provider's own books. */
async function booksOf(pool: Pool, orderId: string): Promise<Books> {
  const { rows } = await pool.query<Sums>(
    `with intent as (
       select i.* from simulated_provider.intent i
       join event e on e.type = 'PaymentInitiated' and e.stream_id = i.payment_id
       where e.data->>'orderId' = $1),
     kept as (
       select i.intent_ref, i.capture_method, i.amount_minor, i.hold_until > now() as in_time,
         bool_or(b.kind = 'authorize') as authorized,
         bool_or(b.kind = 'void') or bool_or(b.kind = 'capture' and b.is_final) as let_go,
         coalesce(sum(b.amount_minor) filter (where b.kind = 'capture'
           or b.kind = 'authorize' and i.capture_method = 'automatic'), 0) as captured,
         coalesce(sum(b.amount_minor) filter (where b.kind = 'refund'), 0) as refunded
       from intent i join simulated_provider.book b using (intent_ref)
       where b.outcome = 'succeeded' group by i.intent_ref, i.capture_method, i.amount_minor, i.hold_until)
     select coalesce(sum(captured), 0)::int8 as captured, coalesce(sum(refunded), 0)::int8 as refunded,
       coalesce(sum(amount_minor - captured) filter (where capture_method = 'manual' and authorized
         and not coalesce(let_go, false) and in_time), 0)::int8 as held
     from kept`,
    [orderId],
  );
  const { captured, refunded, held } = rows[0]!;
  return { captured: Number(captured), refunded: Number(refunded), held: Number(held) };
}

/** Minor units that the provider took for an order. */
export const moneyTaken = async (pool: Pool, orderId: string): Promise<number> =>
  (await booksOf(pool, orderId)).captured;

const sum = (amounts: readonly { readonly amount: number }[]): number =>
  amounts.reduce((total, { amount }) => total + amount, 0);

/** The order, its payments and the provider's books tell the same of its money, to the cent; what they tell. */
export async function agreedMoney(pool: Pool, client: ApiClient, orderId: string): Promise<Books> {
  const books = await booksOf(pool, orderId);
  const order = orderOf(await client.get(`/api/orders/${orderId}`));
  const payments = paymentsOf(await client.get(`/api/payments?orderId=${orderId}`));
  const open = payments.filter(({ status }) => status === 'Authorized' || status === 'PartiallyCaptured');
  expect({
    byPayments: {
      captured: sum(payments.map(({ capturedAmount }) => capturedAmount)),
      refunded: sum(payments.map(({ refundedAmount }) => refundedAmount)),
      held:
        sum(open.map(({ authorizedAmount }) => authorizedAmount)) -
        sum(open.map(({ capturedAmount }) => capturedAmount)),
    },
    byOrder: { captured: order.paidAmount.amount, refunded: order.refundedAmount.amount },
  }).toEqual({ byPayments: books, byOrder: { captured: books.captured, refunded: books.refunded } });
  return books;
}
