import { expect } from 'vitest';
import { committedRefunds, openClaims, paidAmount, refundedAmount } from '../../src/domain/orders/order.ts';
import {
  capturableAmount,
  lostAmount,
  openOperations,
  refundedAmount as refundedOfPayment,
} from '../../src/domain/payments/payment.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { addMoney, isZero, subtractMoney, sumMoney, type Money } from '../../src/domain/shared/money.ts';
import type { VirtualService } from './virtual-service.ts';

/** The order, its payments and the books of the providers agree to the cent, and nothing is on its way. */
export function expectAtRest(service: VirtualService, orderId: OrderId): void {
  const { gateway, nextGateway, order, payment } = service;
  const placed = order(orderId);
  const { currency, grand } = { currency: placed.currency, ...placed.totals };
  const payments = placed.payments.map(({ paymentId }) => payment(paymentId));
  const inBooks = (measure: 'captured' | 'refunded' | 'held' | 'lost', paymentId: string): Money =>
    addMoney(gateway[measure](paymentId, grand), nextGateway[measure](paymentId, grand));

  for (const one of payments) {
    const { paymentId } = one;
    expect(openOperations(one)).toEqual([]);
    expect(one.capturedAmount).toEqual(inBooks('captured', paymentId));
    expect(refundedOfPayment(one)).toEqual(inBooks('refunded', paymentId));
    expect(capturableAmount(one)).toEqual(inBooks('held', paymentId));
    expect(lostAmount(one)).toEqual(inBooks('lost', paymentId));
  }
  const sum = (measure: 'captured' | 'refunded' | 'held' | 'lost'): Money =>
    sumMoney(
      currency,
      payments.map(({ paymentId }) => inBooks(measure, paymentId)),
    );
  expect(paidAmount(placed)).toEqual(sum('captured'));
  expect(refundedAmount(placed)).toEqual(sum('refunded'));
  expect(committedRefunds(placed)).toEqual(sum('refunded'));
  expect(openClaims(placed)).toEqual(sum('held'));
  const charged = sumMoney(
    currency,
    placed.chargebacks.map(({ amount }) => amount),
  );
  expect(charged).toEqual(sum('lost'));
  const isClosed = placed.status === 'Cancelled' || placed.status === 'Expired';
  const kept = subtractMoney(subtractMoney(sum('captured'), sum('refunded')), sum('lost'));
  if (isClosed) expect([kept, sum('held')].every(isZero)).toBe(true);
  const begun = new Set<string>(payments.map(({ paymentId }) => paymentId));
  const asked = [...gateway.asked, ...nextGateway.asked];
  expect(asked.every(({ paymentId }) => begun.has(paymentId))).toBe(true);
}
