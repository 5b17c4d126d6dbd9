import type { Stripe } from 'stripe';
import type { OperationOutcome } from '../../domain/payments/operation-outcome.ts';
import type { DisputeReport } from '../../domain/payments/provider-report.ts';
import { capturesIn, type Captured } from './stripe-captures.ts';
import { StripeFault } from './stripe-failure.ts';
import { fromStripeAmount } from './stripe-money.ts';

/** Stripe names no end of a customer's action; the checkout gives one half an hour. */
const ACTION_MS = 30 * 60_000;

/** Absent until something was charged or held. */
export function chargeOf({ latest_charge }: Stripe.PaymentIntent): Stripe.Charge | undefined {
  if (typeof latest_charge === 'string')
    throw new StripeFault(`Stripe did not expand the charge ${latest_charge}`);
  return latest_charge ?? undefined;
}

/** What became of the attempt that made the intent, whatever was captured or let go of since. */
export function authorizationOutcome(intent: Stripe.PaymentIntent): OperationOutcome {
  const { id: providerRef, status, last_payment_error, next_action, created } = intent;
  switch (status) {
    case 'succeeded':
    case 'requires_capture':
      return authorized(intent);
    case 'canceled':
      // Canceled with a charge that succeeded: it was held, and is no more. That it was authorized stays true.
      return chargeOf(intent)?.status === 'succeeded'
        ? authorized(intent)
        : { kind: 'declined', code: 'canceled' };
    case 'requires_action': {
      const url = next_action?.redirect_to_url?.url;
      // Something that is not done at an address, such as a voucher: Stripe says when it was.
      if (!url) return { kind: 'pending', providerRef };
      const expiresAt = new Date(created * 1_000 + ACTION_MS).toISOString();
      return { kind: 'requires_action', providerRef, nextAction: { type: 'redirect', url }, expiresAt };
    }
    case 'requires_payment_method':
      // Without an error the confirmation is on its way, or never came about; either may still end.
      return last_payment_error
        ? { kind: 'declined', code: codeOf(last_payment_error) }
        : { kind: 'pending', providerRef };
    case 'processing':
    case 'requires_confirmation':
      return { kind: 'pending', providerRef };
    default:
      throw new StripeFault(`Stripe reports a payment intent that is ${status}`);
  }
}

function authorized(intent: Stripe.PaymentIntent): OperationOutcome {
  const { id: providerRef, currency, amount_received } = intent;
  if (intent.capture_method !== 'manual')
    return { kind: 'succeeded', providerRef, amount: fromStripeAmount(amount_received, currency) };
  const charge = chargeOf(intent);
  const expiresAt = holdEndsAt(charge);
  return {
    kind: 'succeeded',
    providerRef,
    amount: fromStripeAmount(charge?.amount ?? intent.amount, currency),
    ...(expiresAt === undefined ? {} : { authorizationExpiresAt: expiresAt }),
  };
}

const codeOf = ({ decline_code, code }: Stripe.PaymentIntent.LastPaymentError): string =>
  [decline_code, code].find(Boolean) ?? 'declined';

function holdEndsAt(charge: Stripe.Charge | undefined): string | undefined {
  const seconds = charge?.payment_method_details?.card?.capture_before;
  return seconds === undefined ? undefined : new Date(seconds * 1_000).toISOString();
}

/** Whether what was authorized and not captured is still kept for us. */
export function isHeld(intent: Stripe.PaymentIntent, now: Date): boolean {
  if (intent.status === 'canceled') return false;
  if (intent.capture_method !== 'manual') return true;
  // What a last capture leaves is let go. Captured by other hands it is for people: that is no authorization's end.
  if (intent.status === 'succeeded') return sumOf(capturesIn(intent)) !== intent.amount_received;
  // Stripe cancels the intent some time after the bank let go.
  const endsAt = holdEndsAt(chargeOf(intent));
  return endsAt === undefined || Date.parse(endsAt) > now.getTime();
}

const sumOf = (captured: readonly Captured[]): number =>
  captured.reduce((sum, { amount }) => sum + amount, 0);

/** Whether a void has nothing left to do: the intent was canceled, or a part was captured and the rest let go. */
export const isLetGo = ({ status, amount, amount_received }: Stripe.PaymentIntent): boolean =>
  status === 'canceled' || (status === 'succeeded' && amount_received < amount);

export function refundOutcome(refund: Stripe.Refund, providerRef: string): OperationOutcome {
  const { status, amount, currency, failure_reason } = refund;
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', providerRef, amount: fromStripeAmount(amount, currency) };
    case 'failed':
    case 'canceled':
      return { kind: 'declined', code: failure_reason ?? status };
    case 'pending':
    case 'requires_action':
      return { kind: 'pending', providerRef };
    default:
      throw new StripeFault(`Stripe reports a refund that is ${status}`);
  }
}

/** Undefined for inquiries and disputes that were prevented: they take no money, and a refund may answer them. */
export function disputeReport(dispute: Stripe.Dispute): DisputeReport | undefined {
  const status = DISPUTE_STATUS[dispute.status];
  if (!status) return undefined;
  const { id: disputeId, amount, currency, reason, balance_transactions } = dispute;
  // Of the withdrawal alone: what is given back of it with a dispute that is won comes with the payout, whenever we
  // first hear of it. Fees are in the currency of the account. In another one than the payment's they show in its payouts.
  const fee = balance_transactions
    .filter((one) => one.currency === currency && one.reporting_category === 'dispute')
    .reduce((sum, transaction) => sum + transaction.fee, 0);
  return {
    disputeId,
    amount: fromStripeAmount(amount, currency),
    fee: fromStripeAmount(Math.max(fee, 0), currency),
    reason,
    status,
  };
}

const DISPUTE_STATUS: Readonly<Record<string, DisputeReport['status']>> = {
  needs_response: 'open',
  under_review: 'under_review',
  won: 'won',
  lost: 'lost',
};
