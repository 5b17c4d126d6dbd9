import type { Order, Payment } from '@order-payments/client';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer } from '../../ui/answer.tsx';
import { ChangeList } from './change-list.tsx';
import { changesBetween } from './changes.ts';
import type { HistoryEvent } from './order-moment.ts';

type Props = {
  readonly orderId: string;
  readonly event: HistoryEvent;
  /** Of the event before it in its stream; undefined: it began with this one. */
  readonly positionBefore: string | undefined;
};

/** By comparing the order, or the payment, right before an event and right after it. */
export function WhatChanged({ orderId, event: { streamId, position }, positionBefore }: Props) {
  const read = (atPosition: string, signal: AbortSignal): Promise<Order | Payment> =>
    streamId === orderId
      ? service.getOrder({ orderId, atPosition }, { signal })
      : service.getPayment({ paymentId: streamId, atPosition }, { signal });
  const query = useAnswer(
    ['changes', streamId, position],
    async (signal) => {
      const [before, after] = await Promise.all([
        positionBefore === undefined ? undefined : read(positionBefore, signal),
        read(position, signal),
      ]);
      return changesBetween(before, after);
    },
    { isPast: true },
  );
  const of = streamId === orderId ? 'order' : 'payment';
  return (
    <Answer query={query} rows={2}>
      {(changes) =>
        changes.length === 0 ? (
          <p className="muted">Nothing that the {of} shows: it is kept for what comes after.</p>
        ) : (
          <ChangeList label={`What changed in the ${of}`} changes={changes} headings={['Before', 'After']} />
        )
      }
    </Answer>
  );
}
