import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PaymentProvider } from '../../src/application/provider-ports.ts';
import { capturesIn, markOf } from '../../src/infrastructure/gateways/stripe-captures.ts';
import {
  amountOf,
  hold,
  inShort,
  openStripe,
  requestFor,
  TOTAL,
  type OpenStripe,
} from '../support/stripe.ts';

let stripe: OpenStripe;
/** Of an account with multicapture. */
let several: PaymentProvider;
beforeAll(async () => {
  stripe = await openStripe();
  several = await stripe.adapter({ severalCaptures: true });
});
afterAll(() => stripe.close());

type Held = Awaited<ReturnType<typeof hold>>;

/** Operation ids and what became of them, the authorization apart. */
async function followUpsOf(held: Held): Promise<Record<string, string>> {
  const { operations } = await held.report();
  const [authorization, ...others] = operations;
  expect(authorization).toMatchObject({
    operationId: held.request.operationId,
    outcome: { kind: 'succeeded' },
  });
  return Object.fromEntries(
    others.map(({ operationId, outcome }) => [
      operationId,
      'amount' in outcome ? `${outcome.kind} ${outcome.amount?.amountMinor}` : outcome.kind,
    ]),
  );
}

const receivedBy = ({ providerRef }: Held): Promise<number> =>
  stripe.facade.received(stripe.facade.intents.get(providerRef)!);

const wait = ({ request }: Held): Promise<unknown> =>
  stripe.database.pool.query(
    `with due as (update simulated_provider.operation o set settles_at = now() from simulated_provider.intent i
       where i.intent_ref = o.intent_ref and i.payment_id = $1 and o.settles_at is not null)
     update simulated_provider.intent set hold_until = now() - interval '1 min'
     where payment_id = $1 and token = 'tok_auth_expires'`,
    [request.paymentId],
  );

describe('a capture at Stripe', () => {
  it('takes what it is asked for, and the rest is let go', async () => {
    const held = await hold(stripe.provider);
    const outcome = await held.capture(700, { id: 'capture-1', final: true });
    expect(outcome).toMatchObject({ kind: 'succeeded', amount: amountOf(700) });
    expect(await followUpsOf(held)).toEqual({ 'capture-1': 'succeeded 700' });
    expect(await held.report()).toMatchObject({ isHeld: false });
  });

  it('that leaves something for another is refused before it is sent, where Stripe would let the rest go', async () => {
    const held = await hold(stripe.provider);
    expect(await inShort(held.capture(700))).toBe('declined: capture_must_be_final');
    expect(await receivedBy(held)).toBe(0);
    expect(stripe.provider.capabilities.severalCaptures).toBe(false);
  });

  it('may be one of several where the account has it, each known by its own id', async () => {
    expect(several.capabilities.severalCaptures).toBe(true);
    const held = await hold(several);
    for (const [id, minor] of [
      ['first', 300],
      ['second', 300],
      ['third', 250],
    ] as const)
      expect(await held.capture(minor, { id })).toMatchObject({ kind: 'succeeded', amount: amountOf(minor) });
    expect(await followUpsOf(held)).toEqual({
      first: 'succeeded 300',
      second: 'succeeded 300',
      third: 'succeeded 250',
    });
    expect(await held.report()).toMatchObject({ isHeld: true });
    expect(await inShort(held.capture(151, { id: 'too much' }))).toBe('declined: amount_too_large');
    await held.capture(100, { id: 'last', final: true });
    expect(await receivedBy(held)).toBe(950);
    expect(await followUpsOf(held)).toHaveProperty('last', 'succeeded 100');
    expect(await followUpsOf(held)).not.toHaveProperty('too much');
  });

  it.each(['one capture', 'several'])('happens once, however often it is asked for (%s)', async (kind) => {
    const held = await hold(kind === 'several' ? several : stripe.provider);
    const capture = () => held.capture(600, { id: `once-${kind}`, final: kind !== 'several' });
    expect(await inShort(capture())).toBe('succeeded');
    expect(await inShort(capture())).toBe('succeeded');
    // A day later Stripe has forgotten the key, and not the money.
    stripe.facade.forgetKeys();
    expect(await inShort(capture())).toBe('succeeded');
    expect(await receivedBy(held)).toBe(600);
    expect(await followUpsOf(held)).toEqual({ [`once-${kind}`]: 'succeeded 600' });
  });

  it.each(['reset', 500] as const)('whose answer was lost (%s) is in the report', async (answer) => {
    const held = await hold(several);
    stripe.facade.trouble({ answer, when: 'after' });
    const id = `lost-${answer}`;
    expect(await inShort(held.capture(400, { id }))).toBe('unknown');
    expect(await followUpsOf(held)).toEqual({ [id]: 'succeeded 400' });
    expect(await inShort(held.capture(400, { id }))).toBe('succeeded');
    expect(await receivedBy(held)).toBe(400);
  });

  it('that never arrived is not in the report', async () => {
    const held = await hold(stripe.provider);
    stripe.facade.trouble({ answer: 'reset', when: 'before' });
    expect(await inShort(held.capture(TOTAL, { id: 'never', final: true }))).toBe('unknown');
    expect(await followUpsOf(held)).toEqual({});
  });

  it('is declined when the bank does not pay, and the money stays held', async () => {
    const held = await hold(stripe.provider, 'tok_capture_fail');
    expect(await inShort(held.capture(TOTAL, { final: true }))).toBe('declined: capture_failed');
    expect(await held.report()).toMatchObject({ isHeld: true });
  });

  it('of what Stripe does not have is a fault, which says nothing of the payment', async () => {
    const { request } = await hold(stripe.provider);
    const { paymentId } = request;
    const stray = { operationId: 'stray', paymentId, providerRef: 'pi_of_test_mode' };
    const capture = stripe.provider.capture({ ...stray, amount: amountOf(1), final: true });
    expect(await inShort(capture)).toBe('unknown');
    expect(await inShort(stripe.provider.void(stray))).toBe('unknown');
    expect(await inShort(stripe.provider.refund({ ...stray, amount: amountOf(1) }))).toBe('unknown');
    await expect(
      stripe.provider.retrieve({ paymentId, attemptId: 'stray', providerRef: 'pi_of_test_mode' }),
    ).rejects.toThrow('resource_missing');
  });
});

describe('the marks of captures', () => {
  const steps = fc.array(fc.record({ amount: fc.integer({ min: 1, max: 1_000 }), took: fc.boolean() }), {
    maxLength: 20,
  });

  it('tell those that took money from those that left only a mark, but for two of the same sums', () => {
    fc.assert(
      fc.property(steps, (asked) => {
        let received = 0;
        const took: { operationId: string; amount: number }[] = [];
        const metadata: Record<string, string> = { payment_id: 'ours' };
        const ends = new Set<number>();
        for (const [index, step] of asked.entries()) {
          const operationId = `capture-${index}`;
          const after = received + step.amount;
          if (ends.has(after)) continue;
          ends.add(after);
          Object.assign(metadata, markOf(operationId, received, step.amount));
          if (!step.took) continue;
          took.unshift({ operationId, amount: step.amount });
          received = after;
        }
        const intent = { metadata, amount_received: received } as unknown as Parameters<typeof capturesIn>[0];
        expect(capturesIn(intent)).toEqual(took);
      }),
    );
  });

  it('fit into the metadata of Stripe', () => {
    const [[key, value] = ['', '']] = Object.entries(markOf('x'.repeat(100), 99_999_999_999, 1));
    expect(key.length).toBeLessThanOrEqual(40);
    expect(value.length).toBeLessThanOrEqual(500);
  });

  it('show what was captured when it is not what was asked for', () => {
    const metadata = markOf('capture-1', 0, 700);
    const intent = { metadata, amount_received: 650 } as unknown as Parameters<typeof capturesIn>[0];
    expect(capturesIn(intent)).toEqual([{ operationId: 'capture-1', amount: 650 }]);
  });
});

describe('a void at Stripe', () => {
  it('lets go of what is held, once, also when its key is long forgotten', async () => {
    const held = await hold(stripe.provider);
    expect(await inShort(held.void('void-1'))).toBe('succeeded');
    expect(await inShort(held.void('void-1'))).toBe('succeeded');
    stripe.facade.forgetKeys();
    expect(await inShort(held.void('void-1'))).toBe('succeeded');
    // That it was authorized stays true.
    expect(await followUpsOf(held)).toEqual({});
    expect(await held.report()).toMatchObject({ isHeld: false });
    expect(await inShort(held.capture(1, { final: true }))).toBe('declined: payment_intent_unexpected_state');
  });

  it('whose answer was lost finds itself done', async () => {
    const held = await hold(stripe.provider);
    stripe.facade.trouble({ answer: 'reset', when: 'after' });
    expect(await inShort(held.void('void-lost'))).toBe('unknown');
    expect(await held.report()).toMatchObject({ isHeld: false });
    expect(await inShort(held.void('void-lost'))).toBe('succeeded');
  });

  it('lets go of the rest after a part was captured', async () => {
    const held = await hold(several);
    await held.capture(300, { id: 'part' });
    expect(await inShort(held.void())).toBe('succeeded');
    expect(await followUpsOf(held)).toEqual({ part: 'succeeded 300' });
    expect(await held.report()).toMatchObject({ isHeld: false });
  });

  it('comes too late for what was captured', async () => {
    const held = await hold(stripe.provider);
    await held.capture(TOTAL, { final: true });
    expect(await inShort(held.void())).toBe('declined: payment_intent_unexpected_state');
  });

  it('ends a challenge that the customer has not answered', async () => {
    const provider = await stripe.adapter({ returnUrl: 'https://shop.invalid/back' });
    const held = await hold(provider, 'tok_3ds_ok');
    expect(await inShort(held.void())).toBe('succeeded');
    const { operations, isHeld } = await held.report();
    expect(operations).toMatchObject([{ outcome: { kind: 'declined', code: 'canceled' } }]);
    expect(isHeld).toBe(false);
  });
});

describe('an authorization that runs out at Stripe', () => {
  it('is not held any more, before Stripe cancels it', async () => {
    const held = await hold(stripe.provider, 'tok_auth_expires');
    await wait(held);
    expect(await held.report()).toMatchObject({ isHeld: false });
  });
});

async function captured(token?: string): Promise<Held> {
  const held = await hold(stripe.provider, token);
  await held.capture(TOTAL, { final: true });
  return held;
}

describe('a refund at Stripe', () => {
  it('gives back what it is asked for, once', async () => {
    const held = await captured();
    expect(await held.refund(300, 'refund-1')).toMatchObject({ kind: 'succeeded', amount: amountOf(300) });
    expect(await inShort(held.refund(300, 'refund-1'))).toBe('succeeded');
    expect(await inShort(held.refund(700, 'refund-2'))).toBe('succeeded');
    expect(await inShort(held.refund(1, 'refund-3'))).toBe('declined: charge_already_refunded');
    const followUps = await followUpsOf(held);
    expect(followUps).toMatchObject({ 'refund-1': 'succeeded 300', 'refund-2': 'succeeded 700' });
    // The capture besides.
    expect(Object.keys(followUps)).toHaveLength(3);
  });

  it.each([TOTAL, 400])('of %i is not given twice when its key is forgotten', async (minor) => {
    const held = await captured();
    await held.refund(minor, `refund-of-${minor}`);
    stripe.facade.forgetKeys();
    expect(await inShort(held.refund(minor, `refund-of-${minor}`))).toBe('succeeded');
    const { operations } = await held.report();
    expect(operations.filter(({ operationId }) => operationId.startsWith('refund'))).toHaveLength(1);
  });

  it('whose answer was lost is in the report, over several pages of them', async () => {
    const held = await captured();
    stripe.facade.settings.pageMax = 2;
    stripe.facade.trouble({ answer: 'reset', when: 'after' });
    expect(await inShort(held.refund(100, 'refund-lost'))).toBe('unknown');
    for (let others = 0; others < 4; others++) await held.refund(100);
    expect(await followUpsOf(held)).toHaveProperty('refund-lost', 'succeeded 100');
    stripe.facade.settings.pageMax = 100;
  });

  it('is pending until the bank took it, and may fail after it succeeded', async () => {
    const pending = await captured('tok_refund_pending');
    expect(await inShort(pending.refund(TOTAL, 'refund-slow'))).toBe('pending');
    await wait(pending);
    expect(await followUpsOf(pending)).toHaveProperty('refund-slow', 'succeeded 1000');

    const failing = await captured('tok_refund_fails_later');
    expect(await inShort(failing.refund(TOTAL, 'refund-back'))).toBe('succeeded');
    await wait(failing);
    const { operations } = await failing.report();
    expect(operations.at(-1)).toMatchObject({ outcome: { kind: 'declined', code: 'account_closed' } });
  });
});

type DisputeTransaction = { fee: number; currency: string; reporting_category: string };

async function disputed(status: string, transactions: DisputeTransaction[] = []) {
  const request = requestFor('tok_success');
  const outcome = await stripe.provider.authorize(request);
  const providerRef = 'providerRef' in outcome ? outcome.providerRef : undefined;
  if (providerRef === undefined) throw new Error('not taken');
  const dispute = {
    payment_intent: providerRef,
    amount: TOTAL,
    currency: 'eur',
    reason: 'fraudulent',
    status,
  };
  const disputeId = stripe.facade.open({ ...dispute, balance_transactions: transactions });
  const { paymentId, operationId: attemptId } = request;
  return {
    disputeId,
    about: { paymentId, providerRef, disputeId },
    report: async () => (await stripe.provider.retrieve({ paymentId, attemptId, providerRef })).disputes,
  };
}

describe('a dispute at Stripe', () => {
  it('is reported with its fee, where that is in the currency of the payment', async () => {
    const { disputeId, report } = await disputed('needs_response', [
      { fee: 1_500, currency: 'eur', reporting_category: 'dispute' },
      { fee: 2_000, currency: 'usd', reporting_category: 'dispute' },
    ]);
    expect(await report()).toEqual([
      { disputeId, amount: amountOf(TOTAL), fee: amountOf(1_500), reason: 'fraudulent', status: 'open' },
    ]);
  });

  it('is reported with its fee when that was given back before we heard of it', async () => {
    const { report } = await disputed('won', [
      { fee: 1_500, currency: 'eur', reporting_category: 'dispute' },
      { fee: -1_500, currency: 'eur', reporting_category: 'dispute_reversal' },
    ]);
    expect(await report()).toMatchObject([{ fee: amountOf(1_500), status: 'won' }]);
  });

  it.each(['under_review', 'won', 'lost'])('is %s as Stripe says', async (status) => {
    const { report } = await disputed(status);
    expect(await report()).toMatchObject([{ status }]);
  });

  it.each(['warning_needs_response', 'warning_closed', 'prevented'])(
    'is none while it takes no money (%s)',
    async (status) => {
      const { report } = await disputed(status);
      expect(await report()).toEqual([]);
    },
  );

  it('is given up once; repeating it changes nothing', async () => {
    const { about, report } = await disputed('needs_response');
    await stripe.provider.acceptDispute(about);
    stripe.facade.forgetKeys();
    await stripe.provider.acceptDispute(about);
    expect(await report()).toMatchObject([{ status: 'lost' }]);
  });

  it('is contested with our evidence, and not any more once it is closed', async () => {
    const { about, disputeId, report } = await disputed('needs_response');
    await stripe.provider.submitEvidence({ ...about, evidence: 'it was delivered' });
    expect(await report()).toMatchObject([{ status: 'under_review' }]);
    await stripe.provider.submitEvidence({ ...about, evidence: 'and signed for' });
    const dispute = stripe.facade.disputes.get(disputeId)!;
    expect(dispute.evidence).toBe('and signed for');
    dispute.status = 'won';
    await stripe.provider.submitEvidence({ ...about, evidence: 'too late' });
    expect(dispute).toMatchObject({ status: 'won', evidence: 'and signed for' });
  });

  it('that Stripe does not let us answer, though it is open, is a fault', async () => {
    const { about } = await disputed('needs_response');
    stripe.facade.trouble({ answer: 400, when: 'before', error: { code: 'evidence_too_long' } });
    await expect(stripe.provider.submitEvidence({ ...about, evidence: 'x' })).rejects.toThrow(
      'evidence_too_long',
    );
  });
});
