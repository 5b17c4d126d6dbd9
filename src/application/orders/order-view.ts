import {
  fulfilmentStatus,
  orderPaymentStatus,
  outstanding,
  paidAmount,
  refundedAmount,
  type PlacedOrder,
} from '../../domain/orders/order.ts';
import { viewMoney } from '../money-view.ts';

/** An order as every reader sees it: answers to commands, reads by id, lists. */
export type OrderView = ReturnType<typeof viewOrder>;

export function viewOrder(order: PlacedOrder, version: number) {
  const { currency } = order;
  const { items, discount, tax, shipping, grand } = order.totals;
  return {
    orderId: order.orderId as string,
    customerId: order.customerId as string,
    status: order.status,
    paymentStatus: orderPaymentStatus(order),
    fulfilmentStatus: fulfilmentStatus(order),
    currency: currency as string,
    pricesIncludeTax: order.pricesIncludeTax,
    items: order.items.map((line) => ({
      lineId: line.lineId,
      productId: line.productId,
      productName: line.productName,
      quantity: line.quantity,
      unitPrice: viewMoney(line.unitPrice),
      discount: viewMoney(line.discount),
      taxRate: line.taxRateBasisPoints,
      net: viewMoney(line.net),
      tax: viewMoney(line.tax),
    })),
    totals: {
      items: viewMoney(items),
      discount: viewMoney(discount),
      tax: viewMoney(tax),
      shipping: viewMoney(shipping),
      grand: viewMoney(grand),
    },
    paidAmount: viewMoney(paidAmount(order)),
    refundedAmount: viewMoney(refundedAmount(order)),
    dueAmount: viewMoney(outstanding(order)),
    payments: order.payments.map(({ paymentId, amount, captured, status }) => ({
      paymentId: paymentId as string,
      amount: viewMoney(amount),
      capturedAmount: viewMoney(captured),
      status,
    })),
    fulfilments: order.fulfilments.map(({ fulfilmentId, status, lines, tracking }) => ({
      fulfilmentId,
      status,
      items: lines.map(({ lineId, quantity }) => ({ lineId, quantity })),
      tracking,
    })),
    returns: order.returns.map(({ returnId, status, lines, reason }) => ({
      returnId,
      status,
      items: lines.map(({ lineId, quantity }) => ({ lineId, quantity })),
      reason,
    })),
    expiresAt: order.expiresAt,
    version,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
  };
}
