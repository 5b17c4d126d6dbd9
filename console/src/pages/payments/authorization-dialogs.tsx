import type { Payment } from '@order-payments/client';
import { useState } from 'react';
import { formatMoney, Money, toDecimal } from '../../format/money.tsx';
import { service } from '../../service/service.ts';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { inWords } from '../../ui/badge.tsx';
import { CommandDialog, type Opened } from '../../ui/command-dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { AmountField, amountWithin } from './amount-field.tsx';
import { capturableMinor } from './payment-possibilities.ts';
import { inNouns } from './provider-words.ts';
import './payments.css';

type Props = { readonly payment: Payment; readonly given: Opened };

const NOT_SAID = 'The provider has not said what came of it yet. It is asked again by itself.';

export function CaptureDialog({ payment, given }: Props) {
  const { paymentId, version, amount } = payment;
  const { currency } = amount;
  const most = capturableMinor(payment);
  const [text, setText] = useState(() => toDecimal(most, currency));
  const [isFinal, setFinal] = useState(true);
  const minor = amountWithin(text, most, currency);
  const isAll = minor === most;
  const rest = most - (minor ?? 0);
  const command = minor !== undefined && {
    paymentId,
    amount: { amount: minor, currency },
    ...(!isAll && { final: isFinal }),
  };
  return (
    <CommandDialog
      {...given}
      title="Capture"
      confirm={minor === undefined ? 'Capture' : `Capture ${formatMoney(minor, currency)}`}
      version={version}
      command={command || undefined}
      ask={(asked, seen) => service.capturePayment({ ...asked, dryRun: true }, seen)}
      send={(sent, sending) => service.capturePayment(sent, sending)}
      outcome={(after) => captured(after, minor ?? 0)}
      reasonHint="Kept with the capture"
      effect={() => (
        <>
          <p>
            The provider takes <Money amount={minor ?? 0} currency={currency} /> from the customer. It cannot
            be undone, only given back by a refund.
          </p>
          {rest > 0 && (
            <p>
              <Money amount={rest} currency={currency} />{' '}
              {isFinal ? 'that is left is let go.' : 'stays authorized, and can be captured later.'}
            </p>
          )}
        </>
      )}
    >
      <AmountField label="Amount" currency={currency} mostMinor={most} text={text} onText={setText} />
      <label className="check">
        <input
          type="checkbox"
          checked={isAll || isFinal}
          disabled={isAll}
          onChange={(event) => setFinal(event.target.checked)}
        />{' '}
        This is the last capture: let go of what is left
      </label>
    </CommandDialog>
  );
}

function captured({ amount, captures, inFlight }: Payment, minor: number): string {
  const sum = formatMoney(minor, amount.currency);
  if (inFlight.includes('capture')) return `${sum} is being captured. ${NOT_SAID}`;
  return captures.at(-1)?.status === 'Failed'
    ? `The provider did not capture ${sum}: nothing was taken.`
    : `${sum} is captured.`;
}

export const VoidDialog = ({ payment, given }: Props) => {
  const { paymentId, version, authorizedAmount } = payment;
  const isHeld = authorizedAmount.amount > 0;
  return (
    <CommandDialog
      {...given}
      title="Void this payment?"
      confirm={isHeld ? `Void ${formatMoney(authorizedAmount.amount, authorizedAmount.currency)}` : 'Void'}
      tone="danger"
      version={version}
      command={{ paymentId }}
      ask={(asked, seen) => service.voidPayment({ ...asked, dryRun: true }, seen)}
      send={(sent, sending) => service.voidPayment(sent, sending)}
      outcome={(after) =>
        after.inFlight.includes('void')
          ? `The payment is being voided. ${NOT_SAID}`
          : `The payment is ${inWords(after.status).toLowerCase()}.`
      }
      reasonHint="Kept with the payment"
      effect={() => (
        <p>
          {isHeld ? (
            <>
              The provider lets go of <Money {...authorizedAmount} />, and nothing can be captured any more.
            </>
          ) : (
            <>The customer has not acted yet, and can no longer pay by it.</>
          )}{' '}
          The order is open for another payment. This cannot be undone.
        </p>
      )}
    />
  );
};

/** Asking changes nothing by itself, so no version is at stake. */
export function SyncDialog({ payment: { paymentId, inFlight }, given }: Props) {
  const [text, setText] = useState('');
  const reason = text.trim();
  const command = { paymentId, ...(reason !== '' && { reason }) };
  return (
    <ActionDialog
      title="Ask the provider"
      confirm="Ask now"
      command={command}
      send={(idempotencyKey) => service.syncPayment(command, { idempotencyKey })}
      onDone={(after) =>
        given.onDone(
          after.inFlight.length > 0 ? NOT_SAID : `The payment is ${inWords(after.status).toLowerCase()}.`,
        )
      }
      onClose={given.onClose}
    >
      <TextField label="Reason" hint="Kept in the audit log" maxLength={500} value={text} onValue={setText} />
      <div className="effect">
        <p>
          The provider is asked now what became of {inNouns(inFlight)}, and the payment and its order follow
          what it says. No money moves by asking.
        </p>
      </div>
    </ActionDialog>
  );
}
