import { expect } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import type { PaymentView } from '../../src/application/payments/payment-view.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import type { ApiAnswer } from './api-contract.ts';
import type { ApiClient } from './api-service.ts';
import { eventually } from './eventually.ts';

export const usd = (amount: number) => ({ amount, currency: 'USD' });

export const line = (over: object = {}) => ({
  productId: 'teapot',
  productName: 'Teapot',
  quantity: 1,
  unitPrice: usd(1000),
  ...over,
});

/** What to send for an order of one teapot, 10.00 USD. */
export const orderBody = (over: object = {}) => ({ customerId: 'customer-1', items: [line()], ...over });

export const orderOf = ({ body }: ApiAnswer): OrderView => body as OrderView;
export const ordersOf = ({ body }: ApiAnswer) =>
  body as { readonly data: readonly OrderView[]; readonly nextCursor: string | null };
export const paymentOf = ({ body }: ApiAnswer): PaymentView => body as PaymentView;
export const paymentsOf = ({ body }: ApiAnswer) => (body as { readonly data: readonly PaymentView[] }).data;

export async function placeOrder(client: ApiClient, over: object = {}): Promise<OrderView> {
  const answer = await client.post('/api/orders', orderBody(over));
  expect(answer.status).toBe(201);
  return orderOf(answer);
}

export const placeOrderOf = (client: ApiClient, total: number): Promise<OrderView> =>
  placeOrder(client, { items: [line({ unitPrice: usd(total) })] });

/** `over` may hold an `amount` and a `paymentToken`; without them all that is due is taken. */
export const pay = (
  client: ApiClient,
  orderId: string,
  over: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> => client.post('/api/payments', { orderId, paymentMethod: 'card', ...over }, headers);

/** The order once `checkout` has told it of every payment. */
export const settledOrder = (client: ApiClient, orderId: string): Promise<OrderView> =>
  eventually(async () => {
    const order = orderOf(await client.get(`/api/orders/${orderId}`));
    expect(order.payments.filter((payment) => payment.status === 'Pending')).toEqual([]);
    return order;
  }, 10_000);

export type Charge = { payment_id: string; amount_minor: bigint; outcome: string; code: string | null };

/** What the provider's own books say of an order's payments. */
export async function chargesOf(pool: Pool, orderId: string): Promise<Charge[]> {
  const { rows } = await pool.query<Charge>(
    `select c.payment_id, c.amount_minor, c.outcome, c.code from simulated_provider.charge c
     join event e on e.type = 'PaymentInitiated' and e.stream_id = c.payment_id
     where e.data->>'orderId' = $1 order by c.created_at`,
    [orderId],
  );
  return rows;
}

/** Minor units that the provider took for an order. */
export async function moneyTaken(pool: Pool, orderId: string): Promise<number> {
  const charges = await chargesOf(pool, orderId);
  return charges
    .filter(({ outcome }) => outcome === 'succeeded')
    .reduce((sum, { amount_minor: amount }) => sum + Number(amount), 0);
}
