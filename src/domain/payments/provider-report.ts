import { decideOn } from '../shared/aggregate.ts';
import { assertNever, invariant } from '../shared/invariant.ts';
import { isZero, type Money } from '../shared/money.ts';
import {
  processed,
  recordOutcome,
  settleAttempt,
  type Evidence,
  type OperationOutcome,
} from './operation-outcome.ts';
import type { PaymentEvent } from './payment-events.ts';
import { paymentAggregate } from './payment-evolution.ts';
import {
  attemptOf,
  capturableAmount,
  isOpen,
  openOperations,
  operationsOf,
  type OperationInFlight,
  type Payment,
  type StartedPayment,
} from './payment.ts';

export type DisputeReport = {
  readonly disputeId: string;
  readonly amount: Money;
  readonly fee: Money;
  readonly reason: string;
  readonly status: 'open' | 'under_review' | 'won' | 'lost';
};

/** Everything a provider knows of a payment at one moment, however it came to be asked. */
export type ProviderReport = {
  readonly operations: readonly { readonly operationId: string; readonly outcome: OperationOutcome }[];
  readonly disputes: readonly DisputeReport[];
  /** Whether what was authorized and not captured is still held. */
  readonly isHeld: boolean;
};

// A request may still be on its way when we ask: that the provider knows nothing of it is evidence only later.
const ABSENCE_TELLS_AFTER_MS = 120_000;

/** `attemptId`: the attempt that was asked about; absent: the newest. */
export type ReportEvidence = Evidence & { readonly attemptId?: string };

/** Writes down all that is new in a report. It only ever moves forward, so reports may come late and out of order. */
export function recordReport(
  report: ProviderReport,
  { at, attemptId, ...evidence }: ReportEvidence,
  payment: Payment,
): PaymentEvent[] {
  invariant(payment.status !== 'absent', 'a report follows its payment');
  const asked = attemptId ?? attemptOf(payment).operationId;
  const decision = decideOn<Payment, PaymentEvent>(paymentAggregate, payment);
  const { note } = decision;
  const current = () => decision.state() as StartedPayment;
  const known = new Set(operationsOf(payment).map(({ operation }) => operation.operationId));
  for (const { operationId, outcome } of report.operations) {
    if (known.has(operationId)) note(...recordOutcome({ ...evidence, at, operationId, outcome }, current()));
  }
  const reported = new Set(report.operations.map(({ operationId }) => operationId));
  // One provider's silence says nothing of an attempt with another.
  const lost = openOperations(current()).find(
    ({ operation: { operationId } }) => operationId === asked && !reported.has(operationId),
  );
  if (lost && ageMs(lost, at) >= ABSENCE_TELLS_AFTER_MS) {
    const outcome = { kind: 'not_sent', code: 'not_received' } as const;
    const { operationId } = lost.operation;
    note(...settleAttempt({ ...evidence, at, operationId, outcome }, attemptOf(current()), current(), true));
  }
  for (const dispute of report.disputes) note(...recordDispute(dispute, at, current()));
  // What an earlier provider no longer holds says nothing of what a later one does.
  const isOfLatest = reported.has(attemptOf(current()).operationId);
  if (!report.isHeld && isOfLatest) note(...expireAuthorization(current(), at));
  return decision.events;
}

const ageMs = ({ operation }: OperationInFlight, at: string): number =>
  Date.parse(at) - Date.parse(operation.requestedAt);

function recordDispute(report: DisputeReport, at: string, payment: StartedPayment): PaymentEvent[] {
  const { disputeId, amount, fee, reason, status } = report;
  const known = payment.disputes.find((dispute) => dispute.disputeId === disputeId);
  if (known?.status === 'won' || known?.status === 'lost' || known?.status === status) return [];
  const opened: PaymentEvent[] = known ? [] : [{ type: 'DisputeOpened', disputeId, amount, fee, reason, at }];
  switch (status) {
    case 'open':
      return opened;
    case 'under_review':
      return [...opened, { type: 'DisputeUpdated', disputeId, status, at }];
    case 'won':
      return [...opened, { type: 'DisputeWon', disputeId, amount, at }];
    case 'lost':
      return [...opened, { type: 'DisputeLost', disputeId, amount, at }];
    default:
      return assertNever(status);
  }
}

function expireAuthorization(payment: StartedPayment, at: string): PaymentEvent[] {
  const amount = capturableAmount(payment);
  const isBusy = [...payment.captures, ...payment.voids].some(isOpen);
  if (isZero(amount) || isBusy) return [];
  return [{ type: 'AuthorizationExpired', amount, at }, ...processed(payment, false, at)];
}
