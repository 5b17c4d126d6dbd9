import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redelivered } from '../support/arbitraries.ts';
import { expectAtRest } from './at-rest.ts';
import type { Stage } from './fake-books.ts';
import { pendingShop, timesOf, toldShop, type ToldShop } from './provider-messages.ts';
import { CARD, HELD } from './shops.ts';
import { inTurns, type Loss } from './turns.ts';

const TIMEOUT_MS = 30_000;

describe('a message that a payment succeeded', () => {
  it.each([
    ['given back', CARD, 'RefundSucceeded', 'refund'],
    ['let go', HELD, 'PaymentVoided', 'void'],
  ] as const)('after its order was cancelled: it is %s, once', async (_what, request, type, kind) => {
    const shop = await pendingShop(request);
    const { gateway, attemptId, paymentId, orderId, cancel, say, handle, deliverAll, order } = shop;
    await cancel(orderId);
    await deliverAll();
    expect(order(orderId).status).toBe('Cancelling');
    gateway.turn(attemptId, 'succeeded');
    for (const eventId of ['evt_1', 'evt_2', 'evt_1']) await say({ eventId, paymentId });
    await handle();
    await deliverAll();
    await shop.tell({ eventId: 'evt_3', paymentId });
    await deliverAll();
    expect(timesOf(shop, type)).toBe(1);
    expect(gateway.done(kind)).toHaveLength(1);
    expect(order(orderId).status).toBe('Cancelled');
    expectAtRest(shop, orderId);
  });

  it('after its order expired: it is given back, once', async () => {
    const shop = await toldShop({}, { expiresAt: '2026-01-01T00:30:00.000Z' });
    const { gateway, attemptId, paymentId, orderId, pay, elapse, tell, deliverAll, order } = shop;
    gateway.planNext('authorize', { stage: 'declined', code: 'card_declined' });
    await pay(orderId, CARD);
    await elapse(3_600_000);
    expect(order(orderId).status).toBe('Expired');
    gateway.turn(attemptId, 'succeeded');
    for (const eventId of ['evt_1', 'evt_2']) {
      await tell({ eventId, paymentId });
      await deliverAll();
    }
    expect(gateway.done('refund')).toHaveLength(1);
    expect(order(orderId).status).toBe('Expired');
    expectAtRest(shop, orderId);
  });
});

const CALLS = ['authorize', 'retrieve', 'append', 'loadStreams', 'keep', 'claimDue', 'settle', 'putOff'];
const loss: fc.Arbitrary<Loss> = fc.record({
  call: fc.constantFrom(...CALLS),
  moment: fc.constantFrom('before', 'after'),
});

/** What the provider does at first and later, and what it tells of it, again and again, in any order. */
const story = fc.record({
  request: fc.constantFrom(CARD, HELD),
  first: fc.constantFrom<Stage[]>('succeeded', 'declined', 'pending', 'pending', 'requires_action'),
  later: fc.constantFrom<Stage[]>('succeeded', 'declined'),
  isCancelled: fc.boolean(),
  told: redelivered(['evt_first', 'evt_later', 'evt_unmatched']),
  losses: fc.array(loss, { maxLength: 4 }),
});
type Story = typeof story extends fc.Arbitrary<infer One> ? One : never;

const OPEN: readonly (Stage | undefined)[] = ['pending', 'requires_action'];

/** Each on its own: whoever is lost with a call leaves the rest to the others. */
const alone = (work: () => Promise<unknown>) => (): Promise<unknown> => work().catch(() => undefined);

async function live(shop: ToldShop, scheduler: fc.Scheduler, one: Story): Promise<void> {
  const { request, first, later, isCancelled, told, losses } = one;
  const { gateway, orderId, paymentId, attemptId, pay, cancel, sync, deliverAll, say, handle } = shop;
  gateway.planNext('authorize', { stage: first });
  const decide = (): void => {
    if (OPEN.includes(gateway.books.get(attemptId)?.stage)) gateway.turn(attemptId, later);
  };
  await inTurns(
    scheduler,
    shop.hook,
    losses,
  )(
    [
      () => pay(orderId, request),
      ...told.map((eventId) => async () => {
        if (eventId === 'evt_later') decide();
        await say(eventId === 'evt_unmatched' ? { eventId } : { eventId, paymentId });
        await handle();
      }),
      () => sync(paymentId),
      async () => (isCancelled ? cancel(orderId) : undefined),
      deliverAll,
    ].map(alone),
  );
  await pay(orderId, request);
  decide();
}

/** The provider tells until it is answered, and time passes until nobody has anything left to do. */
async function comeToRest({ say, handle, elapse, deliverAll, paymentId }: ToldShop, one: Story) {
  for (const eventId of one.told)
    await say(eventId === 'evt_unmatched' ? { eventId } : { eventId, paymentId });
  for (let round = 0; round < 6; round++) {
    await elapse(120_000);
    await handle();
    await deliverAll();
  }
}

describe('messages, answers, polls and a cancellation, repeated, in any order, and some of them lost', () => {
  it(
    'end in one state, in which the order, the payment and the books of the provider agree',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), story, async (scheduler, one) => {
          const shop = await toldShop();
          const { orderId, paymentId, attemptId, gateway, payment, order, outcomes, log } = shop;
          await live(shop, scheduler, one);
          await comeToRest(shop, one);

          expectAtRest(shop, orderId);
          expect(gateway.books.size).toBeLessThanOrEqual(2); // the charge, and its way back
          expect(outcomes()).toHaveLength(new Set(one.told).size);
          if (log.typesOf(paymentId).length === 0) {
            expect(order(orderId).status).toBe('Cancelled'); // before it was paid, so nothing is there to tell of
            return;
          }
          const hasMoved = gateway.books.get(attemptId)?.stage === 'succeeded';
          const isKept = hasMoved && order(orderId).status !== 'Cancelled';
          const held = isKept ? ['Authorized'] : ['Voided'];
          const moved = one.request === HELD ? held : ['Completed'];
          // One that was let go of while the customer was awaited took nothing either.
          expect(hasMoved ? moved : ['Failed', 'Voided']).toContain(payment(paymentId).status);
          const isHeld = payment(paymentId).status === 'Authorized';
          expect(timesOf(shop, 'PaymentProcessed')).toBe(isHeld ? 0 : 1);
          for (const { outcome } of outcomes()) expect(outcome).toBeDefined();
        }),
        { numRuns: 120 },
      );
    },
    TIMEOUT_MS,
  );
});
