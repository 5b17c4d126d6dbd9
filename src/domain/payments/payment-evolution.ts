import type { Aggregate } from '../shared/aggregate.ts';
import { assertNever, invariant } from '../shared/invariant.ts';
import { addMoney, compareMoney, zeroMoney } from '../shared/money.ts';
import type { PaymentEvent } from './payment-events.ts';
import { evolveApproval, evolveRefund } from './refund-evolution.ts';
import {
  isOpen,
  operationsOf,
  type Attempt,
  type Capture,
  type Dispute,
  type Operation,
  type Payment,
  type StartedPayment,
} from './payment.ts';

export const paymentAggregate: Aggregate<Payment, PaymentEvent> = {
  category: 'payment',
  stateVersion: 3,
  firstEvent: 'PaymentInitiated',
  absent: { status: 'absent' },
  evolve,
  // Money that was taken may yet be given back or disputed.
  isClosed: ({ status }) => status === 'Failed' || status === 'Voided' || status === 'Expired',
};

function evolve(payment: Payment, event: PaymentEvent): Payment {
  if (event.type === 'PaymentInitiated') {
    invariant(payment.status === 'absent', 'a payment is initiated once');
    const { type: _type, at, ...facts } = event;
    const nothing = zeroMoney(event.amount.currency);
    return {
      status: 'Pending',
      ...facts,
      ...{ attempts: [], captures: [], voids: [], refunds: [], approvals: [], disputes: [] },
      authorizedAmount: nothing,
      capturedAmount: nothing,
      isProcessed: false,
      createdAt: at,
      updatedAt: at,
    };
  }
  invariant(payment.status !== 'absent', `${event.type} follows PaymentInitiated`);
  return { ...evolveStarted(payment, event), updatedAt: event.at };
}

type LaterEvent = Exclude<PaymentEvent, { type: 'PaymentInitiated' }>;

function evolveStarted(payment: StartedPayment, event: LaterEvent): StartedPayment {
  switch (event.type) {
    case 'AttemptStarted':
    case 'AttemptPending':
    case 'ActionRequired':
    case 'PaymentAuthorized':
    case 'AttemptFailed':
      return evolveAttempt(payment, event);
    case 'CaptureRequested':
    case 'CaptureSucceeded':
    case 'CaptureFailed':
      return evolveCapture(payment, event);
    case 'VoidRequested':
    case 'PaymentVoided':
    case 'VoidFailed':
    case 'AuthorizationExpired':
      return evolveVoid(payment, event);
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundFailed':
      return evolveRefund(payment, event);
    case 'RefundApprovalRequested':
    case 'RefundApproved':
    case 'RefundRejected':
    case 'RefundApprovalLapsed':
      return evolveApproval(payment, event);
    case 'DisputeOpened':
    case 'DisputeUpdated':
    case 'DisputeWon':
    case 'DisputeLost':
      return evolveDispute(payment, event);
    case 'OperationOutcomeUnknown':
      return withOperation(payment, event.operationId, { outcome: 'unknown' });
    case 'OutcomeContradicted':
      return withOperation(payment, event.operationId, { contradictedBy: event.reported });
    case 'OperationReconciled':
    case 'PaymentAmountMismatch':
      return payment; // the outcome itself is another event; these say why, to those who read the log
    case 'PaymentProcessed': {
      const ended = payment.status === 'Voided' || payment.status === 'Expired';
      const status = event.isSuccessful || ended ? payment.status : 'Failed';
      return { ...payment, status, isProcessed: true };
    }
    default:
      return assertNever(event);
  }
}

type EventsOf<Type extends PaymentEvent['type']> = Extract<PaymentEvent, { type: Type }>;

function evolveAttempt(
  payment: StartedPayment,
  event: EventsOf<
    'AttemptStarted' | 'AttemptPending' | 'ActionRequired' | 'PaymentAuthorized' | 'AttemptFailed'
  >,
): StartedPayment {
  const { attemptId, at } = event;
  const { nextAction: _, expiresAt: __, ...settled } = payment;
  switch (event.type) {
    case 'AttemptStarted': {
      const { provider, providerKey } = event;
      const called = { operationId: attemptId, outcome: 'requested', requestedAt: at } as const;
      return { ...settled, attempts: [...payment.attempts, { ...called, provider, providerKey }] };
    }
    case 'AttemptPending':
      // After an action of the customer there is none left to wait for.
      return {
        ...withAttempt(settled, attemptId, { outcome: 'pending', providerRef: event.providerRef }),
        status: 'Pending',
      };
    case 'ActionRequired': {
      const { nextAction, expiresAt, providerRef } = event;
      const waiting = withAttempt(payment, attemptId, { outcome: 'requires_action', providerRef });
      return { ...waiting, status: 'RequiresAction', nextAction, expiresAt };
    }
    case 'PaymentAuthorized': {
      const { amount, providerRef, expiresAt } = event;
      const { errorCode: _code, ...authorized } = withAttempt(settled, attemptId, {
        outcome: 'succeeded',
        providerRef,
      });
      const authorizedAmount = addMoney(payment.authorizedAmount, amount);
      return {
        ...authorized,
        status: 'Authorized',
        authorizedAmount,
        ...(expiresAt === null ? {} : { expiresAt }),
      };
    }
    case 'AttemptFailed':
      return {
        ...withAttempt(settled, attemptId, { outcome: event.class }),
        status: 'Pending',
        errorCode: event.code,
      };
    default:
      return assertNever(event);
  }
}

function evolveCapture(
  payment: StartedPayment,
  event: EventsOf<'CaptureRequested' | 'CaptureSucceeded' | 'CaptureFailed'>,
): StartedPayment {
  const { captureId: operationId, at } = event;
  const known = payment.captures.some((capture) => capture.operationId === operationId);
  switch (event.type) {
    case 'CaptureRequested': {
      invariant(!known, 'a capture is requested once');
      const { amount, final } = event;
      const capture = { operationId, outcome: 'requested', requestedAt: at, amount, final } as const;
      return { ...payment, captures: [...payment.captures, capture] };
    }
    case 'CaptureSucceeded': {
      const { amount, final } = event;
      const capturedAmount = addMoney(payment.capturedAmount, amount);
      // What a provider took beyond what it had authorized it took all the same.
      const isAll = compareMoney(capturedAmount, payment.authorizedAmount) >= 0;
      const authorizedAmount = isAll ? capturedAmount : payment.authorizedAmount;
      // With automatic capture nobody requested it: the attempt did both.
      const capture: Capture = { operationId, outcome: 'succeeded', requestedAt: at, amount, final };
      const captures = known
        ? changed(payment.captures, operationId, { outcome: 'succeeded', amount })
        : [...payment.captures, capture];
      const status = final || isAll ? 'Completed' : 'PartiallyCaptured';
      return { ...payment, captures, authorizedAmount, capturedAmount, status };
    }
    case 'CaptureFailed':
      invariant(known, 'an outcome follows its capture');
      return {
        ...payment,
        captures: changed(payment.captures, operationId, { outcome: 'declined', code: event.code }),
      };
    default:
      return assertNever(event);
  }
}

function evolveVoid(
  payment: StartedPayment,
  event: EventsOf<'VoidRequested' | 'PaymentVoided' | 'VoidFailed' | 'AuthorizationExpired'>,
): StartedPayment {
  switch (event.type) {
    case 'VoidRequested': {
      const { voidId: operationId, reason, at } = event;
      return {
        ...payment,
        voids: [...payment.voids, { operationId, outcome: 'requested', requestedAt: at, reason }],
      };
    }
    case 'PaymentVoided': {
      const { nextAction: _, ...voided } = withOperation(payment, event.voidId, { outcome: 'succeeded' });
      const status = payment.capturedAmount.amountMinor > 0n ? 'Completed' : 'Voided';
      return { ...voided, status, attempts: ended(payment) };
    }
    case 'VoidFailed':
      return withOperation(payment, event.voidId, { outcome: 'declined' });
    case 'AuthorizationExpired': {
      const { nextAction: _, ...expired } = payment;
      const status = payment.capturedAmount.amountMinor > 0n ? 'Completed' : 'Expired';
      return { ...expired, status, attempts: ended(payment) };
    }
    default:
      return assertNever(event);
  }
}

/** A customer who has not acted can no longer do so. */
const ended = ({ attempts }: StartedPayment): Attempt[] =>
  attempts.map((attempt) => (isOpen(attempt) ? { ...attempt, outcome: 'declined' as const } : attempt));

function evolveDispute(
  payment: StartedPayment,
  event: EventsOf<'DisputeOpened' | 'DisputeUpdated' | 'DisputeWon' | 'DisputeLost'>,
): StartedPayment {
  const { disputeId } = event;
  if (event.type === 'DisputeOpened') {
    const { amount, fee, reason, at } = event;
    const dispute: Dispute = { disputeId, amount, fee, reason, status: 'open', openedAt: at };
    return { ...payment, disputes: [...payment.disputes, dispute] };
  }
  const status =
    event.type === 'DisputeUpdated' ? event.status : event.type === 'DisputeWon' ? 'won' : 'lost';
  invariant(
    payment.disputes.some((dispute) => dispute.disputeId === disputeId),
    `${event.type} follows DisputeOpened`,
  );
  return {
    ...payment,
    disputes: payment.disputes.map((dispute) =>
      dispute.disputeId === disputeId ? { ...dispute, status } : dispute,
    ),
  };
}

const changed = <One extends Operation>(
  operations: readonly One[],
  operationId: string,
  change: Partial<NoInfer<One>>,
): readonly One[] => operations.map((one) => (one.operationId === operationId ? { ...one, ...change } : one));

const withAttempt = (payment: StartedPayment, id: string, change: Partial<Attempt>): StartedPayment => {
  invariant(
    payment.attempts.some(({ operationId }) => operationId === id),
    'an outcome follows its attempt',
  );
  return { ...payment, attempts: changed(payment.attempts, id, change) };
};

/** Changes what is common to operations of every kind. An automatic capture shares its attempt's id. */
function withOperation(payment: StartedPayment, id: string, change: Partial<Operation>): StartedPayment {
  invariant(
    operationsOf(payment).some(({ operation }) => operation.operationId === id),
    'an outcome follows its operation',
  );
  const all = <One extends Operation>(operations: readonly One[]): readonly One[] =>
    operations.map((one) => (one.operationId === id ? { ...one, ...change } : one));
  return {
    ...payment,
    attempts: all(payment.attempts),
    captures: all(payment.captures),
    voids: all(payment.voids),
    refunds: all(payment.refunds),
  };
}
