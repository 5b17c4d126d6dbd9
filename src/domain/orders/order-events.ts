import type { Currency } from '../shared/currencies.ts';
import type { CustomerId, OrderId, PaymentId } from '../shared/ids.ts';
import type { Money } from '../shared/money.ts';

/** One line of an order. `net` is without tax, after the discount; `net + tax` is what the customer pays for it. */
export type OrderLine = {
  readonly lineId: string;
  readonly productId: string;
  readonly productName: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly discount: Money;
  readonly taxRateBasisPoints: number;
  readonly net: Money;
  readonly tax: Money;
};

/** `grand = items − discount + tax + shipping`; with tax-inclusive prices `items` is stated without the tax. */
export type OrderTotals = {
  readonly items: Money;
  readonly discount: Money;
  readonly tax: Money;
  readonly shipping: Money;
  readonly grand: Money;
};

/** So many units of an order's line. */
export type LineQuantity = { readonly lineId: string; readonly quantity: number };

/** What was sold with a shipment: its share of the line, so that shipments of a whole line sum to the line. */
export type ShippedLine = LineQuantity & { readonly net: Money; readonly tax: Money };

/** Units of a line whose price goes back to the customer. */
export type RefundLine = LineQuantity & { readonly amount: Money };

/** Where the money of a refund comes from: what is not yet earned, or what is, of which some is tax. */
export type RefundSource = { readonly funds: Money; readonly returns: Money; readonly tax: Money };

type Stamped<Type extends string, Facts = unknown> = {
  readonly type: Type;
  readonly at: string;
} & Readonly<Facts>;

export type OrderEvent =
  | Stamped<
      'OrderCreated',
      {
        orderId: OrderId;
        customerId: CustomerId;
        currency: Currency;
        pricesIncludeTax: boolean;
        items: readonly OrderLine[];
        totals: OrderTotals;
        /** Unpaid by then, it expires; null: it waits for ever. */
        expiresAt: string | null;
      }
    >
  | Stamped<
      'OrderAmended',
      {
        amendmentId: string;
        items: readonly OrderLine[];
        totalsBefore: OrderTotals;
        totalsAfter: OrderTotals;
        reason: string;
      }
    >
  | Stamped<'StockReserved', { orderId: OrderId }>
  | Stamped<'StockRejected', { orderId: OrderId; reason: string }>
  | Stamped<'StockReleased', { orderId: OrderId }>
  | Stamped<'PaymentClaimed', { paymentId: PaymentId; amount: Money }>
  | Stamped<'PaymentClaimReleased', { paymentId: PaymentId; reason: string }>
  | Stamped<'OrderPaymentAuthorized', { paymentId: PaymentId; operationId: string; amount: Money }>
  | Stamped<'OrderPaymentCaptured', { paymentId: PaymentId; operationId: string; amount: Money }>
  | Stamped<'OrderPaymentFailed', { paymentId: PaymentId; operationId: string; amount: Money; code: string }>
  /** Decided together with the payment's `RefundRequested`: so much of the order is on its way back. */
  | Stamped<
      'OrderRefundRequested',
      {
        refundId: string;
        paymentId: PaymentId;
        amount: Money;
        lines: readonly RefundLine[];
        source: RefundSource;
      }
    >
  | Stamped<'OrderRefundApplied', { refundId: string; paymentId: PaymentId; amount: Money }>
  /** The refund failed, perhaps after it had been applied: nothing went back. */
  | Stamped<'OrderRefundReleased', { refundId: string; paymentId: PaymentId; amount: Money; code: string }>
  /** The customer's bank took it back for good. */
  | Stamped<'OrderChargedBack', { paymentId: PaymentId; disputeId: string; amount: Money }>
  | Stamped<'OrderConfirmed', { orderId: OrderId }>
  | Stamped<'OrderPaid', { orderId: OrderId; total: Money }>
  | Stamped<'OrderOverpaid', { orderId: OrderId; excess: Money }>
  | Stamped<'OrderCancellationRequested', { by: string; reason: string; into: 'Cancelled' | 'Expired' }>
  | Stamped<'OrderCancelled', { orderId: OrderId }>
  | Stamped<'OrderExpired', { orderId: OrderId }>
  | Stamped<'FulfilmentCreated', { fulfilmentId: string; lines: readonly LineQuantity[]; reason?: string }>
  /** From here on the lines are sold; with the first shipment, so is the shipping. */
  | Stamped<
      'FulfilmentShipped',
      {
        fulfilmentId: string;
        lines: readonly ShippedLine[];
        shipping: Money;
        tracking: string | null;
        reason?: string;
      }
    >
  | Stamped<'FulfilmentDelivered', { fulfilmentId: string; reason?: string }>
  | Stamped<'FulfilmentCancelled', { fulfilmentId: string; reason: string }>
  | Stamped<'ReturnRequested', { returnId: string; lines: readonly LineQuantity[]; reason: string }>
  | Stamped<'ReturnReceived', { returnId: string; reason?: string }>
  | Stamped<'OrderCompleted', { orderId: OrderId }>
  /** What it said about a person is gone; null: it was never kept under a key. */
  | Stamped<'CustomerDataErased', { keyId: string | null }>;

export type OrderEventOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;
