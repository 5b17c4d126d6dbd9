import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizeRequest, PaymentProvider } from '../../src/application/provider-ports.ts';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { money, type Money } from '../../src/domain/shared/money.ts';
import { SIMULATED_TOKENS } from '../../src/infrastructure/gateways/simulated-behaviour.ts';
import { simulatedProvider } from '../../src/infrastructure/gateways/simulated-provider.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let provider: PaymentProvider;
beforeAll(async () => {
  database = await createTestDatabase();
  provider = simulatedProvider(database.pool, {
    name: 'simulated',
    webhookSecret: Buffer.from('secret'),
    publicUrl: () => 'http://test',
  });
});
afterAll(() => database.drop());

const eur = (minor: number): Money => money(BigInt(minor), parseCurrency('EUR')!);
const TOTAL = 1_000;

function requestFor(paymentToken: string, over: Partial<AuthorizeRequest> = {}): AuthorizeRequest {
  const paymentId = ids.paymentId(ids.orderId());
  const amount = eur(TOTAL);
  const captureMethod = 'automatic';
  const operationId = `${paymentId}:1`;
  return { operationId, paymentId, amount, paymentMethod: 'card', paymentToken, captureMethod, ...over };
}

type Answer = OperationOutcome | 'no answer';

const answerOf = (asked: Promise<OperationOutcome>): Promise<Answer> =>
  asked.catch((fault: unknown) => {
    expect(fault).toMatchObject({ name: 'ProviderFault' });
    return 'no answer' as const;
  });

const inShort = (answer: Answer): string => {
  if (typeof answer === 'string') return answer;
  return 'code' in answer ? `${answer.kind}: ${answer.code}` : answer.kind;
};

const report = ({ paymentId, operationId: attemptId }: AuthorizeRequest) =>
  provider.retrieve({ paymentId, attemptId });

/** What the books say by now, in the order in which it came about. */
const known = async (request: AuthorizeRequest): Promise<string[]> =>
  (await report(request)).operations.map(({ outcome }) => inShort(outcome));

/** As if what turns into something later had been waited for. */
const wait = ({ paymentId }: AuthorizeRequest): Promise<unknown> =>
  database.pool.query(
    `with due as (update simulated_provider.operation o set settles_at = now() from simulated_provider.intent i
       where i.intent_ref = o.intent_ref and i.payment_id = $1 and o.settles_at is not null)
     update simulated_provider.intent set hold_until = now() where payment_id = $1 and token = 'tok_auth_expires'`,
    [paymentId],
  );

const bookedFor = async ({ paymentId }: AuthorizeRequest): Promise<number> => {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*)::int as n from simulated_provider.operation join simulated_provider.intent using (intent_ref)
     where payment_id = $1`,
    [paymentId],
  );
  return rows[0]!.n;
};

/** An authorization that waits for captures. */
async function hold(paymentToken = 'tok_success') {
  const request = requestFor(paymentToken, { captureMethod: 'manual' });
  await answerOf(provider.authorize(request));
  const { paymentId } = request;
  const { rows } = await database.pool.query<{ intent_ref: string }>(
    'select intent_ref from simulated_provider.intent where payment_id = $1',
    [paymentId],
  );
  const providerRef = rows[0]!.intent_ref;
  const followUp = (operationId: string = ids.commandId()) => ({ operationId, paymentId, providerRef });
  return {
    request,
    capture: (minor: number, { id, final = false }: { id?: string; final?: boolean } = {}) =>
      provider.capture({ ...followUp(id), amount: eur(minor), final }),
    refund: (minor: number, id?: string) => provider.refund({ ...followUp(id), amount: eur(minor) }),
    void: (id?: string) => provider.void(followUp(id)),
  };
}

/** What is answered at first, what the books hold then, and what they hold later. */
const TOKENS: Readonly<Record<string, readonly [string, string | undefined, string?]>> = {
  tok_success: ['succeeded', 'succeeded'],
  tok_declined: ['declined: card_declined', 'declined: card_declined'],
  tok_insufficient_funds: ['declined: insufficient_funds', 'declined: insufficient_funds'],
  tok_expired_card: ['declined: expired_card', 'declined: expired_card'],
  tok_3ds_ok: ['requires_action', 'requires_action', 'succeeded'],
  tok_3ds_fail: ['requires_action', 'requires_action', 'declined: authentication_failed'],
  tok_timeout_then_success: ['no answer', 'succeeded'],
  tok_timeout_then_decline: ['no answer', 'declined: card_declined'],
  tok_timeout_never_sent: ['no answer', undefined],
  tok_http_500: ['no answer', 'succeeded'],
  tok_http_429: ['not_sent: rate_limited', undefined],
  tok_async_success: ['pending', 'pending', 'succeeded'],
  tok_async_fail: ['pending', 'pending', 'declined: transfer_rejected'],
  tok_late_success: ['declined: card_declined', 'declined: card_declined', 'succeeded'],
  tok_amount_mismatch: ['succeeded', 'succeeded'],
  tok_auth_expires: ['succeeded', 'succeeded'],
  tok_capture_fail: ['succeeded', 'succeeded'],
  tok_3ds_challenge: ['requires_action', 'requires_action'],
  tok_dup_webhook: ['pending', 'pending', 'succeeded'],
  tok_ooo_webhooks: ['pending', 'pending', 'succeeded'],
  tok_dispute_won: ['succeeded', 'succeeded'],
  tok_dispute_lost: ['succeeded', 'succeeded'],
  tok_dispute_open: ['succeeded', 'succeeded'],
  tok_refund_pending: ['succeeded', 'succeeded'],
  tok_refund_fails_later: ['succeeded', 'succeeded'],
};

describe('the simulated provider', () => {
  it('is known here by each of its tokens', () => {
    // The first waits for its webhook to be taken: webhook-journeys.test.ts takes it. The other has a test below.
    const tested = [...Object.keys(TOKENS), 'tok_webhook_before_response', 'tok_no_answer'];
    expect(tested.toSorted()).toEqual(SIMULATED_TOKENS.toSorted());
  });

  it.each(Object.entries(TOKENS))('does with %s what it says', async (token, [first, booked, later]) => {
    const request = requestFor(token);
    expect(inShort(await answerOf(provider.authorize(request)))).toBe(first);
    expect(await known(request)).toEqual(booked === undefined ? [] : [booked]);
    await wait(request);
    const settled = later ?? booked;
    expect(await known(request)).toEqual(settled === undefined ? [] : [settled]);
  });

  it.each(Object.entries(TOKENS))(
    'answers a repeated %s with what is in its books, once',
    async (token, [first, booked]) => {
      const request = requestFor(token);
      await answerOf(provider.authorize(request));
      expect(inShort(await answerOf(provider.authorize(request)))).toBe(booked ?? first);
      await Promise.all([1, 2, 3].map(() => answerOf(provider.authorize(request))));
      expect(await bookedFor(request)).toBe(booked === undefined ? 0 : 1);
    },
  );

  it('declines a token that it does not know', async () => {
    const answer = await provider.authorize(requestFor('tok_of_somebody_else'));
    expect(answer).toEqual({ kind: 'declined', code: 'token_unknown' });
  });

  it('with tok_no_answer says nothing to anybody for a day, and then what it took, once', async () => {
    const request = requestFor('tok_no_answer');
    for (let asked = 0; asked < 2; asked++) {
      expect(inShort(await answerOf(provider.authorize(request)))).toBe('no answer');
      await expect(known(request)).rejects.toMatchObject({ name: 'ProviderFault' });
    }
    await database.pool.query(
      `update simulated_provider.intent set created_at = created_at - interval '1 day' where payment_id = $1`,
      [request.paymentId],
    );
    expect(await known(request)).toEqual(['succeeded']);
    expect(await bookedFor(request)).toBe(1);
  });

  it('says what it moved, which need not be what it was asked for', async () => {
    const answer = await provider.authorize(requestFor('tok_amount_mismatch'));
    expect(answer).toMatchObject({ kind: 'succeeded', amount: eur(TOTAL - 1) });
  });

  it('books an operation once when it is asked for twice at the same time', async () => {
    const request = requestFor('tok_success');
    const answers = await Promise.all([1, 2, 3, 4].map(() => provider.authorize(request)));
    expect(new Set(answers.map(inShort))).toEqual(new Set(['succeeded']));
    expect(await bookedFor(request)).toBe(1);

    const held = await hold();
    const captures = await Promise.all([1, 2, 3].map(() => held.capture(TOTAL, { id: 'capture-1' })));
    expect(captures.map(inShort)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(await known(held.request)).toEqual(['succeeded', 'succeeded']);
  });

  it('knows nothing of a payment that another attempt was made for', async () => {
    const request = requestFor('tok_success');
    await provider.authorize(request);
    expect(await report({ ...request, operationId: `${request.paymentId}:2` })).toMatchObject({
      operations: [],
      isHeld: true,
    });
  });
});

describe('an authorization that waits for captures', () => {
  it('is never captured or refunded for more than there is, whatever is asked for', async () => {
    const step = fc.record({
      kind: fc.constantFrom('capture' as const, 'refund' as const),
      minor: fc.integer({ min: 1, max: TOTAL }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const held = await hold();
        let [captured, refunded] = [0, 0];
        for (const { kind, minor } of steps) {
          const answer = await held[kind](minor);
          const fits = kind === 'capture' ? captured + minor <= TOTAL : refunded + minor <= captured;
          expect(inShort(answer)).toBe(fits ? 'succeeded' : 'declined: amount_too_large');
          if (fits && kind === 'capture') captured += minor;
          if (fits && kind === 'refund') refunded += minor;
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives what is left to one of two captures, and of two refunds, that come at once', async () => {
    for (let round = 0; round < 10; round++) {
      const held = await hold();
      const captures = await Promise.all([held.capture(600), held.capture(600)]);
      expect(captures.map(({ kind }) => kind).toSorted()).toEqual(['declined', 'succeeded']);
      const refunds = await Promise.all([held.refund(400), held.refund(400)]);
      expect(refunds.map(({ kind }) => kind).toSorted()).toEqual(['declined', 'succeeded']);
    }
  });

  it('is captured no more after its final capture, and not at all once it was let go', async () => {
    const captured = await hold();
    expect(inShort(await captured.capture(300, { final: true }))).toBe('succeeded');
    expect(inShort(await captured.capture(1))).toBe('declined: already_captured');

    const voided = await hold();
    expect(inShort(await voided.void())).toBe('succeeded');
    expect(await report(voided.request)).toMatchObject({ isHeld: false });
    expect(inShort(await voided.capture(1))).toBe('declined: not_authorized');
  });

  it('ends by itself', async () => {
    const { request, capture } = await hold('tok_auth_expires');
    expect(await report(request)).toMatchObject({ isHeld: true });
    await wait(request);
    expect(await report(request)).toMatchObject({ isHeld: false });
    expect(inShort(await capture(1))).toBe('declined: not_authorized');
  });

  it('says until when it holds, as only such a one does', async () => {
    const manual = await provider.authorize(requestFor('tok_success', { captureMethod: 'manual' }));
    expect(manual).toHaveProperty('authorizationExpiresAt');
    expect(await provider.authorize(requestFor('tok_success'))).not.toHaveProperty('authorizationExpiresAt');
  });

  it.each(['tok_3ds_ok', 'tok_async_success'])(
    'that is let go while %s is open never succeeds',
    async (token) => {
      const held = await hold(token);
      expect(inShort(await held.void())).toBe('succeeded');
      await wait(held.request);
      expect(await known(held.request)).toContain('declined: canceled');
    },
  );

  it('fails to be captured where the token says so, and is still held', async () => {
    const { request, capture } = await hold('tok_capture_fail');
    expect(inShort(await capture(TOTAL))).toBe('declined: capture_failed');
    expect(await report(request)).toMatchObject({ isHeld: true });
  });
});

describe('a refund', () => {
  it('that is pending counts, and comes to its end by itself', async () => {
    const { request, capture, refund } = await hold('tok_refund_pending');
    await capture(TOTAL);
    expect(inShort(await refund(800))).toBe('pending');
    expect(inShort(await refund(300))).toBe('declined: amount_too_large');
    await wait(request);
    expect((await known(request)).toSorted()).toEqual([
      'declined: amount_too_large',
      'succeeded',
      'succeeded',
      'succeeded',
    ]);
  });

  it('that fails after it succeeded leaves the money to be given back again', async () => {
    const { request, capture, refund } = await hold('tok_refund_fails_later');
    await capture(TOTAL);
    expect(inShort(await refund(TOTAL))).toBe('succeeded');
    await wait(request);
    expect(await known(request)).toContain('declined: account_closed');
    expect(inShort(await refund(TOTAL))).toBe('succeeded');
  });

  it('of what nobody captured is declined, and of a payment nobody made has no answer', async () => {
    const { refund } = await hold();
    expect(inShort(await refund(1))).toBe('declined: amount_too_large');
    const paymentId = ids.paymentId(ids.orderId());
    const stray = { operationId: 'refund-1', paymentId, providerRef: 'sim_0', amount: eur(1) };
    expect(await answerOf(provider.refund(stray))).toBe('no answer');
  });
});
