import {
  addMoney,
  compareMoney,
  MAX_AMOUNT_MINOR,
  multiplyMoney,
  subtractMoney,
  sumMoney,
  taxInGross,
  taxOnNet,
  zeroMoney,
  type Money,
} from '../shared/money.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { OrderLine, OrderTotals } from './order-events.ts';

export type RequestedItem = {
  readonly productId: string;
  readonly productName: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly discount?: Money;
  readonly taxRateBasisPoints?: number;
};

export type PricingRequest = {
  readonly items: readonly [RequestedItem, ...RequestedItem[]];
  readonly shipping?: Money;
  readonly pricesIncludeTax: boolean;
};

export type PricingRejection =
  | {
      readonly code: 'currency-mismatch';
      readonly field: string;
      readonly expected: string;
      readonly actual: string;
    }
  | { readonly code: 'amount-invalid'; readonly field: string; readonly reason: string };

export type PricedOrder = { readonly items: readonly OrderLine[]; readonly totals: OrderTotals };

/** Prices an order in the currency of its first item; tax is rounded half-up per line, so lines always sum to the total. */
export function priceOrder(request: PricingRequest): Result<PricedOrder, PricingRejection> {
  const refusal = mixedCurrency(request) ?? discountAboveLine(request);
  if (refusal) return err(refusal);

  const { currency } = request.items[0].unitPrice;
  const items = request.items.map((item, index) => priceLine(item, index, request.pricesIncludeTax));
  const discount = sumMoney(
    currency,
    items.map((line) => line.discount),
  );
  const net = sumMoney(
    currency,
    items.map((line) => line.net),
  );
  const tax = sumMoney(
    currency,
    items.map((line) => line.tax),
  );
  const shipping = request.shipping ?? zeroMoney(currency);
  const totals = {
    items: addMoney(net, discount),
    discount,
    tax,
    shipping,
    grand: addMoney(addMoney(net, tax), shipping),
  };
  // These two bound all the others; a discount can hide items that alone are more than an answer can state.
  if ([totals.items, totals.grand].some((total) => total.amountMinor > MAX_AMOUNT_MINOR)) {
    return err({
      code: 'amount-invalid',
      field: 'items',
      reason: `the total, and its items before discount, may be at most ${MAX_AMOUNT_MINOR} minor units`,
    });
  }
  return ok({ items, totals });
}

function priceLine(item: RequestedItem, index: number, pricesIncludeTax: boolean): OrderLine {
  const { productId, productName, quantity, unitPrice } = item;
  const discount = item.discount ?? zeroMoney(unitPrice.currency);
  const taxRateBasisPoints = item.taxRateBasisPoints ?? 0;
  const charged = subtractMoney(multiplyMoney(unitPrice, quantity), discount);
  const tax = pricesIncludeTax
    ? taxInGross(charged, taxRateBasisPoints)
    : taxOnNet(charged, taxRateBasisPoints);
  const net = pricesIncludeTax ? subtractMoney(charged, tax) : charged;
  return {
    lineId: String(index + 1),
    productId,
    productName,
    quantity,
    unitPrice,
    discount,
    taxRateBasisPoints,
    net,
    tax,
  };
}

function mixedCurrency(request: PricingRequest): PricingRejection | undefined {
  const expected = request.items[0].unitPrice.currency;
  const amounts: (readonly [field: string, amount: Money | undefined])[] = [
    ...request.items.flatMap((item, index) => [
      [`items/${index}/unitPrice`, item.unitPrice] as const,
      [`items/${index}/discount`, item.discount] as const,
    ]),
    ['shipping', request.shipping],
  ];
  const odd = amounts.find(([, amount]) => amount !== undefined && amount.currency !== expected);
  if (!odd?.[1]) return undefined;
  return { code: 'currency-mismatch', field: odd[0], expected, actual: odd[1].currency };
}

function discountAboveLine(request: PricingRequest): PricingRejection | undefined {
  const index = request.items.findIndex(
    ({ unitPrice, quantity, discount }) =>
      discount && compareMoney(discount, multiplyMoney(unitPrice, quantity)) > 0,
  );
  if (index < 0) return undefined;
  return {
    code: 'amount-invalid',
    field: `items/${index}/discount`,
    reason: 'a discount may not exceed its line',
  };
}
