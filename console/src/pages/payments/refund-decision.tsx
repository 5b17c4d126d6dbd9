import type { Payment, Refund } from '@order-payments/client';
import { useState } from 'react';
import { formatMoney, Money } from '../../format/money.tsx';
import { service } from '../../service/service.ts';
import { useCan, useSession } from '../../service/session.tsx';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import type { Opened } from '../../ui/command-dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { refundableMinor } from './payment-possibilities.ts';
import { saidOf } from './provider-words.ts';
import './payments.css';

export type Decision = 'approve' | 'reject';
export type Awaiting = Pick<Refund, 'refundId' | 'amount' | 'reason' | 'requestedBy' | 'status'>;

type ButtonsProps = { readonly refund: Awaiting; readonly onDecide: (decision: Decision) => void };

/** For a refund that waits for a second person; whoever asked for it can only take it back. */
export function DecisionButtons({ refund, onDecide }: ButtonsProps) {
  const canApprove = useCan('refunds:approve');
  const { session } = useSession();
  if (!canApprove || refund.status !== 'AwaitingApproval') return null;
  const isOwn = session?.actor === refund.requestedBy;
  const sum = formatMoney(refund.amount.amount, refund.amount.currency);
  return (
    <span className="button-row decision">
      {isOwn ? (
        <span className="muted">You asked for it: somebody else approves of it.</span>
      ) : (
        <Button aria-label={`Approve the refund of ${sum}`} onClick={() => onDecide('approve')}>
          Approve
        </Button>
      )}
      <Button tone="quiet" aria-label={`Reject the refund of ${sum}`} onClick={() => onDecide('reject')}>
        Reject
      </Button>
    </span>
  );
}

type DialogProps = {
  readonly decision: Decision;
  /** As it is now. */
  readonly payment: Payment;
  readonly refund: Awaiting;
  readonly onDone: (said: string) => void;
  readonly onClose: () => void;
};

/** Keeps to the payment as it was when it was opened. */
export function DecisionDialog({ decision, payment, refund, ...given }: DialogProps) {
  const [seen, setSeen] = useState(payment);
  const pinned = {
    ...given,
    isOutdated: seen.version !== payment.version,
    onLookAgain: () => setSeen(payment),
  };
  return decision === 'approve' ? (
    <ApproveDialog payment={seen} refund={refund} given={pinned} />
  ) : (
    <RejectDialog payment={seen} refund={refund} given={pinned} />
  );
}

type Props = { readonly payment: Payment; readonly refund: Awaiting; readonly given: Opened };

function ApproveDialog({ payment, refund, given }: Props) {
  const { paymentId, version } = payment;
  const { refundId, amount, reason, requestedBy } = refund;
  return (
    <ActionDialog
      {...given}
      title="Approve this refund?"
      confirm={`Approve ${formatMoney(amount.amount, amount.currency)}`}
      tone="danger"
      command={[version, refundId]}
      send={(idempotencyKey) =>
        service.approveRefund({ paymentId, refundId }, { idempotencyKey, ifMatch: version })
      }
      onDone={(done) => given.onDone(saidOf(done))}
    >
      <div className="effect">
        <p>
          <Money {...amount} /> goes back to the customer, as {requestedBy ?? 'somebody'} asked for: “{reason}
          ”. This cannot be undone.
        </p>
        <p>
          <Money {...payment.refundedAmount} /> of <Money {...payment.capturedAmount} /> captured went back
          before; <Money amount={refundableMinor(payment)} currency={amount.currency} /> can still be refunded
          after it.
        </p>
      </div>
    </ActionDialog>
  );
}

function RejectDialog({ payment, refund, given }: Props) {
  const { paymentId, version } = payment;
  const { refundId, amount } = refund;
  const [text, setText] = useState('');
  const reason = text.trim();
  const command = { paymentId, refundId, ...(reason !== '' && { reason }) };
  return (
    <ActionDialog
      {...given}
      title="Reject this refund?"
      confirm={`Reject ${formatMoney(amount.amount, amount.currency)}`}
      tone="danger"
      command={[version, command]}
      send={(idempotencyKey) => service.rejectRefund(command, { idempotencyKey, ifMatch: version })}
      onDone={(done) => given.onDone(saidOf(done))}
    >
      <TextField label="Reason" hint="Kept with the refund" maxLength={500} value={text} onValue={setText} />
      <div className="effect">
        <p>
          No money moves. <Money {...amount} /> can be refunded again, by a new request.
        </p>
      </div>
    </ActionDialog>
  );
}
