import { parsePaymentId, type PaymentId } from '../../src/domain/shared/ids.ts';
import { findIntent, readBook } from '../../src/infrastructure/gateways/simulated-books.ts';
import { simulatedProvider } from '../../src/infrastructure/gateways/simulated-provider.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { facadeBalance, feeOf, type List } from './stripe-facade-balance.ts';
import { amountIn, isExpanded, metadataIn } from './stripe-facade-forms.ts';
import {
  chargeIdOf,
  chargeObject,
  intentObject,
  pageOf,
  receivedIn,
  refundObject,
  statusOf,
  type Book,
  type Disputed,
  type Opened,
  type Refunded,
} from './stripe-facade-objects.ts';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly form: URLSearchParams;
  /** Idempotency-Key. */
  readonly key: string;
};
export type Answer = { readonly status: number; readonly body: unknown } | 'reset';

type StripeError = { readonly type?: string; readonly [key: string]: unknown };

export const refuse = (
  status: number,
  { type = 'invalid_request_error', ...error }: StripeError,
): Answer => ({
  status,
  body: { error: { type, message: 'refused by the façade', ...error } },
});
const ok = (body: unknown): Answer => ({ status: 200, body });
const listOf = (data: readonly unknown[], hasMore = false): Answer =>
  ok({ object: 'list', url: '/v1', has_more: hasMore, data });
const listed = (list: List): Answer =>
  list === 'manual payout' ? refuse(400, {}) : listOf(list.data, list.hasMore);
const unexpectedState = (): Answer => refuse(400, { code: 'payment_intent_unexpected_state' });

const PROVIDER = 'simulated';

/** The routes of Stripe's API that the adapter uses, over the simulated provider's books. */
export function stripeRoutes(pool: Pool) {
  const simulated = simulatedProvider(pool, {
    ...{ name: PROVIDER, webhookSecret: Buffer.from('secret') },
    publicUrl: () => 'http://stand-in',
  });
  const intents = new Map<string, Opened>();
  const refunds: Refunded[] = [];
  const disputes = new Map<string, Disputed>();
  const settings = { isSearchBehind: false, generation: 0, pageMax: 100 };
  const balance = facadeBalance(showSource, () => settings.pageMax);
  // Stripe's keys are all that makes a request one: once they are forgotten the books must not know better.
  const bookIdOf = (key: string): string =>
    settings.generation === 0 ? key : `${key}#${settings.generation}`;

  async function bookOf({ paymentId, bookId }: Opened): Promise<Book> {
    const intent = await findIntent(pool, { provider: PROVIDER, paymentId, operationId: bookId });
    if (!intent) throw new Error(`the books have no ${bookId}`);
    return { intent, entries: await readBook(pool, intent) };
  }
  const show = async (opened: Opened, form: URLSearchParams): Promise<Record<string, unknown>> =>
    intentObject(opened, await bookOf(opened), isExpanded(form));

  function open(paymentId: PaymentId, bookId: string, metadata: Record<string, string>): Opened {
    const known = [...intents.values()].find((one) => one.bookId === bookId);
    if (known) return known;
    const createdS = Math.floor(Date.now() / 1_000);
    const isInSearch = !settings.isSearchBehind;
    const opened = { id: `pi_${intents.size + 1}`, paymentId, bookId, metadata, createdS, isInSearch };
    intents.set(opened.id, opened);
    return opened;
  }

  async function create({ form, key }: Asked): Promise<Answer> {
    const amount = amountIn(form, 'amount', form.get('currency') ?? '');
    const metadata = metadataIn(form);
    const paymentId = parsePaymentId(metadata['payment_id'] ?? '');
    if (!amount || !paymentId || form.get('confirm') !== 'true')
      return refuse(400, { code: 'amount_invalid' });
    const isRedirect = form.get('automatic_payment_methods[enabled]') === 'true';
    const failsOnAction = form.get('error_on_requires_action') === 'true';
    if (isRedirect && (failsOnAction || !form.has('return_url')))
      return refuse(400, { code: 'parameter_invalid_combination' });
    const request = {
      ...{ operationId: bookIdOf(key), paymentId, amount, paymentMethod: 'card' as const },
      paymentToken: form.get('payment_method') ?? '',
      captureMethod: form.get('capture_method') === 'manual' ? ('manual' as const) : ('automatic' as const),
    };
    let fault: Error | undefined;
    const outcome = await simulated.authorize(request).catch((thrown: Error) => {
      fault = thrown;
      return undefined;
    });
    if (outcome?.kind === 'not_sent') return refuse(429, { code: 'rate_limit' });
    const isBooked = await findIntent(pool, {
      ...{ provider: PROVIDER, paymentId },
      operationId: request.operationId,
    });
    const opened = isBooked && open(paymentId, request.operationId, metadata);
    if (opened) await enterCharge(opened);
    if (fault) return fault.message.includes('server_error') ? refuse(500, { type: 'api_error' }) : 'reset';
    const payment_intent = opened && (await show(opened, form));
    if (outcome?.kind === 'requires_action' && failsOnAction)
      return refuse(402, { type: 'card_error', code: 'authentication_required', payment_intent });
    if (outcome?.kind !== 'declined') return ok(payment_intent);
    return outcome.code === 'token_unknown'
      ? refuse(400, { code: 'resource_missing', param: 'payment_method' })
      : refuse(402, {
          type: 'card_error',
          code: 'card_declined',
          decline_code: outcome.code,
          payment_intent,
        });
  }

  async function capture({ form, key }: Asked, opened: Opened): Promise<Answer> {
    const { intent, entries } = await bookOf(opened);
    const amount = amountIn(form, 'amount_to_capture', intent.currency.toLowerCase());
    if (!amount) return refuse(400, { code: 'amount_invalid' });
    if (statusOf({ intent, entries }) !== 'requires_capture') return unexpectedState();
    const final = form.get('final_capture') !== 'false';
    const { paymentId } = opened;
    const followUp = { operationId: bookIdOf(key), paymentId, providerRef: intent.intent_ref };
    const outcome = await simulated.capture({ ...followUp, amount, final });
    if (outcome.kind !== 'succeeded')
      return 'code' in outcome && outcome.code === 'capture_failed'
        ? refuse(402, { type: 'card_error', code: 'capture_failed' })
        : refuse(400, { code: 'code' in outcome ? outcome.code : outcome.kind });
    opened.metadata = { ...opened.metadata, ...metadataIn(form) };
    await enterCharge(opened);
    return ok(await show(opened, form));
  }

  async function cancel({ form, key }: Asked, opened: Opened): Promise<Answer> {
    const book = await bookOf(opened);
    if (['canceled', 'succeeded', 'processing'].includes(statusOf(book))) return unexpectedState();
    const { paymentId } = opened;
    await simulated.void({ operationId: bookIdOf(key), paymentId, providerRef: book.intent.intent_ref });
    return ok(await show(opened, form));
  }

  async function refund({ form, key }: Asked): Promise<Answer> {
    const opened = intents.get(form.get('payment_intent') ?? '');
    if (!opened) return refuse(404, { code: 'resource_missing' });
    const book = await bookOf(opened);
    const currency = book.intent.currency.toLowerCase();
    const amount = amountIn(form, 'amount', currency);
    if (!amount) return refuse(400, { code: 'amount_invalid' });
    const bookId = bookIdOf(key);
    const followUp = {
      operationId: bookId,
      paymentId: opened.paymentId,
      providerRef: book.intent.intent_ref,
    };
    const outcome = await simulated.refund({ ...followUp, amount });
    if (outcome.kind === 'declined') return refuse(400, { code: 'charge_already_refunded' });
    const made = {
      id: `re_${refunds.length + 1}`,
      bookId,
      intentId: opened.id,
      currency,
      metadata: metadataIn(form),
    };
    refunds.unshift(made);
    const taken = { source: made.id, amount: -Number(form.get('amount')), currency };
    balance.enter({ type: 'refund', reporting_category: 'refund', ...taken });
    return ok(await showRefund(opened, made));
  }

  async function showRefund(opened: Opened, made: Refunded): Promise<Record<string, unknown>> {
    const { entries } = await bookOf(opened);
    return refundObject(
      made,
      entries.find(({ operation_id }) => operation_id === made.bookId)!,
    );
  }

  /** A transaction for what was taken since the last one of this charge. */
  async function enterCharge(opened: Opened): Promise<void> {
    const book = await bookOf(opened);
    const source = chargeIdOf(opened.id);
    const earlier = balance.transactions.filter((one) => one.source === source);
    const amount = earlier.reduce((left, one) => left - one.amount, receivedIn(book));
    const currency = book.intent.currency.toLowerCase();
    const charge = { type: 'charge', reporting_category: 'charge', source, amount, currency };
    if (amount > 0) balance.enter({ ...charge, fee: feeOf(amount) });
  }

  /** Some fail after they were made: what they took comes back. */
  async function enterRefundFailures(): Promise<void> {
    for (const made of refunds) {
      const { status } = await showRefund(intents.get(made.intentId)!, made);
      const own = balance.transactions.filter(({ source }) => source === made.id);
      const [refunded] = own;
      if (status !== 'failed' || own.length !== 1 || !refunded) continue;
      const back = { source: made.id, amount: -refunded.amount, currency: made.currency };
      balance.enter({ type: 'refund_failure', reporting_category: 'refund_failure', ...back });
    }
  }

  async function showSource(id: string, withIntent: boolean): Promise<unknown> {
    const refunded = refunds.find((one) => one.id === id);
    const intentId = id.startsWith('ch_')
      ? id.replace('ch_', 'pi_')
      : (refunded?.intentId ?? disputes.get(id)?.payment_intent);
    const opened = intents.get(intentId ?? '');
    if (!opened) return balance.payouts.find((one) => one.id === id) ?? id;
    const book = await bookOf(opened);
    const source = refunded
      ? await showRefund(opened, refunded)
      : (disputes.get(id) ?? chargeObject(opened, book));
    return { ...source, ...(withIntent ? { payment_intent: intentObject(opened, book, false) } : {}) };
  }

  async function listBalance(form: URLSearchParams): Promise<Answer> {
    await enterRefundFailures();
    return listed(await balance.list(form));
  }

  async function listIntents(form: URLSearchParams): Promise<Answer> {
    const since = Number(form.get('created[gte]') ?? 0);
    const all = [...intents.values()].filter(({ createdS }) => createdS >= since).toReversed();
    const { items, hasMore } = pageOf(all, form, settings.pageMax);
    return listOf(await Promise.all(items.map((opened) => show(opened, form))), hasMore);
  }

  async function searchIntents(form: URLSearchParams): Promise<Answer> {
    const [, key = '', value] = /^metadata\["(\w+)"\]:"(.*)"$/.exec(form.get('query') ?? '') ?? [];
    const found = [...intents.values()].filter((one) => one.isInSearch && one.metadata[key] === value);
    const data = await Promise.all(found.map((opened) => show(opened, form)));
    return ok({ object: 'search_result', url: '/v1', has_more: false, data });
  }

  async function listRefunds(form: URLSearchParams): Promise<Answer> {
    const opened = intents.get(form.get('payment_intent') ?? '');
    if (!opened) return refuse(404, { code: 'resource_missing' });
    const own = refunds.filter(({ intentId }) => intentId === opened.id);
    const { items, hasMore } = pageOf(own, form, settings.pageMax);
    return listOf(await Promise.all(items.map((made) => showRefund(opened, made))), hasMore);
  }

  async function route(asked: Asked): Promise<Answer> {
    const { method, path, form } = asked;
    const [, version, resource, id, action] = path.split('/');
    if (version !== 'v1') return refuse(404, { code: 'not_found' });
    if (resource === 'refunds') return method === 'POST' ? refund(asked) : listRefunds(form);
    if (resource === 'balance_transactions') return listBalance(form);
    if (resource === 'payouts') return listed(balance.listPayouts(form));
    if (resource === 'disputes') {
      const about = form.get('payment_intent');
      if (id === undefined)
        return listOf([...disputes.values()].filter((one) => one.payment_intent === about));
      const dispute = disputes.get(id);
      return dispute ? onDispute(asked, dispute, action) : refuse(404, { code: 'resource_missing' });
    }
    if (id === undefined) return method === 'POST' ? create(asked) : listIntents(form);
    if (id === 'search') return searchIntents(form);
    const opened = intents.get(id);
    if (!opened) return refuse(404, { code: 'resource_missing' });
    if (action === 'capture') return capture(asked, opened);
    return action === 'cancel' ? cancel(asked, opened) : ok(await show(opened, form));
  }

  return {
    route,
    intents,
    disputes,
    balance,
    settings,
    received: async (opened: Opened) => receivedIn(await bookOf(opened)),
  };
}

function onDispute({ form }: Asked, dispute: Disputed, action: string | undefined): Answer {
  if (action === undefined && !form.has('submit')) return ok(dispute);
  if (['won', 'lost'].includes(dispute.status)) return refuse(400, { code: 'dispute_closed' });
  const evidence = form.get('evidence[uncategorized_text]');
  if (evidence !== null) dispute.evidence = evidence;
  dispute.status = action === 'close' ? 'lost' : 'under_review';
  return ok(dispute);
}
