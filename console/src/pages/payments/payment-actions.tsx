import type { Payment } from '@order-payments/client';
import { useCan } from '../../service/session.tsx';
import { Button } from '../../ui/button.tsx';
import type { Opened } from '../../ui/command-dialog.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { useOpened } from '../../ui/use-opened.ts';
import { CaptureDialog, SyncDialog, VoidDialog } from './authorization-dialogs.tsx';
import { isPossible, PAYMENT_ACTIONS, type PaymentAction } from './payment-possibilities.ts';
import { RefundDialog } from './refund-dialog.tsx';

type Dialog = (props: { readonly payment: Payment; readonly given: Opened }) => React.ReactNode;

const ACTIONS: Readonly<Record<PaymentAction, readonly [text: string, Dialog]>> = {
  capture: ['Capture', CaptureDialog],
  refund: ['Refund', RefundDialog],
  sync: ['Ask the provider', SyncDialog],
  void: ['Void', VoidDialog],
};

/** What can be done with a payment as it is now, and by whoever is signed in. Refunds that wait have their own. */
export function PaymentActions({ payment }: { readonly payment: Payment }) {
  const canWrite = useCan('payments:write');
  const canRefund = useCan('refunds:write');
  const [notice, say] = useNotice();
  const [open, show] = useOpened<PaymentAction, Payment>(payment, say);
  const can = (action: PaymentAction): boolean => (action === 'refund' ? canRefund : canWrite);
  const Shown = open && ACTIONS[open.kind][1];
  return (
    <>
      {PAYMENT_ACTIONS.filter((action) => can(action) && isPossible(action, payment)).map((action) => (
        <Button key={action} tone={action === 'void' ? 'danger' : 'plain'} onClick={() => show(action)}>
          {ACTIONS[action][0]}
        </Button>
      ))}
      {notice}
      {Shown && <Shown key={open.key} payment={open.seen} given={open.given} />}
    </>
  );
}
