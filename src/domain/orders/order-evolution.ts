import type { Aggregate } from '../shared/aggregate.ts';
import { assertNever, invariant } from '../shared/invariant.ts';
import { addMoney, compareMoney, isZero, subtractMoney, zeroMoney, type Money } from '../shared/money.ts';
import type { OrderEvent } from './order-events.ts';
import {
  hasNoMoney,
  isFullyPaid,
  paymentOf,
  type Fulfilment,
  type Order,
  type OrderPayment,
  type OrderRefund,
  withoutPersonalData,
  type PlacedOrder,
} from './order.ts';

export const orderAggregate: Aggregate<Order, OrderEvent> = {
  category: 'order',
  stateVersion: 2,
  firstEvent: 'OrderCreated',
  absent: { status: 'absent' },
  evolve,
  // One that is paid may yet be refunded or returned, and one that is not may yet be paid.
  isClosed: (order) => (order.status === 'Cancelled' || order.status === 'Expired') && hasNoMoney(order),
};

function evolve(order: Order, event: OrderEvent): Order {
  if (event.type === 'OrderCreated') {
    invariant(order.status === 'absent', 'an order is created once');
    const { type: _, at, ...facts } = event;
    return {
      status: 'Created',
      ...facts,
      stock: 'Unknown',
      ...{ payments: [], refunds: [], chargebacks: [], fulfilments: [], returns: [] },
      isPaid: false,
      createdAt: at,
      updatedAt: at,
    };
  }
  invariant(order.status !== 'absent', `${event.type} follows OrderCreated`);
  return { ...evolvePlaced(order, event), updatedAt: event.at };
}

type EventsOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;
type LaterEvent = Exclude<OrderEvent, { type: 'OrderCreated' }>;

function evolvePlaced(order: PlacedOrder, event: LaterEvent): PlacedOrder {
  switch (event.type) {
    case 'PaymentClaimed':
    case 'PaymentClaimReleased':
    case 'OrderPaymentAuthorized':
    case 'OrderPaymentCaptured':
    case 'OrderPaymentFailed':
      return evolvePayment(order, event);
    case 'OrderRefundRequested':
    case 'OrderRefundApplied':
    case 'OrderRefundReleased':
      return evolveRefund(order, event);
    case 'FulfilmentCreated':
    case 'FulfilmentShipped':
    case 'FulfilmentDelivered':
    case 'FulfilmentCancelled':
      return evolveFulfilment(order, event);
    case 'ReturnRequested': {
      const { returnId, lines, reason } = event;
      return { ...order, returns: [...order.returns, { returnId, status: 'Requested', lines, reason }] };
    }
    case 'ReturnReceived': {
      const returns = order.returns.map((one) =>
        one.returnId === event.returnId ? { ...one, status: 'Received' as const } : one,
      );
      return { ...order, returns };
    }
    case 'OrderAmended':
    case 'StockReserved':
    case 'StockRejected':
    case 'StockReleased':
    case 'OrderChargedBack':
    case 'OrderConfirmed':
    case 'OrderPaid':
    case 'OrderOverpaid':
    case 'OrderCancellationRequested':
    case 'OrderCancelled':
    case 'OrderExpired':
    case 'OrderCompleted':
      return evolveWhole(order, event);
    case 'CustomerDataErased':
      return withoutPersonalData(order);
    default:
      return assertNever(event);
  }
}

function evolveWhole(
  order: PlacedOrder,
  event: EventsOf<
    | 'OrderAmended'
    | 'StockReserved'
    | 'StockRejected'
    | 'StockReleased'
    | 'OrderChargedBack'
    | 'OrderConfirmed'
    | 'OrderPaid'
    | 'OrderOverpaid'
    | 'OrderCancellationRequested'
    | 'OrderCancelled'
    | 'OrderExpired'
    | 'OrderCompleted'
  >,
): PlacedOrder {
  switch (event.type) {
    case 'OrderAmended': {
      const amended = { ...order, items: event.items, totals: event.totalsAfter };
      return { ...amended, isPaid: order.isPaid && isFullyPaid(amended) };
    }
    case 'StockReserved':
      return { ...order, stock: 'Reserved' };
    case 'StockRejected':
      return { ...order, stock: 'Rejected' };
    case 'StockReleased':
      return { ...order, stock: 'Released' };
    case 'OrderChargedBack': {
      const { disputeId, amount } = event;
      return { ...order, chargebacks: [...order.chargebacks, { disputeId, amount }] };
    }
    case 'OrderConfirmed':
      return { ...order, status: 'Confirmed' };
    case 'OrderPaid':
      return { ...order, isPaid: true };
    case 'OrderOverpaid':
      return order; // follows from the payments: for those who read the log
    case 'OrderCancellationRequested':
      return { ...order, status: 'Cancelling', closingInto: event.into };
    case 'OrderCancelled':
      return closed(order, 'Cancelled');
    case 'OrderExpired':
      return closed(order, 'Expired');
    case 'OrderCompleted':
      return { ...order, status: 'Completed' };
    default:
      return assertNever(event);
  }
}

function closed(order: PlacedOrder, status: 'Cancelled' | 'Expired'): PlacedOrder {
  const { closingInto: _, ...rest } = order;
  return { ...rest, status };
}

function evolvePayment(
  order: PlacedOrder,
  event: EventsOf<
    | 'PaymentClaimed'
    | 'PaymentClaimReleased'
    | 'OrderPaymentAuthorized'
    | 'OrderPaymentCaptured'
    | 'OrderPaymentFailed'
  >,
): PlacedOrder {
  const { paymentId } = event;
  const payment = paymentOf(order, paymentId);
  const nothing = zeroMoney(order.currency);
  if (event.type === 'PaymentClaimed') {
    invariant(!payment, 'a payment claims once');
    const { amount } = event;
    const claimed: OrderPayment = {
      paymentId,
      amount,
      status: 'Pending',
      claim: amount,
      captured: nothing,
      captures: [],
    };
    return { ...order, payments: [...order.payments, claimed] };
  }
  invariant(payment, 'an outcome follows its claim');
  const change = (changes: Partial<OrderPayment>): PlacedOrder => ({
    ...order,
    payments: order.payments.map((one) => (one === payment ? { ...one, ...changes } : one)),
  });
  switch (event.type) {
    case 'OrderPaymentAuthorized':
      // A bank that promised less than was asked for covers no more than that.
      return change({ status: 'Authorized', claim: smaller(payment.claim, event.amount) });
    case 'OrderPaymentCaptured': {
      const { amount, operationId } = event;
      const claim = atLeastZero(subtractMoney(payment.claim, amount));
      return change({
        status: isZero(claim) ? 'Completed' : 'PartiallyCaptured',
        claim,
        captured: addMoney(payment.captured, amount),
        captures: [...payment.captures, operationId],
      });
    }
    case 'OrderPaymentFailed':
      return change({ status: 'Failed' });
    case 'PaymentClaimReleased': {
      const status = !isZero(payment.captured)
        ? 'Completed'
        : payment.status === 'Failed'
          ? 'Failed'
          : 'Voided';
      return change({ status, claim: nothing });
    }
    default:
      return assertNever(event);
  }
}

const smaller = (a: Money, b: Money): Money => (compareMoney(a, b) <= 0 ? a : b);

const atLeastZero = (amount: Money): Money =>
  compareMoney(amount, zeroMoney(amount.currency)) < 0 ? zeroMoney(amount.currency) : amount;

function evolveRefund(
  order: PlacedOrder,
  event: EventsOf<'OrderRefundRequested' | 'OrderRefundApplied' | 'OrderRefundReleased'>,
): PlacedOrder {
  const { refundId, paymentId, amount } = event;
  if (event.type === 'OrderRefundRequested') {
    const { lines, source } = event;
    const refund: OrderRefund = { refundId, paymentId, amount, lines, source, status: 'Requested' };
    return { ...order, refunds: [...order.refunds, refund] };
  }
  const status: OrderRefund['status'] = event.type === 'OrderRefundApplied' ? 'Applied' : 'Failed';
  invariant(
    order.refunds.some((refund) => refund.refundId === refundId),
    `${event.type} follows OrderRefundRequested`,
  );
  const refunds = order.refunds.map((refund) =>
    refund.refundId === refundId ? { ...refund, amount, status } : refund,
  );
  return { ...order, refunds };
}

function evolveFulfilment(
  order: PlacedOrder,
  event: EventsOf<'FulfilmentCreated' | 'FulfilmentShipped' | 'FulfilmentDelivered' | 'FulfilmentCancelled'>,
): PlacedOrder {
  const { fulfilmentId } = event;
  if (event.type === 'FulfilmentCreated') {
    const fulfilment: Fulfilment = {
      fulfilmentId,
      status: 'Created',
      lines: event.lines,
      sold: [],
      shipping: zeroMoney(order.currency),
      tracking: null,
    };
    return { ...order, fulfilments: [...order.fulfilments, fulfilment] };
  }
  const change = (changes: Partial<Fulfilment>): PlacedOrder => ({
    ...order,
    fulfilments: order.fulfilments.map((one) =>
      one.fulfilmentId === fulfilmentId ? { ...one, ...changes } : one,
    ),
  });
  switch (event.type) {
    case 'FulfilmentShipped': {
      const { lines: sold, shipping, tracking } = event;
      return change({ status: 'Shipped', sold, shipping, tracking });
    }
    case 'FulfilmentDelivered':
      return change({ status: 'Delivered' });
    case 'FulfilmentCancelled':
      return change({ status: 'Cancelled' });
    default:
      return assertNever(event);
  }
}
