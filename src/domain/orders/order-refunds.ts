import type { PaymentId } from '../shared/ids.ts';
import {
  addMoney,
  compareMoney,
  money,
  subtractMoney,
  sumMoney,
  zeroMoney,
  type Money,
} from '../shared/money.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { LineQuantity, OrderEventOf, RefundLine, RefundSource } from './order-events.ts';
import { chooseLines, shareOfUnits } from './order-fulfilment.ts';
import type { OrderRejection } from './order-rejection.ts';
import { paidAmount, refundedUnits, type Order, type PlacedOrder } from './order.ts';

/** What units of lines cost the customer, tax included; the last unit of a line takes what is left of its price. */
export function priceOfLines(
  lines: readonly LineQuantity[],
  order: Order,
): Result<RefundLine[], OrderRejection> {
  if (order.status === 'absent') return err({ code: 'order-not-found' });
  const chosen = chooseLines(order, lines, (lineId, ordered) => ordered - refundedUnits(order, lineId));
  if (!chosen.ok) return chosen;
  return ok(
    chosen.value.map(({ lineId, quantity }) => {
      const line = order.items.find((one) => one.lineId === lineId)!;
      const price = addMoney(line.net, line.tax);
      const isLast = refundedUnits(order, lineId) + quantity === line.quantity;
      const amount = isLast
        ? subtractMoney(price, refundedOfLine(order, lineId))
        : shareOfUnits(price, line.quantity, 0, quantity);
      return { lineId, quantity, amount };
    }),
  );
}

const refundedOfLine = (order: PlacedOrder, lineId: string): Money =>
  sumMoney(
    order.currency,
    order.refunds
      .filter(({ status }) => status !== 'Failed')
      .flatMap(({ lines }) => lines)
      .filter((line) => line.lineId === lineId)
      .map(({ amount }) => amount),
  );

/** Whether what was priced before can still go back: its units, and as much of what they cost. */
export const canRefundLines = (lines: readonly RefundLine[], order: PlacedOrder): boolean =>
  lines.every(({ lineId, quantity, amount }) => {
    const line = order.items.find((one) => one.lineId === lineId);
    if (!line || refundedUnits(order, lineId) + quantity > line.quantity) return false;
    const back = addMoney(refundedOfLine(order, lineId), amount);
    return compareMoney(back, addMoney(line.net, line.tax)) <= 0;
  });

export type PlanRefund = {
  readonly refundId: string;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly lines: readonly RefundLine[];
  readonly at: string;
};

/** The order's half of a refund; the payment's half decides whether the amount can be given back at all. */
export const planRefund = (
  { refundId, paymentId, amount, lines, at }: PlanRefund,
  order: PlacedOrder,
): OrderEventOf<'OrderRefundRequested'> => ({
  type: 'OrderRefundRequested',
  refundId,
  paymentId,
  amount,
  lines,
  source: sourceOf(amount, order),
  at,
});

/** Money that is not earned yet goes back first; what was earned is taken back from the sales, its tax with it. */
function sourceOf(amount: Money, order: PlacedOrder): RefundSource {
  const sold = order.fulfilments.flatMap((fulfilment) => fulfilment.sold);
  const of = (parts: readonly Money[]): Money => sumMoney(order.currency, parts);
  const soldTax = of(sold.map(({ tax }) => tax));
  const shipping = of(order.fulfilments.map((fulfilment) => fulfilment.shipping));
  const earned = addMoney(addMoney(of(sold.map(({ net }) => net)), soldTax), shipping);
  const backFromFunds = of(
    order.refunds.filter(({ status }) => status !== 'Failed').map(({ source }) => source.funds),
  );
  const unearned = subtractMoney(subtractMoney(paidAmount(order), earned), backFromFunds);
  const funds = smaller(amount, larger(unearned, zeroMoney(order.currency)));
  const rest = subtractMoney(amount, funds);
  const tax =
    earned.amountMinor === 0n
      ? zeroMoney(order.currency)
      : money((rest.amountMinor * soldTax.amountMinor) / earned.amountMinor, order.currency);
  return { funds, returns: subtractMoney(rest, tax), tax };
}

const smaller = (a: Money, b: Money): Money => (compareMoney(a, b) <= 0 ? a : b);
const larger = (a: Money, b: Money): Money => (compareMoney(a, b) >= 0 ? a : b);
