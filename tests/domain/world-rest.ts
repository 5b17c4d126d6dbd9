import { expect } from 'vitest';
import { expireOrder } from '../../src/domain/orders/order-lifecycle.ts';
import {
  awaitingApproval,
  isOpen,
  openOperations,
  operationsOf,
  type StartedPayment,
} from '../../src/domain/payments/payment.ts';
import { lapseApprovals } from '../../src/domain/payments/refund-approval.ts';
import { sum } from './invariant-checks.ts';
import { capturedIn, dispute, heldIn, refundedIn, settle, type Books } from './provider-books.ts';
import * as w from './world.ts';
import type { World } from './world.ts';
import { toDo } from './world-steps.ts';

const ROUNDS_MAX = 60;
const ROUND_MS = 150_000; // longer than a provider is believed to have a request under way

const isClosing = ({ order }: World): boolean =>
  ['Cancelling', 'Cancelled', 'Expired'].includes(order.status);

/** Lets providers answer, polls, reconciles and compensates until there is nothing left to do. */
export function comeToRest(world: World, goesWell: boolean): void {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { written } = world;
    world.nowMs += ROUND_MS;
    for (const { paymentId } of w.paymentsOf(world)) visit(world, world.payments.get(paymentId)!, goesWell);
    for (const act of [...world.postponed.splice(0), ...toDo(world)]) act();
    w.onOrder(world, expireOrder(w.now(world), world.order));
    if (world.written === written && !helpOut(world)) return;
  }
  expect.fail(`still not at rest after ${ROUNDS_MAX} rounds`);
}

function visit(world: World, payment: StartedPayment, goesWell: boolean): void {
  const books = w.booksOf(world, payment);
  for (const entry of books.entries) settle(books, entry, goesWell ? 'succeeded' : 'declined');
  for (const open of books.disputes) dispute(books, { ...open, status: goesWell ? 'won' : 'lost' });
  w.hear(world, w.look(world, payment));
  const known = new Set(books.entries.map(({ operationId }) => operationId));
  for (const { kind, operation } of openOperations(w.paymentNow(world, payment))) {
    const isSent = kind === 'authorize' && operation.outcome !== 'requested';
    if (known.has(operation.operationId) || isSent) continue;
    const how = { wish: 'succeeded', line: 'works', off: 0n } as const;
    w.call(world, w.paymentNow(world, payment), { kind, operation }, how);
  }
  // The payment's timer: whose time is over, nobody can approve or reject any more.
  w.onPayment(world, payment.paymentId, lapseApprovals(w.paymentNow(world, payment), w.now(world)));
  for (const { refundId } of awaitingApproval(w.paymentNow(world, payment))) {
    // Whoever rejected for ever what is tried by hand would never let go of a closed order's money.
    if (goesWell || isClosing(world)) w.approve(world, w.paymentNow(world, payment), refundId, 'second');
    w.reject(world, w.paymentNow(world, payment), refundId); // once approved it cannot be
  }
  // What failed may have failed because the provider no longer holds anything: only a further look tells.
  w.hear(world, w.look(world, w.paymentNow(world, payment)));
  w.tell(world, w.paymentNow(world, payment));
}

/** A refund that failed is for people: they try it again. Whether there was any such. */
function helpOut(world: World): boolean {
  if (!isClosing(world)) return false;
  const { written } = world;
  for (const payment of w.paymentsOf(world))
    if (payment.refunds.some(({ outcome }) => outcome === 'declined'))
      w.refund(world, payment, { reason: w.newName(world, 'by hand') });
  return world.written > written;
}

/** Our books, the order's and the provider's say the same. */
export function checkAtRest(world: World): void {
  for (const payment of w.paymentsOf(world)) {
    const own = payment.attempts.flatMap(({ providerKey }) => world.books.get(providerKey) ?? []);
    const total = (part: (books: Books) => bigint): bigint =>
      own.reduce((all, books) => all + part(books), 0n);
    const { authorizedAmount, capturedAmount, refunds, status, paymentId } = payment;
    expect(openOperations(payment)).toEqual([]);
    expect(awaitingApproval(payment)).toEqual([]);
    expect(capturedAmount.amountMinor).toBe(total(capturedIn));
    const refunded = sum(refunds.filter(({ outcome }) => outcome === 'succeeded'));
    expect(refunded).toBe(total(refundedIn));
    const isHeld = status === 'Authorized' || status === 'PartiallyCaptured';
    const held = isHeld ? authorizedAmount.amountMinor - capturedAmount.amountMinor : 0n;
    expect(held).toBe(total(heldIn));

    const seen = world.order.payments.find((one) => one.paymentId === paymentId)!;
    expect(seen.captured).toEqual(capturedAmount);
    const applied = world.order.refunds.filter(
      (one) => one.paymentId === paymentId && one.status === 'Applied',
    );
    expect(sum(applied)).toBe(refunded);
    if (!isHeld) expect(seen.claim.amountMinor).toBe(0n);
  }
}

/** Invariant 11. */
export function checkClosed(world: World): void {
  if (!isClosing(world)) return;
  expect(['Cancelled', 'Expired']).toContain(world.order.status);
  for (const payment of w.paymentsOf(world)) {
    const { capturedAmount, refunds, disputes } = payment;
    const refunded = sum(refunds.filter(({ outcome }) => outcome === 'succeeded'));
    const lost = sum(disputes.filter(({ status }) => status === 'lost'));
    // A bank may take back what was given back before; then more is gone than there ever was.
    if (lost === 0n) expect(refunded).toBe(capturedAmount.amountMinor);
    else expect(refunded + lost).toBeGreaterThanOrEqual(capturedAmount.amountMinor);
    expect(['Authorized', 'PartiallyCaptured', 'RequiresAction']).not.toContain(payment.status);
    expect(operationsOf(payment).filter(({ operation }) => isOpen(operation))).toEqual([]);
  }
}
