import type { Order } from '@order-payments/client';
import { useState } from 'react';
import { service } from '../../service/service.ts';
import { CommandDialog, type Opened } from '../../ui/command-dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Becomes } from './becomes.tsx';
import { allOf, chosenLines, inProducts, LineQuantities } from './line-quantities.tsx';
import { isAny, leftToFulfil, toDeliver, toShip } from './order-possibilities.ts';

type Props = { readonly order: Order; readonly given: Opened };
type Fulfilment = Order['fulfilments'][number];

const KEPT = 'Kept with the fulfilment';

export function FulfilDialog({ order, given }: Props) {
  const left = leftToFulfil(order);
  const [chosen, setChosen] = useState(() => allOf(left));
  const items = chosenLines(chosen, left);
  return (
    <CommandDialog
      {...given}
      title="Fulfil"
      confirm="Set aside for a shipment"
      version={order.version}
      command={items && { orderId: order.orderId, items }}
      ask={(command, seen) => service.createFulfilment({ ...command, dryRun: true }, seen)}
      send={(command, sending) => service.createFulfilment(command, sending)}
      outcome={() => 'The goods are set aside. They can be shipped now.'}
      reasonHint={KEPT}
      effect={(after) => {
        const later = leftToFulfil(after).filter(({ quantity }) => quantity > 0);
        return (
          <>
            <p>Set aside for one shipment: {inProducts(items ?? [], order.items)}.</p>
            <p>
              {isAny(later) ? `Left for another: ${inProducts(later, order.items)}.` : 'Nothing is left.'}
            </p>
            <p>Until it is shipped this can be undone; meanwhile the order cannot be cancelled.</p>
          </>
        );
      }}
    >
      <LineQuantities
        legend="How many go into this shipment"
        items={order.items}
        left={left}
        chosen={chosen}
        onChoose={setChosen}
      />
    </CommandDialog>
  );
}

type Choice = {
  readonly order: Order;
  readonly among: readonly Fulfilment[];
  readonly chosen: string;
  readonly onChoose: (fulfilmentId: string) => void;
};

/** Which one, where there is more than one. */
const FulfilmentChoice = ({ order, among, chosen, onChoose }: Choice) =>
  among.length > 1 && (
    <SelectField
      label="Fulfilment"
      value={chosen}
      onValue={onChoose}
      options={among.map(({ fulfilmentId, items }) => [fulfilmentId, inProducts(items, order.items)])}
    />
  );

function useChoice(order: Order, among: readonly Fulfilment[]) {
  const [id, setId] = useState(among[0]?.fulfilmentId ?? '');
  const found = among.find(({ fulfilmentId }) => fulfilmentId === id);
  const command = found && { orderId: order.orderId, fulfilmentId: found.fulfilmentId };
  const goods = inProducts(found?.items ?? [], order.items);
  return { command, goods, choice: { order, among, chosen: id, onChoose: setId } };
}

export function ShipDialog({ order, given }: Props) {
  const { command, goods, choice } = useChoice(order, toShip(order));
  const [tracking, setTracking] = useState('');
  const tracked = tracking.trim() === '' ? {} : { tracking: tracking.trim() };
  return (
    <CommandDialog
      {...given}
      title="Ship"
      confirm="Ship the goods"
      version={order.version}
      command={command && { ...command, ...tracked }}
      ask={(asked, seen) => service.shipFulfilment({ ...asked, dryRun: true }, seen)}
      send={(sent, sending) => service.shipFulfilment(sent, sending)}
      outcome={() => 'Shipped.'}
      reasonHint={KEPT}
      effect={(after) => (
        <>
          <p>
            Leaves the house and counts as sold: {goods}. This cannot be undone; goods come back by a return.
          </p>
          <Becomes what="Its fulfilment" before={order.fulfilmentStatus} after={after.fulfilmentStatus} />
        </>
      )}
    >
      <FulfilmentChoice {...choice} />
      <TextField
        label="Tracking"
        hint="Where the parcel can be followed: a number or an address. Optional"
        maxLength={200}
        value={tracking}
        onValue={setTracking}
      />
    </CommandDialog>
  );
}

export function DeliverDialog({ order, given }: Props) {
  const { command, goods, choice } = useChoice(order, toDeliver(order));
  return (
    <CommandDialog
      {...given}
      title="Mark as delivered"
      confirm="Mark as delivered"
      version={order.version}
      command={command}
      ask={(asked, seen) => service.deliverFulfilment({ ...asked, dryRun: true }, seen)}
      send={(sent, sending) => service.deliverFulfilment(sent, sending)}
      outcome={({ status }) => (status === 'Completed' ? 'Delivered. The order is completed.' : 'Delivered.')}
      reasonHint={KEPT}
      effect={(after) => (
        <>
          <p>Arrived: {goods}.</p>
          <Becomes what="The order" before={order.status} after={after.status} />
        </>
      )}
    >
      <FulfilmentChoice {...choice} />
    </CommandDialog>
  );
}

export function AbandonDialog({ order, given }: Props) {
  const { command, goods, choice } = useChoice(order, toShip(order));
  return (
    <CommandDialog
      {...given}
      title="Cancel a fulfilment"
      confirm="Cancel fulfilment"
      tone="danger"
      version={order.version}
      command={command}
      ask={(asked, seen) => service.cancelFulfilment({ ...asked, dryRun: true }, seen)}
      send={(sent, sending) => service.cancelFulfilment(sent, sending)}
      outcome={() => 'The fulfilment is cancelled. Its goods are free again.'}
      reasonHint={KEPT}
      effect={() => <p>No longer set aside, and free for another shipment: {goods}.</p>}
    >
      <FulfilmentChoice {...choice} />
    </CommandDialog>
  );
}
