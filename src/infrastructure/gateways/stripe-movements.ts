import type { Stripe } from 'stripe';
import type { MovementKind, ProviderTransaction } from '../../domain/ledger/settlement.ts';
import { parsePaymentId, type PaymentId } from '../../domain/shared/ids.ts';
import { subtractMoney, zeroMoney } from '../../domain/shared/money.ts';
import { capturesIn, type Captured } from './stripe-captures.ts';
import { StripeFault } from './stripe-failure.ts';
import { fromStripeAmount } from './stripe-money.ts';

/** A charge has the metadata that its intent had when it was made; the marks of captures come later. */
export const EXPAND_SOURCE = ['data.source', 'data.source.payment_intent'];

type Source = Stripe.Charge | Stripe.Refund | Stripe.Dispute;
type Rule = { readonly kind: MovementKind; readonly source: Source['object'] };

/**
 * By Stripe's reporting categories: its types call a dispute, the end of one and a failed refund an adjustment alike.
 * https://docs.stripe.com/reports/reporting-categories
 */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ['charge', { kind: 'capture', source: 'charge' }],
  ['refund', { kind: 'refund', source: 'refund' }],
  ['refund_failure', { kind: 'refund_failure', source: 'refund' }],
  ['dispute', { kind: 'dispute', source: 'dispute' }],
  ['dispute_reversal', { kind: 'dispute_won', source: 'dispute' }],
]);

/** Not the one that brings back a payout that failed: what the bank has not got is for people to see. */
const PAYOUTS: readonly string[] = ['payout', 'payout_cancel'];

/** What leaves for our bank is in the payouts; all else moved. */
export const isMovement = ({ type }: Stripe.BalanceTransaction): boolean => !PAYOUTS.includes(type);

/**
 * A transaction in our terms, in the currency in which Stripe settles it. Where that is not the payment's, Stripe has
 * exchanged the money, which the ledger does not know of: it stays a difference for people to see.
 */
export function movementOf(
  transaction: Stripe.BalanceTransaction,
  captureId: string | undefined,
): ProviderTransaction {
  const { id: transactionId, amount, fee, currency, created } = transaction;
  const source = sourceOf(transaction);
  const kind = kindOf(transaction, source);
  const operationId = kind === 'capture' ? captureId : operationOf(kind, source);
  const paymentId = paymentOf(source);
  const [moved, kept] = [fromStripeAmount(amount, currency), fromStripeAmount(fee, currency)];
  // The ledger books a dispute with its fee. One that is given back when it is won comes with the payout.
  const isWhole = kind === 'dispute';
  return {
    transactionId,
    kind,
    ...(operationId === undefined ? {} : { operationId }),
    ...(paymentId === undefined ? {} : { paymentId }),
    gross: isWhole ? subtractMoney(moved, kept) : moved,
    fee: isWhole ? zeroMoney(moved.currency) : kept,
    at: new Date(created * 1_000).toISOString(),
  };
}

/** Undefined where there is none, or one that no payment of ours has. */
function sourceOf({ id, source }: Stripe.BalanceTransaction): Source | undefined {
  if (typeof source === 'string') throw new StripeFault(`Stripe did not expand the source of ${id}`);
  switch (source?.object) {
    case 'charge':
    case 'refund':
    case 'dispute':
      return source;
    default:
      return undefined;
  }
}

function kindOf(
  { reporting_category }: Stripe.BalanceTransaction,
  source: Source | undefined,
): ProviderTransaction['kind'] {
  const rule = RULES.get(reporting_category);
  return rule && rule.source === source?.object ? rule.kind : 'adjustment';
}

function operationOf(kind: ProviderTransaction['kind'], source: Source | undefined): string | undefined {
  if (kind === 'adjustment' || !source) return undefined;
  return source.object === 'dispute' ? source.id : (source.metadata?.['operation_id'] ?? undefined);
}

function intentOf({ id, payment_intent }: Source): Stripe.PaymentIntent | undefined {
  if (typeof payment_intent === 'string')
    throw new StripeFault(`Stripe did not expand the payment intent of ${id}`);
  return payment_intent ?? undefined;
}

/** A refund or a dispute that was made by other hands belongs to the payment all the same. */
function paymentOf(source: Source | undefined): PaymentId | undefined {
  const intent = source && intentOf(source);
  return parsePaymentId(intent?.metadata['payment_id'] ?? '');
}

/** What was charged, and the captures it is known to be, the oldest first; undefined for what is no capture. */
export type ChargeCaptures = { readonly chargeId: string; readonly captures: readonly Captured[] };

export function capturesOf(transaction: Stripe.BalanceTransaction): ChargeCaptures | undefined {
  const source = sourceOf(transaction);
  if (source?.object !== 'charge' || kindOf(transaction, source) !== 'capture') return undefined;
  const intent = intentOf(source);
  return { chargeId: source.id, captures: intent ? operationsOf(intent) : [] };
}

/** What is taken at once is captured by the operation that authorizes it. */
function operationsOf(intent: Stripe.PaymentIntent): readonly Captured[] {
  if (intent.capture_method === 'manual') return capturesIn(intent).toReversed();
  const operationId = intent.metadata['operation_id'];
  return operationId === undefined ? [] : [{ operationId, amount: intent.amount_received }];
}

type Charged = Pick<Stripe.BalanceTransaction, 'id' | 'amount'>;

/**
 * Which transaction of a charge is which capture: Stripe names the charge alone. Both come in the order in which they
 * were made. Where there are more of one than of the other, only those of one amount are told.
 */
export function pairCaptures(
  captures: readonly Captured[],
  transactions: readonly Charged[],
): ReadonlyMap<string, string> {
  const left = [...captures];
  const isEven = captures.length === transactions.length;
  const pairs = transactions.flatMap(({ id, amount }): [string, string][] => {
    const index = isEven ? 0 : left.findIndex((capture) => capture.amount === amount);
    const [capture] = index < 0 ? [] : left.splice(index, 1);
    return capture ? [[id, capture.operationId]] : [];
  });
  return new Map(pairs);
}
