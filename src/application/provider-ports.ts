import type { ProviderTransaction, Settlement } from '../domain/ledger/settlement.ts';
import type { OperationOutcome } from '../domain/payments/operation-outcome.ts';
import type { CaptureMethod, PaymentMethod } from '../domain/payments/payment-events.ts';
import type { ProviderReport } from '../domain/payments/provider-report.ts';
import type { PaymentId, TenantId } from '../domain/shared/ids.ts';
import type { Money } from '../domain/shared/money.ts';
import type { Result } from '../domain/shared/result.ts';

export type AuthorizeRequest = {
  /** The idempotency key. */
  readonly operationId: string;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly paymentMethod: PaymentMethod;
  readonly paymentToken: string;
  readonly captureMethod: CaptureMethod;
};

/** A later operation on what `providerRef` names. */
export type FollowUp = {
  /** The idempotency key. */
  readonly operationId: string;
  readonly paymentId: PaymentId;
  readonly providerRef: string;
};

/** What a provider can do at all; it is not offered what it cannot. */
export type ProviderCapabilities = {
  /** False for what it could not represent exactly: a currency, a method, a way of capturing. */
  readonly accepts: (payment: {
    readonly amount: Money;
    readonly paymentMethod: PaymentMethod;
    readonly captureMethod: CaptureMethod;
  }) => boolean;
  /** One authorization can be captured in several parts. */
  readonly severalCaptures: boolean;
  /** What pays when no token is given; absent: there must be one. */
  readonly defaultToken?: string;
};

/** A provider's message that something happened. Only a hint where to look: what is true is retrieved. */
export type ProviderWebhook = {
  /** The provider's own id of the message: it comes again under it until it is answered. */
  readonly eventId: string;
  readonly type: string;
  /** Ours, which the provider keeps with the payment. */
  readonly paymentId?: PaymentId;
  /** The provider's own, where the message does not carry ours. Neither: it is about no payment at all. */
  readonly providerRef?: string;
};

export type ReceivedWebhook = ProviderWebhook & { readonly provider: string };

/** Webhooks that were received, each once for its provider and event id, until what they are about was looked at. */
export type WebhookInbox = {
  /** Committed when it returns; false: it was there already. */
  keep(webhook: ReceivedWebhook): Promise<boolean>;
  /** Those that are due, each claimed for a while: whoever dies with it leaves it to the next. */
  claimDue(): Promise<readonly ReceivedWebhook[]>;
  settle(webhook: ReceivedWebhook, outcome: 'handled' | 'unrelated'): Promise<void>;
  /** Tried again later, ever more rarely, and never dropped. */
  putOff(webhook: ReceivedWebhook, problem: string): Promise<void>;
};

/** Whose a payment is; undefined: there is none, or not yet. */
export type TenantOf = (paymentId: PaymentId) => Promise<TenantId | undefined>;

/** A refusal never quotes the signature or the body. */
export type WebhookRefusal = {
  readonly code: 'webhook-signature-invalid' | 'webhook-unreadable';
  readonly reason: string;
};

export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A dispute of the payment that `providerRef` names. */
export type DisputeRequest = {
  readonly paymentId: PaymentId;
  readonly providerRef: string;
  readonly disputeId: string;
};

/**
 * A payment provider. The same `operationId` again has no second effect and gives the first outcome. A thrown fault
 * means that the outcome is unknown.
 */
export type PaymentProvider = {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /** With automatic capture it takes the money at once. */
  authorize(request: AuthorizeRequest): Promise<OperationOutcome>;
  capture(request: FollowUp & { readonly amount: Money; readonly final: boolean }): Promise<OperationOutcome>;
  /** Lets go of what is held and not captured. */
  void(request: FollowUp): Promise<OperationOutcome>;
  refund(request: FollowUp & { readonly amount: Money }): Promise<OperationOutcome>;
  /** All it knows of a payment, found by its own reference or by our attempt; no operations if it knows nothing. */
  retrieve(request: {
    readonly paymentId: PaymentId;
    readonly attemptId: string;
    readonly providerRef?: string;
  }): Promise<ProviderReport>;
  /** Checks the signature, and that the message is not an old one played again, before it reads a byte of it. */
  parseWebhook(rawBody: Uint8Array, headers: WebhookHeaders): Result<ProviderWebhook, WebhookRefusal>;
  /** Our id of what the provider calls so; undefined: it is none of ours. */
  paymentOf(providerRef: string): Promise<PaymentId | undefined>;
  /** Gives the dispute up. What has become of it shows in `retrieve`; repeating it changes nothing. */
  acceptDispute(request: DisputeRequest): Promise<void>;
  /** Sends what speaks against the dispute; the customer's bank decides. */
  submitEvidence(request: DisputeRequest & { readonly evidence: string }): Promise<void>;
};

/** What customers of a simulated provider are asked on its page. */
export type Challenges = {
  find(reference: string): Promise<{ readonly amount: Money; readonly isOpen: boolean } | undefined>;
  /** Once: an answered one, or one whose time is over, stays as it is. */
  answer(reference: string, isApproved: boolean): Promise<void>;
};

/** Calendar days in UTC, `YYYY-MM-DD`, both included. */
export type Days = { readonly from: string; readonly to: string };

/** What a provider's own books say of our account with it; nobody tells it what ours say. */
export type SettlementSource = {
  readonly name: string;
  /** What moved on those days, by its clock. */
  transactions(days: Days, how?: Asking): Promise<readonly ProviderTransaction[]>;
  /** What was paid out on those days, one a currency and payout, the earliest first. */
  settlements(days: Days, how?: AskingUntil): Promise<readonly Settlement[]>;
};

/** `signal`: nobody waits for the answer any more; what it takes several calls to find is asked for no further. */
export type Asking = { readonly signal?: AbortSignal };

/** `isEnough`: what was paid out after such a one is not wanted, and need not be in the answer. */
export type AskingUntil = Asking & { readonly isEnough?: (settlement: Settlement) => boolean };

/** Which providers a payment is offered to, the first first; declined or not sent, it goes to the next. */
export type PaymentRouting = {
  routeFor(payment: {
    readonly amount: Money;
    readonly paymentMethod: PaymentMethod;
    readonly captureMethod: CaptureMethod;
  }): readonly string[];
  /** Throws for one that is not configured, or no longer. */
  provider(name: string): PaymentProvider;
  knows(name: string): boolean;
};
