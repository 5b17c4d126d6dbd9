import type { Order } from '@order-payments/client';
import { useState } from 'react';
import { service } from '../../service/service.ts';
import { CommandDialog, type Opened } from '../../ui/command-dialog.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Becomes } from './becomes.tsx';
import { chosenLines, inProducts, LineQuantities, noneOf } from './line-quantities.tsx';
import { leftToReturn, toReceive } from './order-possibilities.ts';

type Props = { readonly order: Order; readonly given: Opened };

export function ReturnDialog({ order, given }: Props) {
  const left = leftToReturn(order);
  const [chosen, setChosen] = useState(() => noneOf(left));
  const items = chosenLines(chosen, left);
  return (
    <CommandDialog
      {...given}
      title="Announce a return"
      confirm="Announce the return"
      version={order.version}
      command={items && { orderId: order.orderId, items }}
      ask={(command, seen) => service.requestReturn({ ...command, dryRun: true }, seen)}
      send={(command, sending) => service.requestReturn(command, sending)}
      outcome={() => 'The return is announced. No money has gone back: that is a refund of the payment.'}
      reasonHint="Kept with the return"
      effect={() => (
        <p>
          Expected back: {inProducts(items ?? [], order.items)}. No money moves by this: refund the payment
          when you want to.
        </p>
      )}
    >
      <LineQuantities
        legend="How many come back"
        items={order.items}
        left={left}
        chosen={chosen}
        onChoose={setChosen}
      />
    </CommandDialog>
  );
}

export function ReceiveReturnDialog({ order, given }: Props) {
  const announced = toReceive(order);
  const [id, setId] = useState(announced[0]?.returnId ?? '');
  const found = order.returns.find(({ returnId }) => returnId === id);
  return (
    <CommandDialog
      {...given}
      title="Receive a return"
      confirm="Goods are back"
      version={order.version}
      command={found && { orderId: order.orderId, returnId: found.returnId }}
      ask={(command, seen) => service.receiveReturn({ ...command, dryRun: true }, seen)}
      send={(command, sending) => service.receiveReturn(command, sending)}
      outcome={() => 'The goods are back.'}
      reasonHint="Kept with the return"
      effect={(after) => (
        <>
          <p>Back again: {inProducts(found?.items ?? [], order.items)}. No money moves by this.</p>
          <Becomes what="Its fulfilment" before={order.fulfilmentStatus} after={after.fulfilmentStatus} />
        </>
      )}
    >
      {announced.length > 1 && (
        <SelectField
          label="Return"
          value={id}
          onValue={setId}
          options={announced.map(({ returnId, items, reason }) => [
            returnId,
            `${inProducts(items, order.items)} (${reason})`,
          ])}
        />
      )}
    </CommandDialog>
  );
}
