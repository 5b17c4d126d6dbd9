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

export type OrderEvent =
  | {
      readonly type: 'OrderCreated';
      readonly orderId: OrderId;
      readonly customerId: CustomerId;
      readonly currency: Currency;
      readonly pricesIncludeTax: boolean;
      readonly items: readonly OrderLine[];
      readonly totals: OrderTotals;
      readonly at: string;
    }
  | {
      readonly type: 'PaymentClaimed';
      readonly paymentId: PaymentId;
      readonly amount: Money;
      readonly at: string;
    }
  | {
      readonly type: 'PaymentClaimReleased';
      readonly paymentId: PaymentId;
      readonly reason: string;
      readonly at: string;
    }
  | {
      readonly type: 'OrderPaymentCaptured';
      readonly paymentId: PaymentId;
      readonly operationId: string;
      readonly amount: Money;
      readonly at: string;
    }
  | {
      readonly type: 'OrderPaymentFailed';
      readonly paymentId: PaymentId;
      readonly operationId: string;
      readonly amount: Money;
      readonly code: string;
      readonly at: string;
    }
  | { readonly type: 'OrderConfirmed'; readonly orderId: OrderId; readonly at: string }
  | { readonly type: 'OrderPaid'; readonly orderId: OrderId; readonly total: Money; readonly at: string };
