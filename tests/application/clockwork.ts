import { foldStream } from '../../src/application/load-aggregates.ts';
import type { Due } from '../../src/application/checkout/wake.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { nextOrderWake } from '../../src/domain/orders/order-timers.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import { nextPaymentWake } from '../../src/domain/payments/payment-timers.ts';
import type { OrderId, PaymentId } from '../../src/domain/shared/ids.ts';
import { TENANT, type VirtualService } from './virtual-service.ts';

/** More than any life here needs: a timer that rings for ever is a fault. */
const WAKES_MAX = 500;

type Ring = { readonly due: Due; readonly version: number; readonly atMs: number };

/** Time passes: whatever is due is woken at its moment, and what comes of it is heard of, as in the running service. */
export function clockworkOf(service: VirtualService) {
  const { log, clock, wake, deliverAll } = service;
  /** When a stream is due again, if it still has the version it was woken in. */
  const putOff = new Map<string, { readonly version: number; readonly untilMs: number }>();

  function rings(): Ring[] {
    const streamIds = new Set(log.events().map(({ streamId }) => streamId));
    return [...streamIds].flatMap((streamId): Ring[] => {
      const events = log.events().filter((event) => event.streamId === streamId);
      const order = foldStream(orderAggregate, events).state;
      const payment = foldStream(paymentAggregate, events).state;
      const next =
        order.status === 'absent'
          ? payment.status === 'absent'
            ? undefined
            : nextPaymentWake(payment, payment.updatedAt)
          : nextOrderWake(order, order.updatedAt);
      const put = putOff.get(streamId);
      const version = events.length;
      const atMs = put?.version === version ? put.untilMs : next === undefined ? Infinity : Date.parse(next);
      const due: Due =
        order.status === 'absent'
          ? { category: 'payment', streamId: streamId as PaymentId, tenantId: TENANT }
          : { category: 'order', streamId: streamId as OrderId, tenantId: TENANT };
      return atMs === Infinity ? [] : [{ due, version, atMs }];
    });
  }

  /** The number of wakes it took. */
  async function elapse(ms: number): Promise<number> {
    const untilMs = clock.now().getTime() + ms;
    for (let wakes = 0; wakes < WAKES_MAX; wakes++) {
      const [ring] = rings()
        .filter(({ atMs }) => atMs <= untilMs)
        .toSorted((a, b) => a.atMs - b.atMs);
      if (!ring) {
        clock.advance(Math.max(0, untilMs - clock.now().getTime()));
        return wakes;
      }
      clock.advance(Math.max(0, ring.atMs - clock.now().getTime()));
      const next = await wake(ring.due);
      putOff.set(ring.due.streamId, {
        version: ring.version,
        untilMs: next === undefined ? Infinity : Date.parse(next),
      });
      await deliverAll();
    }
    throw new Error('a timer rings for ever');
  }

  return { elapse };
}
