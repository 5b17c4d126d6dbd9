import type { Order, Payment } from '@order-payments/client';
import { useState } from 'react';
import { formatMoney, Money, toDecimal } from '../../format/money.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer } from '../../ui/answer.tsx';
import { CommandDialog, type Opened } from '../../ui/command-dialog.tsx';
import { SelectField } from '../../ui/field.tsx';
import { chosenLines, LineQuantities, noneOf, type Chosen } from '../orders/line-quantities.tsx';
import { AmountField, amountWithin } from './amount-field.tsx';
import { refundableMinor, refundableUnits } from './payment-possibilities.ts';
import { saidOf } from './provider-words.ts';

type Props = { readonly payment: Payment; readonly given: Opened };
type Foreseen = Awaited<ReturnType<typeof service.previewRefund>>;

export function RefundDialog({ payment, given }: Props) {
  const { paymentId, orderId, version, amount } = payment;
  const { currency } = amount;
  const most = refundableMinor(payment);
  const order = useAnswer(['order', orderId], (signal) => service.getOrder({ orderId }, { signal }), {
    isLive: true,
  });
  const [by, setBy] = useState('amount');
  const [text, setText] = useState(() => toDecimal(most, currency));
  const [chosen, setChosen] = useState<Chosen>({});
  const minor = amountWithin(text, most, currency);
  const left = order.data ? leftOf(order.data, payment) : [];
  const lines = chosenLines({ ...noneOf(left), ...chosen }, left);
  const what = by === 'lines' ? lines && { items: lines } : minor && { amount: { amount: minor, currency } };
  const confirm = (foreseen: Foreseen | undefined): string => {
    const sum = by === 'lines' ? foreseen?.amount.amount : minor;
    const verb = foreseen?.needsApproval ? 'Ask to refund' : 'Refund';
    return sum === undefined ? verb : `${verb} ${formatMoney(sum, currency)}`;
  };

  return (
    <CommandDialog
      {...given}
      title="Refund"
      confirm={confirm}
      tone="danger"
      version={version}
      command={what ? { paymentId, ...what } : undefined}
      basis={by === 'lines' ? order.data?.version : undefined}
      ask={(command, seen) => service.previewRefund(command, seen)}
      expected={({ amount: sum }) => (by === 'lines' ? { amount: sum } : {})}
      send={(command, sending) => service.refundPayment(command, sending)}
      outcome={saidOf}
      reasonHint="Kept with the refund"
      effect={(foreseen) => <Foretold payment={payment} foreseen={foreseen} order={order.data} />}
    >
      <SelectField
        label="Refund by"
        value={by}
        onValue={setBy}
        options={[
          ['amount', 'Amount'],
          ['lines', 'Lines of the order'],
        ]}
      />
      {by === 'amount' ? (
        <AmountField label="Amount" currency={currency} mostMinor={most} text={text} onText={setText} />
      ) : (
        <Answer query={order} rows={2}>
          {({ items }) => (
            <LineQuantities
              legend="How many are refunded"
              items={items}
              left={left}
              chosen={{ ...noneOf(left), ...chosen }}
              onChoose={setChosen}
            />
          )}
        </Answer>
      )}
    </CommandDialog>
  );
}

const leftOf = ({ items }: Order, payment: Payment) =>
  items.map(({ lineId, quantity }) => ({
    lineId,
    quantity: refundableUnits({ lineId, quantity }, payment),
  }));

type ForetoldProps = {
  readonly payment: Payment;
  readonly foreseen: Foreseen;
  readonly order: Order | undefined;
};

const Foretold = ({ payment, foreseen, order }: ForetoldProps) => (
  <>
    <p>
      <Money {...foreseen.amount} /> {foreseen.needsApproval ? 'is set aside for' : 'goes back to'} the
      customer. <Money {...foreseen.refundableAfter} /> of <Money {...payment.capturedAmount} /> captured can
      still be refunded after it.
    </p>
    {foreseen.lines && foreseen.lines.length > 1 && (
      <ul>
        {foreseen.lines.map(({ lineId, quantity, amount }) => (
          <li key={lineId}>
            {quantity} × {order?.items.find((item) => item.lineId === lineId)?.productName ?? lineId}:{' '}
            <Money {...amount} />
          </li>
        ))}
      </ul>
    )}
    <p>
      {foreseen.needsApproval
        ? 'It is above the limit: no money moves until a second person approves of it.'
        : 'It cannot be undone.'}
    </p>
  </>
);
