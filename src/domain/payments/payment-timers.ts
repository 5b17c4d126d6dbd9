import {
  attemptOf,
  awaitingApproval,
  isOpen,
  operationsOf,
  type Payment,
  type StartedPayment,
} from './payment.ts';
import { lapsesAt } from './refund-approval.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When an operation whose outcome is not known is asked about, after its request. Then it is for people. */
const POLLS_MS = [
  10 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  HOUR,
  6 * HOUR,
  ...[1, 2, 3, 4, 5].map((days) => days * DAY),
];

/** What is held is let go a day before the provider would: a capture in the last hours may come too late. */
const LET_GO_BEFORE_MS = DAY;

/**
 * When a payment has to be looked at next, if nothing happens to it before. Later than `after`, but for a deadline that
 * passed while something else was under way, which counts until a void was tried, and for an approval's, until it lapsed.
 */
export function nextPaymentWake(payment: Payment, after: string): string | undefined {
  if (payment.status === 'absent') return undefined;
  const afterMs = Date.parse(after);
  const polls = operationsOf(payment)
    .filter(({ operation }) => isOpen(operation))
    .flatMap(({ operation }) => POLLS_MS.map((ms) => Date.parse(operation.requestedAt) + ms));
  const deadline = deadlineOf(payment);
  const isLeft =
    deadline !== undefined && payment.voids.every(({ requestedAt }) => Date.parse(requestedAt) < deadline);
  const isBusy = [...payment.captures, ...payment.voids].some(isOpen);
  const times = [
    ...polls.filter((ms) => ms > afterMs),
    ...(isLeft && (deadline > afterMs || !isBusy) ? [deadline] : []),
    // What could not be let go of ends by itself, and somebody has to notice.
    ...endsAt(payment).filter((ms) => ms > afterMs),
    ...awaitingApproval(payment).map((approval) => Date.parse(lapsesAt(approval))),
  ];
  return times.length > 0 ? new Date(Math.min(...times)).toISOString() : undefined;
}

const endsAt = ({ status, expiresAt }: StartedPayment): number[] =>
  expiresAt !== undefined && (status === 'Authorized' || status === 'PartiallyCaptured')
    ? [Date.parse(expiresAt)]
    : [];

/** Whether the customer's time to act, or the authorization's, is over. */
export function isPastDeadline(payment: Payment, at: string): boolean {
  const deadline = deadlineOf(payment);
  return deadline !== undefined && deadline <= Date.parse(at);
}

function deadlineOf(payment: Payment): number | undefined {
  if (payment.status === 'absent' || payment.expiresAt === undefined) return undefined;
  const expiresAt = Date.parse(payment.expiresAt);
  if (payment.status === 'RequiresAction') return expiresAt;
  if (payment.status !== 'Authorized' && payment.status !== 'PartiallyCaptured') return undefined;
  const letGoAt = expiresAt - LET_GO_BEFORE_MS;
  return letGoAt > Date.parse(attemptOf(payment).requestedAt) ? letGoAt : expiresAt;
}
