import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paidAmount } from '../../src/domain/orders/order.ts';
import { compareMoney } from '../../src/domain/shared/money.ts';
import { usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { clockworkOf } from './clockwork.ts';
import { inTurns } from './turns.ts';
import {
  paymentIdOf,
  paymentIn,
  refusalIn,
  TENANT,
  virtualService,
  type PayRequest,
  type Taken,
} from './virtual-service.ts';

const TOTAL = usd(10_000);
const REFUSED = ['payment-already-claimed', 'order-not-payable', 'payment-exceeds-due'];
const TIMEOUT_MS = 30_000;

async function openShop(scheduler: fc.Scheduler) {
  const hook = { around: undisturbed };
  const service = virtualService((call, effect) => hook.around(call, effect));
  const orderId = await service.placeOrder(TOTAL);
  return { ...service, orderId, together: inTurns(scheduler, hook) };
}

describe('two payments for all that is due, at the same time', () => {
  const named = fc.constantFrom({}, { amount: TOTAL });

  it(
    'have one winner; the other is refused before its provider is called',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), named, named, async (scheduler, one, other) => {
          const { together, pay, orderId, gateway, order, deliverAll } = await openShop(scheduler);
          const requests: PayRequest[] = [
            { key: 'one', ...one },
            { key: 'other', ...other },
          ];
          const taken = await together(requests.map((request) => () => pay(orderId, request)));
          const winners = taken.filter((each) => each.ok);
          expect(winners.map((each) => paymentIn(each).status)).toEqual(['Completed']);
          const refusals = taken.filter((each) => !each.ok).map(refusalIn);
          expect(refusals).toHaveLength(1);
          expect(REFUSED).toContain(refusals[0]);
          expect(gateway.asked.map(({ paymentId }) => paymentId)).toEqual([paymentIn(winners[0]!).paymentId]);
          await deliverAll();
          expect(order(orderId).status).toBe('Confirmed');
        }),
        { numRuns: 50 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'of which one is declined, never leave the order claimed for ever',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          const { together, pay, orderId, gateway, deliverAll } = await openShop(scheduler);
          const good = { key: 'good' };
          const bad = { key: 'bad', token: 'tok_declined' };
          await together([() => pay(orderId, bad), () => pay(orderId, good)]);
          await deliverAll();
          expect(paymentIn(await pay(orderId, good)).status).toBe('Completed');
          expect(gateway.charged()).toHaveLength(1);
        }),
        { numRuns: 50 },
      );
    },
    TIMEOUT_MS,
  );
});

describe('the same payment request several times at once', () => {
  it(
    'charges once and ends in one answer',
    async () => {
      const tokens = fc.constantFrom('tok_success', 'tok_declined');
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), tokens, async (scheduler, token) => {
          const { together, pay, orderId, gateway, clock } = await openShop(scheduler);
          const request = { key: 'card', token };
          const taken = await together([1, 2, 3].map(() => () => pay(orderId, request)));
          clock.advance(1_000);
          const last = paymentIn(await pay(orderId, request));
          // One that came while another was at the provider may be told to come again.
          for (const each of taken.map(paymentIn))
            expect(each.status === 'Pending' ? last : each).toEqual(last);
          expect(last.status).toBe(token === 'tok_success' ? 'Completed' : 'Failed');
          expect(gateway.books.size).toBe(1);
        }),
        { numRuns: 50 },
      );
    },
    TIMEOUT_MS,
  );
});

const request: fc.Arbitrary<PayRequest> = fc
  .record({
    amount: fc.option(fc.constantFrom(1, 2_500, 5_000, 7_500, 10_000, 10_001)),
    token: fc.constantFrom('tok_success', 'tok_success', 'tok_declined'),
    captureMethod: fc.constantFrom('automatic' as const, 'automatic' as const, 'manual' as const),
  })
  .map(({ amount, token, captureMethod }) => ({
    key: `${amount ?? 'all'} by ${token}, ${captureMethod}`,
    ...{ token, captureMethod },
    ...(amount !== null && { amount: usd(amount) }),
  }));

type Shop = Awaited<ReturnType<typeof openShop>>;

const syncAll =
  ({ sync, log, orderId }: Shop, wanted: readonly PayRequest[]) =>
  async (): Promise<undefined> => {
    const begun = wanted.map((each) => paymentIdOf(orderId, each)).filter((id) => log.typesOf(id).length > 0);
    for (const paymentId of begun) await sync(paymentId);
  };

const deliver =
  ({ deliverAll }: Shop) =>
  (): Promise<undefined> =>
    deliverAll().then(() => undefined);

/** The follower again, once there is something to hear of. */
const deliverLater =
  ({ deliverAll, log, orderId }: Shop) =>
  async (): Promise<undefined> => {
    await log.readStreams(TENANT, [orderId]);
    await log.readStreams(TENANT, [orderId]);
    await deliverAll();
  };

describe('any payments, the follower and the timers, all at the same time', () => {
  it(
    'never charge more than the total, and the order agrees with the books of the provider',
    async () => {
      const requests = fc.array(request, { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), requests, async (scheduler, wanted) => {
          const shop = await openShop(scheduler);
          const { together, pay, orderId, order, deliverAll } = shop;
          const taken = await together<Taken | undefined>([
            ...wanted.map((each) => () => pay(orderId, each)),
            ...[deliver(shop), syncAll(shop, wanted), deliverLater(shop)],
          ]);

          await clockworkOf(shop).elapse(60_000);
          await deliverAll();
          expectAtRest(shop, orderId);
          expect(compareMoney(paidAmount(order(orderId)), TOTAL)).toBeLessThanOrEqual(0);
          for (const [index, each] of taken.slice(0, wanted.length).entries()) {
            if (!each?.ok) expect(REFUSED).toContain(each?.error.code);
            else if (paymentIn(each).status !== 'Pending')
              expect(paymentIn(await pay(orderId, wanted[index]!))).toEqual(paymentIn(each));
          }
        }),
        { numRuns: 80 },
      );
    },
    TIMEOUT_MS,
  );
});
