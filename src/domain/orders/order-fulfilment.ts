import { decideOn } from '../shared/aggregate.ts';
import { ERASED } from '../shared/erased.ts';
import { money, zeroMoney, type Money } from '../shared/money.ts';
import { because } from '../shared/reason.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { LineQuantity, OrderEvent, ShippedLine } from './order-events.ts';
import { orderAggregate } from './order-evolution.ts';
import { consequences } from './order-lifecycle.ts';
import type { OrderRejection } from './order-rejection.ts';
import {
  fulfilledUnits,
  isCovered,
  isErased,
  orderPaymentStatus,
  returnedUnits,
  shippedUnits,
  type Fulfilment,
  type Order,
  type OrderReturn,
  type PlacedOrder,
} from './order.ts';

export type CreateFulfilment = {
  readonly fulfilmentId: string;
  /** Absent: all that is left. */
  readonly lines?: readonly LineQuantity[];
  readonly reason?: string;
  readonly at: string;
};

/** Sets lines aside for one shipment. The order must be paid, or promised by banks to be. */
export function createFulfilment(
  { fulfilmentId, lines, reason, at }: CreateFulfilment,
  order: Order,
): Result<OrderEvent[], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  if (order.status !== 'Confirmed') return err({ code: 'order-not-fulfillable', status: order.status });
  // Since it was confirmed a bank may have let go of its promise, or an amendment may have made it dearer.
  if (!isCovered(order)) return err({ code: 'order-not-fulfillable', status: orderPaymentStatus(order) });
  const left = (lineId: string, ordered: number) => ordered - fulfilledUnits(order, lineId);
  const chosen = chooseLines(order, lines, left);
  if (!chosen.ok) return chosen;
  return ok([{ type: 'FulfilmentCreated', fulfilmentId, lines: chosen.value, ...because(reason), at }]);
}

export type ShipFulfilment = {
  readonly fulfilmentId: string;
  readonly tracking: string | null;
  readonly reason?: string;
  readonly at: string;
};

/** The lines leave the house: from now on they are sold. Repeating it changes nothing. */
export function shipFulfilment(
  { fulfilmentId, tracking, reason, at }: ShipFulfilment,
  order: Order,
): Result<OrderEvent[], OrderRejection> {
  const found = fulfilmentOf(order, fulfilmentId, 'Created', ['Shipped', 'Delivered']);
  if (!found.ok || found.value === 'done') return found.ok ? ok([]) : found;
  const { order: placed, fulfilment } = found.value;
  const isFirst = placed.fulfilments.every(({ sold }) => sold.length === 0);
  const shipping = isFirst ? placed.totals.shipping : zeroMoney(placed.currency);
  const lines = fulfilment.lines.map((line) => soldShare(placed, line));
  // A parcel leads to a person, and whose order it was is no longer known: nobody could have this erased later.
  const kept = isErased(placed) ? tracking && ERASED : tracking;
  const facts = { fulfilmentId, lines, shipping, tracking: kept, ...because(reason) };
  return ok([{ type: 'FulfilmentShipped', ...facts, at }]);
}

/** Shares of all shipments of a line sum to the line, whatever their sizes: each is the difference of two roundings. */
function soldShare(order: PlacedOrder, { lineId, quantity }: LineQuantity): ShippedLine {
  const line = order.items.find((one) => one.lineId === lineId)!;
  const before = shippedUnits(order, lineId);
  const share = (whole: Money): Money => shareOfUnits(whole, line.quantity, before, quantity);
  return { lineId, quantity, net: share(line.net), tax: share(line.tax) };
}

/** What units `before + 1` to `before + count` are worth of a line of so many; the last takes what is left. */
export function shareOfUnits(whole: Money, units: number, before: number, count: number): Money {
  const upTo = (n: number): bigint => (whole.amountMinor * BigInt(n)) / BigInt(units);
  return money(upTo(before + count) - upTo(before), whole.currency);
}

export type FulfilmentStep = { readonly fulfilmentId: string; readonly reason?: string; readonly at: string };

/** Repeating it changes nothing. */
export function deliverFulfilment(
  { fulfilmentId, reason, at }: FulfilmentStep,
  order: Order,
): Result<OrderEvent[], OrderRejection> {
  const found = fulfilmentOf(order, fulfilmentId, 'Shipped', ['Delivered']);
  if (!found.ok || found.value === 'done') return found.ok ? ok([]) : found;
  const decision = decideOn<Order, OrderEvent>(orderAggregate, order);
  decision.note({ type: 'FulfilmentDelivered', fulfilmentId, ...because(reason), at });
  decision.note(...consequences(decision.state(), at));
  return ok(decision.events);
}

/** Before it left the house; repeating it changes nothing. */
export function cancelFulfilment(
  { fulfilmentId, reason, at }: FulfilmentStep & { readonly reason: string },
  order: Order,
): Result<OrderEvent[], OrderRejection> {
  const found = fulfilmentOf(order, fulfilmentId, 'Created', ['Cancelled']);
  if (!found.ok || found.value === 'done') return found.ok ? ok([]) : found;
  return ok([{ type: 'FulfilmentCancelled', fulfilmentId, reason, at }]);
}

function fulfilmentOf(
  order: Order,
  fulfilmentId: string,
  needed: Fulfilment['status'],
  done: readonly Fulfilment['status'][],
): Result<'done' | { order: PlacedOrder; fulfilment: Fulfilment }, OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  const fulfilment = order.fulfilments.find((one) => one.fulfilmentId === fulfilmentId);
  if (!fulfilment) return err({ code: 'fulfilment-not-found' });
  const { status } = fulfilment;
  if (done.includes(status)) return ok('done');
  return status === needed
    ? ok({ order, fulfilment })
    : err({ code: 'fulfilment-not-in-state', status, needed });
}

export type RequestReturn = {
  readonly returnId: string;
  /** Absent: all that was shipped and is not on its way back. */
  readonly lines?: readonly LineQuantity[];
  readonly reason: string;
  readonly at: string;
};

/** Announces goods on their way back. Their price is given back by a refund of its own. */
export function requestReturn(
  { returnId, lines, reason, at }: RequestReturn,
  order: Order,
): Result<OrderEvent[], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  if (order.fulfilments.every(({ sold }) => sold.length === 0))
    return err({ code: 'order-not-returnable', status: order.status });
  const left = (lineId: string) => shippedUnits(order, lineId) - returnedUnits(order, lineId);
  const chosen = chooseLines(order, lines, left);
  return chosen.ok ? ok([{ type: 'ReturnRequested', returnId, lines: chosen.value, reason, at }]) : chosen;
}

/** Repeating it changes nothing. */
export function receiveReturn(
  { returnId, reason, at }: { readonly returnId: string; readonly reason?: string; readonly at: string },
  order: Order,
): Result<OrderEvent[], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  const found: OrderReturn | undefined = order.returns.find((one) => one.returnId === returnId);
  if (!found) return err({ code: 'return-not-found' });
  if (found.status === 'Received') return ok([]);
  return ok([{ type: 'ReturnReceived', returnId, ...because(reason), at }]);
}

/** The lines asked for, one entry each; all that is left when none are named. */
export function chooseLines(
  order: PlacedOrder,
  lines: readonly LineQuantity[] | undefined,
  left: (lineId: string, ordered: number) => number,
): Result<LineQuantity[], OrderRejection> {
  if (!lines) {
    const all = order.items
      .map(({ lineId, quantity }) => ({ lineId, quantity: left(lineId, quantity) }))
      .filter(({ quantity }) => quantity > 0);
    return all.length > 0
      ? ok(all)
      : err({ code: 'quantity-exceeds-available', field: 'items', available: 0 });
  }
  const chosen = new Map<string, number>();
  for (const [index, { lineId, quantity }] of lines.entries()) {
    const line = order.items.find((one) => one.lineId === lineId);
    if (!line) return err({ code: 'line-unknown', field: `items/${index}/lineId`, lineId });
    const sum = (chosen.get(lineId) ?? 0) + quantity;
    const available = left(lineId, line.quantity);
    if (sum > available)
      return err({ code: 'quantity-exceeds-available', field: `items/${index}/quantity`, available });
    chosen.set(lineId, sum);
  }
  return ok([...chosen].map(([lineId, quantity]) => ({ lineId, quantity })));
}
