import { expect } from 'vitest';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import type { PaymentView } from '../../src/application/payments/payment-view.ts';
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

/** Ends of the stock's part in an order: it is asked as soon as the order is placed. */
const STOCK_ANSWERED = /^Stock(Reserved|Rejected)$/;

/** The order once `checkout` has seen to its stock, told it of every payment, and ended what was being cancelled. */
export const settledOrder = (client: ApiClient, orderId: string): Promise<OrderView> =>
  eventually(async () => {
    const order = orderOf(await client.get(`/api/orders/${orderId}`));
    expect(order.payments.filter((payment) => payment.status === 'Pending')).toEqual([]);
    expect(order.status).not.toBe('Cancelling');
    if (order.status === 'Cancelled' || order.status === 'Expired') return order;
    const { data } = (await client.get(`/api/orders/${orderId}/events`)).body as EventList;
    const isAnswered = data.some(({ type }) => STOCK_ANSWERED.test(type));
    expect(isAnswered).toBe(true);
    return order;
  }, 10_000);

type EventList = { readonly data: readonly { readonly type: string }[] };

/** An order that nobody touches but `checkout`, which sees to its stock: all that stays the same about it. */
export const timeless = (order: OrderView): object => ({
  ...order,
  version: undefined,
  updatedAt: undefined,
});
