import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import type { CaptureMethod } from '../../src/domain/payments/payment-events.ts';
import type { OperationKind } from '../../src/domain/payments/payment.ts';
import type { DisputeReport, ProviderReport } from '../../src/domain/payments/provider-report.ts';
import { later, usd } from './samples.ts';

export type EntryOutcome = 'succeeded' | 'declined' | 'pending' | 'requires_action';

/** One operation as the provider knows it. */
export type Entry = {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly amount: bigint;
  readonly final: boolean;
  outcome: EntryOutcome;
  /** The provider said otherwise before. */
  hasTurned: boolean;
};

/** What a provider keeps of one payment, apart from ours. It never moves what it does not have. */
export type Books = {
  readonly captureMethod: CaptureMethod;
  readonly openedAt: string;
  readonly entries: Entry[];
  readonly disputes: DisputeReport[];
  hasLapsed: boolean;
};

export const openBooks = (captureMethod: CaptureMethod, openedAt: string): Books => ({
  captureMethod,
  openedAt,
  entries: [],
  disputes: [],
  hasLapsed: false,
});

const of = (books: Books, kind: OperationKind, ...outcomes: EntryOutcome[]): Entry[] =>
  books.entries.filter((entry) => entry.kind === kind && outcomes.includes(entry.outcome));
const sum = (entries: readonly Entry[]): bigint => entries.reduce((total, { amount }) => total + amount, 0n);

const authorizedIn = (books: Books): bigint => sum(of(books, 'authorize', 'succeeded'));
export const capturedIn = (books: Books): bigint =>
  sum(of(books, books.captureMethod === 'automatic' ? 'authorize' : 'capture', 'succeeded'));
export const refundedIn = (books: Books): bigint => sum(of(books, 'refund', 'succeeded'));

const isHeld = (books: Books): boolean =>
  books.captureMethod === 'automatic' || !(books.hasLapsed || of(books, 'void', 'succeeded').length > 0);
const isDone = (books: Books): boolean =>
  capturedIn(books) === authorizedIn(books) || of(books, 'capture', 'succeeded').some(({ final }) => final);

/** Authorized, kept for us, and not captured. */
export const heldIn = (books: Books): bigint =>
  isHeld(books) && !isDone(books) ? authorizedIn(books) - capturedIn(books) : 0n;

type Asked = Pick<Entry, 'operationId' | 'kind' | 'amount' | 'final'>;

function canDo(books: Books, { kind, amount }: Asked): boolean {
  switch (kind) {
    case 'authorize':
      return true;
    case 'capture':
      return heldIn(books) - sum(of(books, 'capture', 'pending')) >= amount;
    case 'void':
      return of(books, 'capture', 'pending').length === 0 && capturedIn(books) === 0n
        ? isHeld(books)
        : heldIn(books) > 0n;
    case 'refund':
      return sum(of(books, 'refund', 'succeeded', 'pending')) + amount <= capturedIn(books);
  }
}

/** There is one entry for an id, however often it is asked for. */
export function ask(books: Books, asked: Asked, wish: EntryOutcome): Entry {
  const known = books.entries.find(({ operationId }) => operationId === asked.operationId);
  if (known) return known;
  const entry = { ...asked, outcome: canDo(books, asked) ? wish : 'declined', hasTurned: false };
  books.entries.push(entry);
  if (entry.kind === 'void' && entry.outcome === 'succeeded') stopWaiting(books);
  return entry;
}

export function settle(books: Books, entry: Entry, outcome: 'succeeded' | 'declined'): void {
  if (entry.outcome !== 'pending' && entry.outcome !== 'requires_action') return;
  const canSucceed = entry.kind === 'refund' || isHeld(books);
  entry.outcome = canSucceed ? outcome : 'declined';
  if (entry.kind === 'void' && entry.outcome === 'succeeded') stopWaiting(books);
}

/** A customer who has not acted by then no longer can. */
function stopWaiting(books: Books): void {
  for (const entry of of(books, 'authorize', 'pending', 'requires_action')) entry.outcome = 'declined';
}

export function lapse(books: Books): void {
  if (books.captureMethod === 'automatic') return;
  books.hasLapsed = true;
  stopWaiting(books);
}

/** What it had declined it did after all; what it had given back came back. */
export function turn(books: Books, entry: Entry): void {
  const isLate = entry.kind === 'authorize' && entry.outcome === 'declined' && isHeld(books);
  const cameBack = entry.kind === 'refund' && entry.outcome === 'succeeded';
  if (!isLate && !cameBack) return;
  entry.outcome = isLate ? 'succeeded' : 'declined';
  entry.hasTurned = true;
}

export function dispute(books: Books, news: DisputeReport): void {
  const index = books.disputes.findIndex(({ disputeId }) => disputeId === news.disputeId);
  const known = books.disputes[index];
  if (!known) books.disputes.push(news);
  else if (known.status !== 'won' && known.status !== 'lost')
    books.disputes[index] = { ...known, status: news.status };
}

export function answerTo(books: Books, { kind, outcome, amount, operationId }: Entry): OperationOutcome {
  const providerRef = 'ref';
  switch (outcome) {
    case 'succeeded':
      return { kind: 'succeeded', providerRef, ...(kind === 'void' ? {} : { amount: usd(amount) }) };
    case 'declined':
      return { kind: 'declined', code: `no_${kind}` };
    case 'pending':
      return { kind: 'pending', providerRef };
    case 'requires_action': {
      const nextAction = { type: 'redirect', url: `https://bank.invalid/${operationId}` } as const;
      return { kind: outcome, providerRef, nextAction, expiresAt: later(books.openedAt, 30 * 60_000) };
    }
  }
}

export const reportOf = (books: Books): ProviderReport => ({
  operations: books.entries.map((entry) => ({
    operationId: entry.operationId,
    outcome: answerTo(books, entry),
  })),
  disputes: [...books.disputes],
  isHeld: isHeld(books),
});
