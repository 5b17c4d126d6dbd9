import type { Stripe } from 'stripe';
import type { FollowUp } from '../../application/provider-ports.ts';
import type { OperationOutcome } from '../../domain/payments/operation-outcome.ts';
import type { Money } from '../../domain/shared/money.ts';
import { capturesIn, markOf } from './stripe-captures.ts';
import { answered, asked, StripeFault, type Refusal } from './stripe-failure.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-money.ts';
import { isLetGo, refundOutcome } from './stripe-outcomes.ts';

/** With the charge in full: it knows what was held, and until when. */
export const EXPAND = { expand: ['latest_charge'] };

export const NOT_REPRESENTABLE: OperationOutcome = { kind: 'declined', code: 'amount_not_representable' };

const PAGE = 100;
/** More than a payment has, and an end to a list that goes wrong. */
const LISTED_MAX = 10_000;

export async function captureAt(
  stripe: Stripe,
  severalCaptures: boolean,
  request: FollowUp & { readonly amount: Money; readonly final: boolean },
): Promise<OperationOutcome> {
  const { operationId, providerRef, amount, final } = request;
  const asStripe = toStripeAmount(amount);
  if (asStripe === undefined) return NOT_REPRESENTABLE;
  // Stripe would let go of the rest without a word.
  if (!final && !severalCaptures) return { kind: 'declined', code: 'capture_must_be_final' };
  let before = 0;
  if (severalCaptures) {
    const intent = await asked(() => stripe.paymentIntents.retrieve(providerRef, EXPAND));
    if (!intent.ok) return notSentOrFault(intent.error);
    // A repetition: with what was captured since it would be another request, which Stripe refuses under its key.
    const done = captureIn(intent.value, operationId);
    if (done) return done;
    before = intent.value.amount_received;
  }
  const params = {
    amount_to_capture: asStripe,
    ...(final ? {} : { final_capture: false }),
    metadata: markOf(operationId, before, asStripe),
    ...EXPAND,
  };
  const options = { idempotencyKey: operationId };
  const captured = await asked(() => stripe.paymentIntents.capture(providerRef, params, options));
  if (!captured.ok)
    return settled(stripe, request, captured.error, (intent) => captureIn(intent, operationId));
  const done = captureIn(captured.value, operationId);
  if (!done) throw new StripeFault(`Stripe captured ${providerRef}, and does not show it`);
  return done;
}

function captureIn(intent: Stripe.PaymentIntent, operationId: string): OperationOutcome | undefined {
  const found = capturesIn(intent).find((capture) => capture.operationId === operationId);
  if (!found) return undefined;
  const amount = fromStripeAmount(found.amount, intent.currency);
  return { kind: 'succeeded', providerRef: intent.id, amount };
}

export async function cancelAt(stripe: Stripe, request: FollowUp): Promise<OperationOutcome> {
  const { operationId: idempotencyKey, providerRef } = request;
  const canceled = await asked(() => stripe.paymentIntents.cancel(providerRef, EXPAND, { idempotencyKey }));
  if (!canceled.ok) return settled(stripe, request, canceled.error, cancellationIn);
  const done = cancellationIn(canceled.value);
  if (!done) throw new StripeFault(`Stripe canceled ${providerRef}, which is ${canceled.value.status}`);
  return done;
}

const cancellationIn = (intent: Stripe.PaymentIntent): OperationOutcome | undefined =>
  isLetGo(intent) ? { kind: 'succeeded', providerRef: intent.id } : undefined;

export async function refundAt(
  stripe: Stripe,
  request: FollowUp & { readonly amount: Money },
): Promise<OperationOutcome> {
  const { operationId, paymentId, providerRef, amount } = request;
  const asStripe = toStripeAmount(amount);
  if (asStripe === undefined) return NOT_REPRESENTABLE;
  // Under a forgotten key a part would be given back twice. Lists do not lag; what follows at once the key decides.
  const made = await asked(() => listRefunds(stripe, providerRef));
  if (!made.ok) return notSentOrFault(made.error);
  const earlier = made.value.find((one) => one.metadata?.['operation_id'] === operationId);
  if (earlier) return refundOutcome(earlier, providerRef);
  const metadata = { payment_id: paymentId, operation_id: operationId };
  const params = { payment_intent: providerRef, amount: asStripe, metadata };
  const options = { idempotencyKey: operationId };
  const refund = await asked(() => stripe.refunds.create(params, options));
  return refund.ok ? refundOutcome(refund.value, providerRef) : refund.error;
}

/** Of a call that only looked: what Stripe refuses there is no outcome of the operation. */
function notSentOrFault(refusal: Refusal): OperationOutcome {
  if (refusal.kind === 'not_sent') return refusal;
  throw new StripeFault(`Stripe refused: ${refusal.code}`);
}

/** A key is forgotten after a day: what it was used for is refused from then on, because it was done. */
async function settled(
  stripe: Stripe,
  { providerRef }: FollowUp,
  refusal: Refusal,
  earlier: (intent: Stripe.PaymentIntent) => OperationOutcome | undefined,
): Promise<OperationOutcome> {
  if (refusal.kind === 'not_sent') return refusal;
  // A fault where Stripe has none of that name: with another account's key it says nothing of the payment.
  return earlier(await answered(() => stripe.paymentIntents.retrieve(providerRef, EXPAND))) ?? refusal;
}

const listRefunds = (stripe: Stripe, payment_intent: string): Promise<Stripe.Refund[]> =>
  stripe.refunds.list({ payment_intent, limit: PAGE }).autoPagingToArray({ limit: LISTED_MAX });

export const refundsOf = (stripe: Stripe, payment_intent: string): Promise<Stripe.Refund[]> =>
  answered(() => listRefunds(stripe, payment_intent));

export const disputesOf = (stripe: Stripe, payment_intent: string): Promise<Stripe.Dispute[]> =>
  answered(() =>
    stripe.disputes.list({ payment_intent, limit: PAGE }).autoPagingToArray({ limit: LISTED_MAX }),
  );
