import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resumePayments } from '../../src/application/checkout/resume-payments.ts';
import { paidAmount } from '../../src/domain/orders/order.ts';
import type { PaymentId } from '../../src/domain/shared/ids.ts';
import { compareMoney, sumMoney, type Money } from '../../src/domain/shared/money.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { currencyOf, usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
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

/** Every call to the log and the gateway waits its turn, once before its effect and once before its answer. */
async function openShop(scheduler: fc.Scheduler) {
  const hook = { around: undisturbed };
  const service = virtualService((call, effect) => hook.around(call, effect));
  const orderId = await service.placeOrder(TOTAL);
  const turn = (call: string): Promise<void> => scheduler.schedule(Promise.resolve(), call);
  return {
    ...service,
    orderId,
    /** Runs these side by side, in whatever order the scheduler picks, then lets the calls go as they come. */
    together: async <T>(work: readonly (() => Promise<T>)[]): Promise<T[]> => {
      hook.around = async (call, effect) => {
        await turn(call);
        const answer = await effect();
        await turn(`answer to ${call}`);
        return answer;
      };
      const answers = await scheduler.waitFor(Promise.all(work.map((start) => start())));
      hook.around = undisturbed;
      return answers;
    },
  };
}

describe('two payments for all that is due, at the same time', () => {
  const named = fc.constantFrom({}, { amount: TOTAL });

  it('have one winner; the other is refused before its provider is called', async () => {
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
    );
  });

  it('of which one is declined, never leave the order claimed for ever', async () => {
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
    );
  });
});

describe('the same payment request several times at once', () => {
  it('charges once and gives one answer', async () => {
    const tokens = fc.constantFrom('tok_success', 'tok_declined');
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tokens, async (scheduler, token) => {
        const { together, pay, orderId, gateway } = await openShop(scheduler);
        const request = { key: 'card', token };
        const taken = await together([1, 2, 3].map(() => () => pay(orderId, request)));
        const last = paymentIn(await pay(orderId, request));
        for (const each of taken) expect(paymentIn(each)).toEqual(last);
        expect(gateway.books.size).toBe(1);
      }),
    );
  });
});

const request: fc.Arbitrary<PayRequest> = fc
  .record({
    amount: fc.option(fc.constantFrom(1, 2_500, 5_000, 7_500, 10_000, 10_001)),
    token: fc.constantFrom('tok_success', 'tok_success', 'tok_declined'),
  })
  .map(({ amount, token }) => ({
    key: `${amount ?? 'all'} by ${token}`,
    token,
    ...(amount !== null && { amount: usd(amount) }),
  }));

type Shop = Awaited<ReturnType<typeof openShop>>;

const chargedIn = ({ gateway }: Shop): Money =>
  sumMoney(
    currencyOf('USD'),
    gateway.charged().map(({ amount }) => amount),
  );

function expectBooksAgree(shop: Shop): void {
  const { gateway, log, order, orderId } = shop;
  const { payments } = order(orderId);
  for (const { paymentId, amount, status } of payments) {
    const bookings = [...gateway.books.values()].filter((booking) => booking.paymentId === paymentId);
    expect(bookings).toHaveLength(1);
    expect(bookings[0]).toMatchObject({ amount });
    expect(status).toBe(bookings[0]?.outcome.kind === 'succeeded' ? 'Completed' : 'Failed');
    expect(log.typesOf(paymentId).filter((type) => type === 'PaymentProcessed')).toHaveLength(1);
  }
  const begun = new Set<PaymentId>(payments.map(({ paymentId }) => paymentId));
  expect(gateway.asked.every(({ paymentId }) => begun.has(paymentId))).toBe(true);
  expect(paidAmount(order(orderId))).toEqual(chargedIn(shop));
}

describe('any payments, the consumer and the resuming job, all at the same time', () => {
  it('never charge more than the total, and the order agrees with the books of the provider', async () => {
    const requests = fc.array(request, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), requests, async (scheduler, wanted) => {
        const shop = await openShop(scheduler);
        const { together, pay, orderId, deliverAll, settle, log } = shop;
        const resume = async (): Promise<void> => {
          const pending = wanted
            .map((each) => paymentIdOf(orderId, each))
            .filter((paymentId) => log.typesOf(paymentId).length === 2)
            .map((paymentId) => ({ tenantId: TENANT, paymentId }));
          await resumePayments(pending, settle, ids);
        };
        const payments = wanted.map((each) => () => pay(orderId, each));
        const others = [deliverAll, resume].map((work) => () => work().then(() => undefined));
        const taken = await together<Taken | undefined>([...payments, ...others, deliverAllLater(shop)]);

        await deliverAll();
        expectBooksAgree(shop);
        expect(compareMoney(chargedIn(shop), TOTAL)).toBeLessThanOrEqual(0);
        for (const [index, each] of taken.slice(0, wanted.length).entries()) {
          if (each?.ok) expect(paymentIn(await pay(orderId, wanted[index]!))).toEqual(paymentIn(each));
          else expect(REFUSED).toContain(each?.error.code);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** The consumer again, once there is something to hear of. */
const deliverAllLater =
  ({ deliverAll, log, orderId }: Shop) =>
  async (): Promise<undefined> => {
    await log.readStreams(TENANT, [orderId]);
    await log.readStreams(TENANT, [orderId]);
    await deliverAll();
  };
