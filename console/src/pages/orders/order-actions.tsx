import type { Order } from '@order-payments/client';
import { useCan } from '../../service/session.tsx';
import { Button } from '../../ui/button.tsx';
import type { Opened } from '../../ui/command-dialog.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { useOpened } from '../../ui/use-opened.ts';
import { CancelOrderDialog } from './cancel-order-dialog.tsx';
import { AbandonDialog, DeliverDialog, FulfilDialog, ShipDialog } from './fulfilment-dialogs.tsx';
import { isPossible, ORDER_ACTIONS, type OrderAction } from './order-possibilities.ts';
import { ReceiveReturnDialog, ReturnDialog } from './return-dialogs.tsx';

type Dialog = (props: { readonly order: Order; readonly given: Opened }) => React.ReactNode;

const ACTIONS: Readonly<Record<OrderAction, readonly [text: string, Dialog]>> = {
  fulfil: ['Fulfil', FulfilDialog],
  ship: ['Ship', ShipDialog],
  deliver: ['Mark delivered', DeliverDialog],
  abandon: ['Cancel a fulfilment', AbandonDialog],
  return: ['Return', ReturnDialog],
  receive: ['Receive a return', ReceiveReturnDialog],
  cancel: ['Cancel order', CancelOrderDialog],
};

/** What can be done with an order as it is now, and by whoever is signed in. */
export function OrderActions({ order }: { readonly order: Order }) {
  const canWrite = useCan('orders:write');
  const [notice, say] = useNotice();
  const [open, show] = useOpened<OrderAction, Order>(order, say);
  if (!canWrite) return null;
  const Shown = open && ACTIONS[open.kind][1];
  return (
    <>
      {ORDER_ACTIONS.filter((action) => isPossible(action, order)).map((action) => (
        <Button key={action} tone={action === 'cancel' ? 'danger' : 'plain'} onClick={() => show(action)}>
          {ACTIONS[action][0]}
        </Button>
      ))}
      {notice}
      {Shown && <Shown key={open.key} order={open.seen} given={open.given} />}
    </>
  );
}
