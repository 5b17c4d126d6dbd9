import type { PaymentId } from '../../src/domain/shared/ids.ts';
import { isHeld, type Entry, type Intent } from '../../src/infrastructure/gateways/simulated-books.ts';

/** What Stripe keeps beside the amounts, which are in the books of the simulated provider. */
export type Opened = {
  readonly id: string;
  readonly paymentId: PaymentId;
  /** Of the operation in the books that opened it. */
  readonly bookId: string;
  metadata: Readonly<Record<string, string>>;
  createdS: number;
  isInSearch: boolean;
};

export type Book = { readonly intent: Intent; readonly entries: readonly Entry[] };

const sum = (entries: readonly Entry[]): number =>
  entries.reduce((total, { amount_minor }) => total + Number(amount_minor), 0);

const succeeded = ({ entries }: Book, kind: Entry['kind']): readonly Entry[] =>
  entries.filter((entry) => entry.kind === kind && entry.outcome === 'succeeded');

export function receivedIn(book: Book): number {
  if (book.intent.capture_method === 'manual') return sum(succeeded(book, 'capture'));
  return sum(succeeded(book, 'authorize'));
}

export function statusOf(book: Book): string {
  const authorization = book.entries.find(({ kind }) => kind === 'authorize');
  if (succeeded(book, 'void').length > 0) return receivedIn(book) > 0 ? 'succeeded' : 'canceled';
  switch (authorization?.outcome) {
    case 'succeeded': {
      if (book.intent.capture_method === 'automatic') return 'succeeded';
      const isOver = succeeded(book, 'capture').some(({ is_final }) => is_final);
      return isOver || receivedIn(book) === Number(book.intent.amount_minor)
        ? 'succeeded'
        : 'requires_capture';
    }
    case 'declined':
      return 'requires_payment_method';
    case 'pending':
      return 'processing';
    default:
      return authorization?.outcome ?? 'requires_confirmation';
  }
}

export function intentObject(opened: Opened, book: Book, isExpanded: boolean): Record<string, unknown> {
  const { id, metadata, createdS } = opened;
  const { intent, entries } = book;
  const status = statusOf(book);
  const declined = entries.find(({ kind, outcome }) => kind === 'authorize' && outcome === 'declined');
  const charge = chargeObject(opened, book);
  return {
    id,
    object: 'payment_intent',
    amount: Number(intent.amount_minor),
    amount_received: receivedIn(book),
    capture_method: intent.capture_method,
    client_secret: `${id}_secret_of_the_customer`,
    created: createdS,
    currency: intent.currency.toLowerCase(),
    last_payment_error: declined
      ? { type: 'card_error', code: 'card_declined', decline_code: declined.code }
      : null,
    latest_charge: charge && !isExpanded ? charge.id : charge,
    metadata,
    next_action:
      status === 'requires_action'
        ? {
            type: 'redirect_to_url',
            redirect_to_url: { url: `https://bank.invalid/${id}`, return_url: null },
          }
        : null,
    status,
  };
}

export const chargeIdOf = (intentId: string): string => intentId.replace('pi_', 'ch_');

/** Only what was authorized has one here: that of a declined card is of no use to anybody. */
export function chargeObject({ id, paymentId }: Opened, book: Book) {
  const { intent } = book;
  const [authorized] = succeeded(book, 'authorize');
  if (!authorized) return null;
  const isManual = intent.capture_method === 'manual';
  const card = isManual ? { capture_before: Math.floor(intent.hold_until.getTime() / 1_000) } : {};
  return {
    id: chargeIdOf(id),
    object: 'charge',
    amount: Number(intent.amount_minor),
    // As the intent's were when it was made: without the marks of captures.
    metadata: { payment_id: paymentId },
    payment_intent: id,
    status: 'succeeded',
    captured: receivedIn(book) > 0,
    refunded: !isHeld(intent, book.entries),
    payment_method_details: { type: 'card', card },
  };
}

const REFUND_STATUS = {
  succeeded: 'succeeded',
  pending: 'pending',
  declined: 'failed',
  requires_action: 'requires_action',
};

export const refundObject = (
  { id, intentId, currency, metadata }: Refunded,
  { amount_minor, outcome, code }: Entry,
): Record<string, unknown> => ({
  id,
  object: 'refund',
  amount: Number(amount_minor),
  currency,
  failure_reason: code ?? undefined,
  metadata,
  payment_intent: intentId,
  status: REFUND_STATUS[outcome],
});

export type Refunded = {
  readonly id: string;
  readonly bookId: string;
  readonly intentId: string;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
};

export type Disputed = {
  readonly id: string;
  readonly object: 'dispute';
  readonly payment_intent: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
  status: string;
  readonly balance_transactions: readonly {
    readonly fee: number;
    readonly currency: string;
    readonly reporting_category: string;
  }[];
  evidence?: string;
};

/** Stripe's cursor is the last id of the page before. */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  form: URLSearchParams,
  max: number,
): { items: T[]; hasMore: boolean } {
  const after = all.findIndex(({ id }) => id === form.get('starting_after')) + 1;
  const size = Math.min(max, Number(form.get('limit') ?? 10));
  return { items: all.slice(after, after + size), hasMore: all.length > after + size };
}
