import type { Order, Payment } from '@order-payments/client';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { indexAt } from './history.ts';

type History = Awaited<ReturnType<typeof service.listOrderEvents>>;
export type HistoryEvent = History['data'][number];

/** An order with its payments, at one moment. */
export type OrderMoment = { readonly order: Order; readonly payments: readonly Payment[] };

const POSITION = /^\d{1,18}$/;

export const useOrderNow = (orderId: string) =>
  useAnswer(
    ['order', orderId, 'now'],
    async (signal): Promise<OrderMoment> => {
      const [order, payments] = await Promise.all([
        service.getOrder({ orderId }, { signal }),
        service.listPayments({ orderId }, { signal }),
      ]);
      return { order, payments: payments.data };
    },
    { isLive: true },
  );

export const useHistory = (orderId: string) =>
  useAnswer(['order', orderId, 'events'], (signal) => service.listOrderEvents({ orderId }, { signal }), {
    isLive: true,
  });

/** As it was right after one of its events. What is past does not change: it is asked for once. */
export function useOrderThen(
  orderId: string,
  events: readonly HistoryEvent[],
  event: HistoryEvent | undefined,
) {
  const position = event?.position ?? '';
  const known = events.slice(0, event === undefined ? 0 : indexAt(events, position) + 1);
  const paymentIds = [...new Set(known.map(({ streamId }) => streamId))].filter((id) => id !== orderId);
  return useAnswer(
    ['order', orderId, 'then', position],
    async (signal): Promise<OrderMoment> => {
      const [order, payments] = await Promise.all([
        service.getOrder({ orderId, atPosition: position }, { signal }),
        Promise.all(
          paymentIds.map((paymentId) => service.getPayment({ paymentId, atPosition: position }, { signal })),
        ),
      ]);
      return { order, payments };
    },
    { enabled: event !== undefined, isPast: true },
  );
}

type Moment = {
  /** Of the event that the page shows the order after. */
  readonly index: number;
  readonly isPast: boolean;
  /** With `isSame` the back button does not stop at where it was before. */
  readonly goTo: (index: number, isSame?: boolean) => void;
};

/** The moment lives in the address, as the position of an event: a link shows the same, whatever happened since. */
export function useMoment(events: readonly HistoryEvent[], isKnown: boolean): Moment {
  const [search, setSearch] = useSearchParams();
  const at = search.get('at');
  const last = events.length - 1;
  const index = useMemo(
    () => (at !== null && POSITION.test(at) ? indexAt(events, at) : last),
    [at, events, last],
  );
  return {
    index,
    isPast: isKnown ? index < last : at !== null,
    goTo: (to, isSame = false) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          const event = events[to];
          if (event === undefined || to === last) after.delete('at');
          else after.set('at', event.position);
          return after;
        },
        { replace: isSame },
      ),
  };
}
