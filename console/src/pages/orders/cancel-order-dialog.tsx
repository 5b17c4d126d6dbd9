import type { Order } from '@order-payments/client';
import { Money } from '../../format/money.tsx';
import { service } from '../../service/service.ts';
import { CommandDialog, type Opened } from '../../ui/command-dialog.tsx';
import { inWords } from '../../ui/badge.tsx';
import { heldMinor, keptMinor } from './order-possibilities.ts';

type Props = { readonly order: Order; readonly given: Opened };

export const CancelOrderDialog = ({ order, given }: Props) => (
  <CommandDialog
    {...given}
    title="Cancel this order?"
    confirm="Cancel order"
    tone="danger"
    version={order.version}
    command={{ orderId: order.orderId }}
    ask={(command, seen) => service.cancelOrder({ ...command, dryRun: true }, seen)}
    send={(command, sending) => service.cancelOrder(command, sending)}
    outcome={({ status }) =>
      status === 'Cancelling'
        ? 'The cancellation has begun. It is over once the last of the money is back.'
        : 'The order is cancelled.'
    }
    reasonHint="Kept with the order"
    effect={(after) => <Cancelled order={order} status={after.status} />}
  />
);

function Cancelled({ order, status }: { readonly order: Order; readonly status: string }) {
  const kept = keptMinor(order);
  const held = heldMinor(order);
  const isPending = order.payments.some((payment) => payment.status === 'Pending');
  return (
    <>
      <p>
        The order becomes <strong>{inWords(status).toLowerCase()}</strong>
        {status === 'Cancelling' && ', and cancelled once the last of its money is back'}. This cannot be
        undone.
      </p>
      <ul>
        {kept > 0 && (
          <li>
            <Money amount={kept} currency={order.currency} /> that was paid goes back to the customer by
            itself, less what is on its way already.
          </li>
        )}
        {held > 0 && (
          <li>
            <Money amount={held} currency={order.currency} /> that is authorized is let go.
          </li>
        )}
        {isPending && <li>A payment is under way: whatever it still brings goes back too.</li>}
        {kept === 0 && held === 0 && !isPending && <li>No money moves.</li>}
      </ul>
    </>
  );
}
