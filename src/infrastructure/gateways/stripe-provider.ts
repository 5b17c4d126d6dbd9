import type { Stripe } from 'stripe';
import type {
  AuthorizeRequest,
  PaymentProvider,
  ProviderCapabilities,
} from '../../application/provider-ports.ts';
import type { OperationOutcome } from '../../domain/payments/operation-outcome.ts';
import type { ProviderReport } from '../../domain/payments/provider-report.ts';
import { parsePaymentId } from '../../domain/shared/ids.ts';
import { capturesIn } from './stripe-captures.ts';
import { stripeDisputes } from './stripe-disputes.ts';
import { answered, asked } from './stripe-failure.ts';
import { stripeFinder } from './stripe-finder.ts';
import {
  cancelAt,
  captureAt,
  disputesOf,
  EXPAND,
  NOT_REPRESENTABLE,
  refundAt,
  refundsOf,
} from './stripe-follow-ups.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-money.ts';
import { authorizationOutcome, chargeOf, disputeReport, isHeld, refundOutcome } from './stripe-outcomes.ts';
import { loadStripe, stripeClient } from './stripe-sdk.ts';
import { parseStripeWebhook } from './stripe-webhook.ts';

export type StripeOptions = {
  /** What payments call it, for ever: two accounts need two names. */
  readonly name?: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Instead of Stripe's own, for what speaks its API. */
  readonly apiUrl?: string;
  readonly timeoutMs: number;
  /** Where the customer's bank sends them back to. Absent: a card that needs them to act is declined. */
  readonly returnUrl?: string;
  /** Stripe offers it by contract only (multicapture): elsewhere one capture ends the authorization. */
  readonly severalCaptures?: boolean;
};

export async function stripeProvider(options: StripeOptions): Promise<PaymentProvider> {
  const stripe = stripeClient(await loadStripe(), options);
  const { name = 'stripe', webhookSecret, severalCaptures = false } = options;
  return {
    name,
    capabilities: { accepts, severalCaptures },
    authorize: (request) => authorize(stripe, options, request),
    capture: (request) => captureAt(stripe, severalCaptures, request),
    void: (request) => cancelAt(stripe, request),
    refund: (request) => refundAt(stripe, request),
    retrieve: stripeReports(stripe),
    paymentOf: async (providerRef) => {
      const { metadata } = await answered(() => stripe.paymentIntents.retrieve(providerRef));
      return parsePaymentId(metadata['payment_id'] ?? '');
    },
    parseWebhook: (rawBody, headers) => parseStripeWebhook(stripe.webhooks, webhookSecret, rawBody, headers),
    ...stripeDisputes(stripe),
  };
}

// A transfer needs instructions for the customer that we have no place for; wallets pay with the card in them.
const accepts: ProviderCapabilities['accepts'] = ({ amount, paymentMethod }) =>
  paymentMethod !== 'bank_transfer' && toStripeAmount(amount) !== undefined;

async function authorize(
  stripe: Stripe,
  { returnUrl, severalCaptures = false }: StripeOptions,
  { operationId, paymentId, amount, paymentToken, captureMethod }: AuthorizeRequest,
): Promise<OperationOutcome> {
  const asStripe = toStripeAmount(amount);
  if (asStripe === undefined) return NOT_REPRESENTABLE;
  // With nowhere to come back to, a customer who has to act is a decline; Stripe offers that for named methods only.
  const action = returnUrl
    ? {
        automatic_payment_methods: { enabled: true, allow_redirects: 'always' as const },
        return_url: returnUrl,
      }
    : { payment_method_types: ['card'], error_on_requires_action: true };
  const card = { request_multicapture: 'if_available' as const };
  const isSplit = severalCaptures && captureMethod === 'manual';
  const params: Stripe.PaymentIntentCreateParams = {
    ...{ amount: asStripe, currency: amount.currency.toLowerCase(), ...action, ...EXPAND },
    ...{ payment_method: paymentToken, capture_method: captureMethod, confirm: true },
    ...(isSplit ? { payment_method_options: { card } } : {}),
    metadata: { payment_id: paymentId, operation_id: operationId },
  };
  const opened = await asked(() => stripe.paymentIntents.create(params, { idempotencyKey: operationId }));
  return opened.ok ? authorizationOutcome(opened.value) : opened.error;
}

function stripeReports(stripe: Stripe): PaymentProvider['retrieve'] {
  const find = stripeFinder(stripe);
  return async ({ attemptId, providerRef }): Promise<ProviderReport> => {
    const ref = providerRef ?? (await find(attemptId));
    if (ref === undefined) return { operations: [], disputes: [], isHeld: true };
    const intent = await answered(() => stripe.paymentIntents.retrieve(ref, EXPAND));
    const hasMoved = chargeOf(intent) !== undefined;
    const [refunds, disputes] = hasMoved
      ? await Promise.all([refundsOf(stripe, ref), disputesOf(stripe, ref)])
      : [[], []];
    return {
      operations: [
        {
          operationId: intent.metadata['operation_id'] ?? attemptId,
          outcome: authorizationOutcome(intent),
        },
        // A cancellation takes no metadata. A void that is missing here is sent again, and finds itself done.
        ...capturesIn(intent)
          .toReversed()
          .map(({ operationId, amount }) => ({
            operationId,
            outcome: {
              kind: 'succeeded' as const,
              providerRef: ref,
              amount: fromStripeAmount(amount, intent.currency),
            },
          })),
        ...refunds.flatMap((refund) => {
          const operationId = refund.metadata?.['operation_id'];
          return operationId === undefined ? [] : [{ operationId, outcome: refundOutcome(refund, ref) }];
        }),
      ],
      disputes: disputes.flatMap((dispute) => disputeReport(dispute) ?? []),
      isHeld: isHeld(intent, new Date()),
    };
  };
}
