import type { Stripe } from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizeRequest } from '../../src/application/provider-ports.ts';
import { stripeFinder } from '../../src/infrastructure/gateways/stripe-finder.ts';
import { loadStripe } from '../../src/infrastructure/gateways/stripe-sdk.ts';
import { SECRET_KEY, startStripeFacade, type Trouble } from '../support/stripe-facade.ts';
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
beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.close());
afterEach(() => {
  stripe.facade.settings.isSearchBehind = false;
  stripe.facade.settings.pageMax = 100;
});

const RETURN_URL = 'https://shop.invalid/back';

const report = ({ paymentId, operationId: attemptId }: AuthorizeRequest) =>
  stripe.provider.retrieve({ paymentId, attemptId });

const known = async (request: AuthorizeRequest): Promise<string[]> =>
  (await report(request)).operations.map(({ operationId, outcome }) => {
    expect(operationId).toBe(request.operationId);
    return 'code' in outcome ? `${outcome.kind}: ${outcome.code}` : outcome.kind;
  });

const writesFor = ({ operationId }: AuthorizeRequest): number =>
  stripe.facade.writes().filter(({ key }) => key === operationId).length;

const bookedFor = async ({ paymentId }: AuthorizeRequest): Promise<number> => {
  const { rows } = await stripe.database.pool.query<{ n: number }>(
    `select count(*)::int as n from simulated_provider.operation join simulated_provider.intent using (intent_ref)
     where payment_id = $1`,
    [paymentId],
  );
  return rows[0]!.n;
};

/** As if what turns into something later had been waited for. */
const wait = ({ paymentId }: AuthorizeRequest): Promise<unknown> =>
  stripe.database.pool.query(
    `update simulated_provider.operation o set settles_at = now() from simulated_provider.intent i
     where i.intent_ref = o.intent_ref and i.payment_id = $1 and o.settles_at is not null`,
    [paymentId],
  );

describe('an authorization at Stripe', () => {
  it.each([
    ['tok_success', 'succeeded', 'succeeded'],
    ['tok_declined', 'declined: card_declined', 'declined: card_declined'],
    ['tok_insufficient_funds', 'declined: insufficient_funds', 'declined: insufficient_funds'],
    ['tok_of_nobody', 'declined: resource_missing', 'declined: token_unknown'],
    ['tok_async_success', 'pending', 'succeeded'],
    ['tok_async_fail', 'pending', 'declined: transfer_rejected'],
    ['tok_3ds_ok', 'requires_action', 'succeeded'],
    ['tok_3ds_fail', 'requires_action', 'declined: authentication_failed'],
    ['tok_timeout_then_success', 'unknown', 'succeeded'],
    ['tok_timeout_then_decline', 'unknown', 'declined: card_declined'],
    ['tok_http_500', 'unknown', 'succeeded'],
  ])('with %s is %s, and later known as %s', async (token, first, later) => {
    const provider = await stripe.adapter({ returnUrl: RETURN_URL });
    const request = requestFor(token);
    expect(await inShort(provider.authorize(request))).toBe(first);
    await wait(request);
    expect(await known(request)).toEqual([later]);
  });

  it.each([
    ['tok_http_429', 'not_sent: rate_limit'],
    ['tok_timeout_never_sent', 'unknown'],
  ])('with %s is %s, and nothing is known of it', async (token, first) => {
    const request = requestFor(token);
    expect(await inShort(stripe.provider.authorize(request))).toBe(first);
    expect(await report(request)).toEqual({ operations: [], disputes: [], isHeld: true });
  });

  it('takes the money at once, or holds it until Stripe says', async () => {
    const taken = await stripe.provider.authorize(requestFor('tok_success'));
    expect(taken).toEqual({ kind: 'succeeded', providerRef: expect.any(String), amount: amountOf(TOTAL) });
    const { outcome } = await hold(stripe.provider);
    expect(outcome).toMatchObject({ kind: 'succeeded', amount: amountOf(TOTAL) });
    expect(outcome).toHaveProperty('authorizationExpiresAt', expect.stringMatching(/^20\d\d-.*Z$/));
  });

  it('says what was taken, which need not be what it was asked for', async () => {
    const answer = await stripe.provider.authorize(requestFor('tok_amount_mismatch'));
    expect(answer).toMatchObject({ kind: 'succeeded', amount: amountOf(TOTAL - 1) });
  });

  it('carries our ids, our key and the token, and asks for nothing that a browser would have to do', async () => {
    const request = requestFor('tok_success');
    await stripe.provider.authorize(request);
    const sent = stripe.facade.writes().find(({ key }) => key === request.operationId)!;
    expect(Object.fromEntries(sent.form)).toEqual({
      amount: String(TOTAL),
      currency: 'eur',
      capture_method: 'automatic',
      confirm: 'true',
      error_on_requires_action: 'true',
      'expand[0]': 'latest_charge',
      'metadata[operation_id]': request.operationId,
      'metadata[payment_id]': request.paymentId,
      payment_method: 'tok_success',
      'payment_method_types[0]': 'card',
    });
  });

  it('sends the customer where the bank wants them, and names the end of their time', async () => {
    const provider = await stripe.adapter({ returnUrl: RETURN_URL });
    const answer = await provider.authorize(requestFor('tok_3ds_ok'));
    const { createdS } = [...stripe.facade.intents.values()].at(-1)!;
    expect(answer).toMatchObject({
      kind: 'requires_action',
      nextAction: { type: 'redirect', url: expect.stringContaining('https://bank.invalid/') },
      expiresAt: new Date((createdS + 1_800) * 1_000).toISOString(),
    });
  });

  it('is declined when the customer had to act and could not come back', async () => {
    const answer = inShort(stripe.provider.authorize(requestFor('tok_3ds_ok')));
    expect(await answer).toBe('declined: authentication_required');
  });
});

const trouble = (answer: Trouble['answer'], when: Trouble['when'], error?: Trouble['error']): Trouble => ({
  answer,
  when,
  ...(error ? { error } : {}),
});

describe('a call to Stripe that goes wrong', () => {
  it.each([
    [
      'HTTP 402',
      trouble(402, 'before', { type: 'card_error', code: 'expired_card' }),
      'declined: expired_card',
    ],
    ['HTTP 400', trouble(400, 'before', { code: 'amount_too_small' }), 'declined: amount_too_small'],
    ['HTTP 429', trouble(429, 'before', { code: 'lock_timeout' }), 'not_sent: lock_timeout'],
    ['HTTP 500', trouble(500, 'before'), 'unknown'],
    ['HTTP 503', trouble(503, 'after'), 'unknown'],
    ['HTTP 403', trouble(403, 'before'), 'unknown'],
    ['HTTP 401', trouble(401, 'before'), 'unknown'],
    ['a reset before', trouble('reset', 'before'), 'unknown'],
    ['a reset after', trouble('reset', 'after'), 'unknown'],
    ['a key used for something else', trouble(400, 'before', { type: 'idempotency_error' }), 'unknown'],
  ])('%s is what it proves: %#', async (_name, planted, outcome) => {
    const request = requestFor('tok_success');
    stripe.facade.trouble(planted);
    expect(await inShort(stripe.provider.authorize(request))).toBe(outcome);
    expect(await bookedFor(request)).toBe(planted.when === 'after' ? 1 : 0);
    expect(writesFor(request)).toBe(1);
  });

  it('is unknown when nothing comes back', async () => {
    const hasty = await stripe.adapter({ timeoutMs: 200 });
    const request = requestFor('tok_success');
    stripe.facade.trouble(trouble('hang', 'after'));
    expect(await inShort(hasty.authorize(request))).toBe('unknown');
    expect(await known(request)).toEqual(['succeeded']);
  });

  it('was not sent when nobody listens there, or there is no such host', async () => {
    const gone = await startStripeFacade(stripe.database.pool);
    await gone.close();
    const refused = await stripe.adapter({ apiUrl: gone.url });
    expect(await inShort(refused.authorize(requestFor('tok_success')))).toBe('not_sent: econnrefused');
    const nowhere = await stripe.adapter({ apiUrl: 'http://stripe.invalid:8080' });
    expect(await inShort(nowhere.authorize(requestFor('tok_success')))).toMatch(
      /^not_sent: (enotfound|eai_again)$/,
    );
  });

  it('is not repeated behind our back, where a second answer would hide what the first call did', async () => {
    const request = requestFor('tok_success');
    stripe.facade.trouble(trouble('reset', 'after'));
    stripe.facade.trouble(trouble(429, 'before'));
    expect(await inShort(stripe.provider.authorize(request))).toBe('unknown');
    expect(writesFor(request)).toBe(1);
    // The trouble that was kept for a repetition.
    expect(await inShort(stripe.provider.authorize(request))).toBe('not_sent: rate_limit');
  });

  const inUse = { answer: 409, when: 'before', error: { code: 'idempotency_key_in_use' } } as const;

  it('is repeated under its key while Stripe is still at work on it', async () => {
    const request = requestFor('tok_success');
    stripe.facade.trouble({ ...inUse, times: 2 });
    expect(await inShort(stripe.provider.authorize(request))).toBe('succeeded');
    expect(writesFor(request)).toBe(3);
    expect(await bookedFor(request)).toBe(1);
  });

  it('is unknown when Stripe stays at work on it, whatever the last repetition meets', async () => {
    const request = requestFor('tok_success');
    stripe.facade.trouble({ ...inUse, times: 3 });
    expect(await inShort(stripe.provider.authorize(request))).toBe('unknown');
    expect(writesFor(request)).toBe(3);

    const other = requestFor('tok_success');
    stripe.facade.trouble(inUse);
    stripe.facade.trouble(trouble(429, 'before'));
    expect(await inShort(stripe.provider.authorize(other))).toBe('unknown');
  });

  it('names the setting that holds the key when Stripe does not accept it, and never the key', async () => {
    const secretKey = 'sk_test_of_somebody_else';
    const stranger = await stripe.adapter({ secretKey });
    const fault: Error = await stranger.authorize(requestFor('tok_success')).then(
      () => new Error('accepted'),
      (thrown: Error) => thrown,
    );
    expect(fault).toMatchObject({
      name: 'StripeFault',
      message: expect.stringContaining('STRIPE_SECRET_KEY'),
    });
    expect(JSON.stringify([fault.message, fault.stack, { ...fault }, fault.cause])).not.toContain(secretKey);
  });

  it('says what Stripe calls the request, and keeps neither our key nor the answer', async () => {
    stripe.facade.trouble({ answer: 500, when: 'after', error: { type: 'api_error' } });
    const fault: Error = await stripe.provider.authorize(requestFor('tok_success')).then(
      () => new Error('accepted'),
      (thrown: Error) => thrown,
    );
    expect(fault.message).toContain('HTTP 500');
    expect(fault.message).toContain('req_1');
    expect(Object.keys(fault)).toEqual(['name']);
    expect(fault.message).not.toContain(SECRET_KEY);
  });
});

describe('the same attempt again at Stripe', () => {
  it('has the first answer and one effect, one after another and side by side', async () => {
    const request = requestFor('tok_success');
    const answers = [await inShort(stripe.provider.authorize(request))];
    answers.push(await inShort(stripe.provider.authorize(request)));
    expect(answers).toEqual(['succeeded', 'succeeded']);
    expect(await bookedFor(request)).toBe(1);

    const racing = requestFor('tok_success');
    await Promise.all([1, 2, 3].map(() => inShort(stripe.provider.authorize(racing))));
    expect(await inShort(stripe.provider.authorize(racing))).toBe('succeeded');
    expect(await bookedFor(racing)).toBe(1);
  });

  it.each(['tok_timeout_then_success', 'tok_http_500'])(
    'is known after %s lost its answer',
    async (token) => {
      const request = requestFor(token);
      expect(await inShort(stripe.provider.authorize(request))).toBe('unknown');
      expect(await known(request)).toEqual(['succeeded']);
      expect(await bookedFor(request)).toBe(1);
    },
  );
});

describe('an attempt whose answer was lost', () => {
  it('is found among the newest while the search does not know it yet, on whatever page it is', async () => {
    stripe.facade.settings.isSearchBehind = true;
    stripe.facade.settings.pageMax = 2;
    const request = requestFor('tok_timeout_then_success');
    await inShort(stripe.provider.authorize(request));
    for (let others = 0; others < 4; others++) await stripe.provider.authorize(requestFor('tok_success'));
    expect(await known(request)).toEqual(['succeeded']);
  });

  it('is found by the search when it is old', async () => {
    const request = requestFor('tok_timeout_then_success');
    await inShort(stripe.provider.authorize(request));
    [...stripe.facade.intents.values()].at(-1)!.createdS -= 3_600;
    expect(await known(request)).toEqual(['succeeded']);
  });

  it('is not taken for one that Stripe never had while Stripe cannot be asked', async () => {
    const request = requestFor('tok_timeout_then_success');
    await inShort(stripe.provider.authorize(request));
    stripe.facade.trouble({ answer: 500, when: 'before', of: 'reads' });
    await expect(report(request)).rejects.toThrow('HTTP 500');
    stripe.facade.trouble({ answer: 429, when: 'before', of: 'reads' });
    await expect(report(request)).rejects.toThrow('Stripe refused');
  });
});

/** Of Stripe as far as it is looked through: a search that finds nothing, and so many intents of others. */
const crowded = (count: number): Stripe => {
  const others = Array.from({ length: count }, (_, n) => ({ id: `pi_${n}`, metadata: {} }));
  const list = () => ({ autoPagingToArray: async ({ limit }: { limit: number }) => others.slice(0, limit) });
  return { paymentIntents: { search: async () => ({ data: [] }), list } } as unknown as Stripe;
};

describe('an attempt that is neither in the search nor among the newest', () => {
  it('is absent, unless there are more of the newest than are looked through', async () => {
    expect(await stripeFinder(crowded(999))('attempt:1')).toBeUndefined();
    await expect(stripeFinder(crowded(5_000))('attempt:1')).rejects.toThrow('cannot be told');
  });
});

describe('the SDK of Stripe', () => {
  it('is asked for by name where it is not installed', async () => {
    const missing = Promise.reject(new Error(`Cannot find package 'stripe'`));
    await expect(loadStripe(() => missing)).rejects.toThrow('npm install stripe');
  });
});
