import { decideOn } from '../shared/aggregate.ts';
import type { CustomerId, OrderId } from '../shared/ids.ts';
import { invariant } from '../shared/invariant.ts';
import { addMoney, compareMoney, isZero, type Money } from '../shared/money.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { OrderEvent } from './order-events.ts';
import { orderAggregate } from './order-evolution.ts';
import {
  priceOrder,
  type PricingRejection,
  type PricingRequest,
  type RequestedItem,
} from './order-pricing.ts';
import type { OrderRejection } from './order-rejection.ts';
import {
  excessAmount,
  hasNoMoney,
  isCovered,
  isDelivered,
  isErased,
  isFullyPaid,
  openClaims,
  paidAmount,
  type Order,
  type PlacedOrder,
} from './order.ts';

export type CreateOrder = PricingRequest & {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly expiresAt: string | null;
  /** Absent: it is asked about later. */
  readonly knownStock?: { readonly reserved: true } | { readonly reserved: false; readonly reason: string };
  readonly at: string;
};

export function createOrder(command: CreateOrder): Result<OrderEvent[], PricingRejection> {
  const priced = priceOrder(command);
  if (!priced.ok) return priced;

  const { orderId, customerId, pricesIncludeTax, at } = command;
  const { items, totals } = priced.value;
  const { currency } = totals.grand;
  const decision = decideOn<Order, OrderEvent>(orderAggregate, orderAggregate.absent);
  decision.note({
    type: 'OrderCreated',
    orderId,
    customerId,
    currency,
    pricesIncludeTax,
    items,
    totals,
    // One that costs nothing is paid at once, so it cannot run out of time to be.
    expiresAt: isZero(totals.grand) ? null : command.expiresAt,
    at,
  });
  decision.note(...consequences(decision.state(), at));
  if (command.knownStock) {
    const { knownStock: stock } = command;
    const order = decision.state();
    decision.note(...(stock.reserved ? reserveStock(at, order) : rejectStock(stock.reason, at, order)));
  }
  return ok(decision.events);
}

export type AmendOrder = {
  readonly amendmentId: string;
  /** All lines as they are to be; one that names a `lineId` of the order goes on as that line. */
  readonly items?: readonly [AmendedItem, ...AmendedItem[]];
  readonly shipping?: Money;
  readonly reason: string;
  readonly at: string;
};
export type AmendedItem = RequestedItem & { readonly lineId?: string };

/** Changes what was ordered, before any of it is fulfilled or given back. */
export function amendOrder(command: AmendOrder, order: Order): Result<OrderEvent[], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  const why = whyNotAmendable(order);
  if (why) return err({ code: 'order-not-amendable', why });

  const known = new Set(order.items.map(({ lineId }) => lineId));
  const stranger = command.items?.findIndex(({ lineId }) => lineId !== undefined && !known.has(lineId)) ?? -1;
  if (stranger >= 0) {
    const field = `items/${stranger}/lineId`;
    return err({ code: 'line-unknown', field, lineId: command.items![stranger]!.lineId! });
  }
  const twice = command.items?.findIndex(
    ({ lineId }, index, all) => lineId && all.findIndex((other) => other.lineId === lineId) < index,
  );
  if (twice !== undefined && twice >= 0)
    return err({
      code: 'amount-invalid',
      field: `items/${twice}/lineId`,
      reason: 'must not name a line twice',
    });

  const { pricesIncludeTax, currency } = order;
  const [first, ...rest]: readonly AmendedItem[] = command.items ?? order.items;
  invariant(first, 'an order has a line');
  const items = [first, ...rest] as const;
  const shipping = command.shipping ?? order.totals.shipping;
  const priced = priceOrder({ items, shipping, pricesIncludeTax });
  if (!priced.ok) return priced;
  const { totals } = priced.value;
  if (totals.grand.currency !== currency) {
    const actual = totals.grand.currency;
    return err({ code: 'currency-mismatch', field: 'items/0/unitPrice', expected: currency, actual });
  }
  // Money that is on its way cannot be taken back from here; what was captured too much goes back by itself.
  const committed = addMoney(openClaims(order), paidAmount(order));
  if (!isZero(openClaims(order)) && compareMoney(totals.grand, committed) < 0)
    return err({ code: 'order-not-amendable', why: 'an open payment claims more than the new total' });

  const { amendmentId, reason, at } = command;
  const decision = decideOn<Order, OrderEvent>(orderAggregate, order);
  decision.note({
    type: 'OrderAmended',
    amendmentId,
    items: withLineIds(priced.value.items, items, order),
    totalsBefore: order.totals,
    totalsAfter: totals,
    reason,
    at,
  });
  decision.note(...overpayment(decision.state(), at), ...consequences(decision.state(), at));
  return ok(decision.events);
}

function whyNotAmendable(order: PlacedOrder): string | undefined {
  if (order.status !== 'Created' && order.status !== 'Confirmed') return `it is ${order.status}`;
  if (order.fulfilments.some(({ status }) => status !== 'Cancelled')) return 'its fulfilment has begun';
  if (order.refunds.some(({ status }) => status !== 'Failed')) return 'money was given back for it';
  return undefined;
}

/** New lines get numbers that no line of the order ever had. */
function withLineIds(
  priced: PlacedOrder['items'],
  items: readonly AmendedItem[],
  order: PlacedOrder,
): PlacedOrder['items'] {
  let last = Math.max(...order.items.map(({ lineId }) => Number(lineId)));
  return priced.map((line, index) => ({ ...line, lineId: items[index]!.lineId ?? String(++last) }));
}

export type CancelOrder = { readonly by: string; readonly reason: string; readonly at: string };

/** Ends at once when no money is about, else as soon as the last of it is back; repeating it changes nothing. */
export function cancelOrder(
  { by, reason, at }: CancelOrder,
  order: Order,
): Result<OrderEvent[], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  const { status } = order;
  if (status === 'Cancelling' || status === 'Cancelled') return ok([]);
  if (status !== 'Created' && status !== 'Confirmed')
    return err({ code: 'order-not-cancellable', why: `it is ${status}` });
  if (order.fulfilments.some((one) => one.status !== 'Cancelled'))
    return err({ code: 'order-not-cancellable', why: 'its fulfilment has begun: cancel that first' });
  return ok(close(order, { by, reason, into: 'Cancelled', at }));
}

/** For the clock: an order that nobody paid in time. One that a payment is being made for waits for its outcome. */
export function expireOrder(at: string, order: Order): OrderEvent[] {
  if (order.status !== 'Created' || order.expiresAt === null) return [];
  if (Date.parse(order.expiresAt) > Date.parse(at)) return [];
  if (order.payments.some(({ status }) => status === 'Pending')) return [];
  return close(order, { by: 'system:timer', reason: 'not paid in time', into: 'Expired', at });
}

/** Because the stock turned out not to be there. */
export function rejectStock(reason: string, at: string, order: Order): OrderEvent[] {
  if (order.status === 'absent' || order.stock !== 'Unknown') return [];
  const decision = decideOn<Order, OrderEvent>(orderAggregate, order);
  decision.note({ type: 'StockRejected', orderId: order.orderId, reason, at });
  const isOpen = order.status === 'Created' || order.status === 'Confirmed';
  const isUntouched = order.fulfilments.every(({ status }) => status === 'Cancelled');
  if (isOpen && isUntouched) {
    const rejected = decision.state() as PlacedOrder;
    decision.note(...close(rejected, { by: 'system:stock', reason, into: 'Cancelled', at }));
  }
  return decision.events;
}

export function reserveStock(at: string, order: Order): OrderEvent[] {
  if (order.status === 'absent' || order.stock !== 'Unknown') return [];
  return [{ type: 'StockReserved', orderId: order.orderId, at }];
}

/** Once the order has ended without being fulfilled. */
export function releaseStock(at: string, order: Order): OrderEvent[] {
  if (order.status !== 'Cancelled' && order.status !== 'Expired') return [];
  return order.stock === 'Reserved' ? [{ type: 'StockReleased', orderId: order.orderId, at }] : [];
}

export type EraseCustomer = { readonly keyId: string | null; readonly at: string };

/** In whatever state it is; repeating it changes nothing. */
export function eraseCustomer(
  { keyId, at }: EraseCustomer,
  order: Order,
): Result<OrderEvent[], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  return ok(isErased(order) ? [] : [{ type: 'CustomerDataErased', keyId, at }]);
}

type Closing = CancelOrder & { readonly into: 'Cancelled' | 'Expired' };

function close(order: PlacedOrder, { by, reason, into, at }: Closing): OrderEvent[] {
  const decision = decideOn<Order, OrderEvent>(orderAggregate, order);
  decision.note({ type: 'OrderCancellationRequested', by, reason, into, at });
  decision.note(...consequences(decision.state(), at));
  return decision.events;
}

/** What follows by itself from the state an order has come to; nothing, once it was said. */
export function consequences(order: Order, at: string): OrderEvent[] {
  if (order.status === 'absent') return [];
  const { orderId, status, totals } = order;
  const decision = decideOn<Order, OrderEvent>(orderAggregate, order);
  if (status === 'Created' && isCovered(order)) decision.note({ type: 'OrderConfirmed', orderId, at });
  if (!order.isPaid && isFullyPaid(order))
    decision.note({ type: 'OrderPaid', orderId, total: totals.grand, at });
  if (status === 'Cancelling' && hasNoMoney(order))
    decision.note({ type: order.closingInto === 'Expired' ? 'OrderExpired' : 'OrderCancelled', orderId, at });
  const now = decision.state();
  if (now.status === 'Confirmed' && isFullyPaid(now) && isDelivered(now))
    decision.note({ type: 'OrderCompleted', orderId, at });
  return decision.events;
}

export function overpayment(order: Order, at: string): OrderEvent[] {
  if (order.status === 'absent') return [];
  const excess = excessAmount(order);
  return isZero(excess) ? [] : [{ type: 'OrderOverpaid', orderId: order.orderId, excess, at }];
}
