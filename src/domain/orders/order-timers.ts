import type { Order } from './order.ts';

const MINUTE = 60_000;
/** Without an answer about the stock by then, there is none. */
const STOCK_WITHIN_MS = 15 * MINUTE;

/**
 * When an order has to be looked at next, if nothing happens to it before. Later than `after`, but for what is overdue:
 * something that happened after a deadline must not make it be forgotten.
 */
export function nextOrderWake(order: Order, after: string): string | undefined {
  if (order.status !== 'Created' && order.status !== 'Confirmed') return undefined;
  const isBeingPaid = order.payments.some(({ status }) => status === 'Pending');
  const mayExpire = order.status === 'Created' && order.expiresAt !== null && !isBeingPaid;
  const deadlines = [
    ...(mayExpire ? [Date.parse(order.expiresAt)] : []),
    ...(order.stock === 'Unknown' ? [Date.parse(order.createdAt) + STOCK_WITHIN_MS] : []),
  ];
  const minutes = order.stock === 'Unknown' ? stockTimes(order.createdAt) : [];
  const times = [...deadlines, ...minutes.filter((ms) => ms > Date.parse(after))];
  return times.length > 0 ? new Date(Math.min(...times)).toISOString() : undefined;
}

const stockTimes = (createdAt: string): number[] =>
  Array.from(
    { length: STOCK_WITHIN_MS / MINUTE - 1 },
    (_, index) => Date.parse(createdAt) + (index + 1) * MINUTE,
  );

export const isStockOverdue = (order: Order, at: string): boolean =>
  order.status !== 'absent' &&
  order.stock === 'Unknown' &&
  Date.parse(order.createdAt) + STOCK_WITHIN_MS <= Date.parse(at);
