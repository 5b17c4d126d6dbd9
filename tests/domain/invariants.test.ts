import fc from 'fast-check';
import { describe, it } from 'vitest';
import { cancelOrder } from '../../src/domain/orders/order-lifecycle.ts';
import { openOperations } from '../../src/domain/payments/payment.ts';
import { checkAgainstBooks, checkOrder, checkPayment } from './invariant-checks.ts';
import {
  accept,
  call,
  newWorld,
  now,
  onOrder,
  pay,
  paymentNow,
  paymentsOf,
  tell,
  type World,
} from './world.ts';
import { checkAtRest, checkClosed, comeToRest } from './world-rest.ts';
import { goodsSteps, steps, take, type Step } from './world-steps.ts';

const begin = (): World => newWorld({ onOrder: checkOrder, onPayment: checkPayment });

function live(all: readonly Step[], world = begin()): World {
  for (const step of all) {
    take(world, step);
    checkAgainstBooks(world);
  }
  return world;
}

describe('whatever is asked for, and whatever providers make of it', () => {
  it('the invariants hold after every step, and at rest all books agree', () => {
    fc.assert(
      fc.property(steps(60), fc.boolean(), (all, goesWell) => {
        const world = live(all);
        comeToRest(world, goesWell);
        checkAgainstBooks(world);
        checkAtRest(world);
      }),
      { numRuns: 200 },
    );
  });

  it('a cancelled or expired order keeps no money, and holds none', () => {
    fc.assert(
      fc.property(steps(60, 'fulfil', 'move'), fc.boolean(), (all, goesWell) => {
        const world = live(all);
        const cancelled = cancelOrder({ by: 'customer', reason: 'asked', at: now(world) }, world.order);
        accept(cancelled, (events) => onOrder(world, events));
        comeToRest(world, goesWell);
        checkAtRest(world);
        checkClosed(world);
      }),
      { numRuns: 200 },
    );
  });

  it('no more of a paid order is sent than was ordered, and no more comes back', () => {
    fc.assert(
      fc.property(goodsSteps(40), (all) => {
        const world = begin();
        pay(world, 'automatic');
        const [payment] = paymentsOf(world);
        const [attempt] = openOperations(payment!);
        call(world, payment!, attempt!, { wish: 'succeeded', line: 'works', off: 0n });
        tell(world, paymentNow(world, payment!));
        live(all, world);
      }),
      { numRuns: 150 },
    );
  });
});
