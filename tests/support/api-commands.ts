import { usd as money } from '../domain/samples.ts';
import { line, orderOf, pay, paymentOf, usd } from './api-samples.ts';
import { etagOf, type Steps } from './api-steps.ts';

/** A command that is accepted as things stand, once. */
export type Ready = {
  readonly orderId: string;
  readonly url: string;
  readonly body: object;
  /** Of what it changes: the order or the payment. */
  readonly etag: string;
};

export type CommandSample = {
  /** Of what it changes, to read it. */
  readonly on: 'order' | 'payment';
  readonly scope: 'orders:write' | 'payments:write' | 'refunds:write' | 'refunds:approve';
  readonly status: 200 | 201 | 202;
  /** Fits the schema and says something else; absent where there is only one thing to say. */
  readonly otherBody?: object;
  readonly prepare: (steps: Steps) => Promise<Ready>;
};

const READY_ORDER = { on: 'order', scope: 'orders:write' } as const;
const READY_PAYMENT = { on: 'payment', scope: 'payments:write' } as const;

async function onOrder(
  steps: Steps,
  path: string,
  before: readonly string[],
  body: object = {},
): Promise<Ready> {
  let { order } = await steps.placePaid();
  const { orderId } = order;
  const named = (text: string): string =>
    text
      .replace('{fulfilmentId}', order.fulfilments[0]?.fulfilmentId ?? '')
      .replace('{returnId}', order.returns[0]?.returnId ?? '');
  for (const step of before) order = orderOf(await steps.onOrder(orderId, named(step)));
  order = await steps.atRest(orderId);
  return { orderId, url: `/api/orders/${orderId}/${named(path)}`, body, etag: etagOf(order) };
}

async function onPayment(steps: Steps, what: string, body: object, over: object): Promise<Ready> {
  const { order, paymentId } = await steps.placeHeld(over);
  const { orderId } = order;
  const etag = etagOf(await steps.payment(paymentId));
  return { orderId, url: `/api/payments/${paymentId}/${what}`, body, etag };
}

/** More than any refund here gives back but those that are approved or rejected. */
export const REFUND_APPROVAL_ABOVE = [money(4_000)];

/** A refund of 50.00 that a colleague asked for. */
async function onWaitingRefund(steps: Steps, what: string, body: object = {}): Promise<Ready> {
  const { orderId } = await steps.place({ items: [line({ quantity: 5 })] });
  const colleague = await steps.colleague();
  const { paymentId } = paymentOf(await pay(colleague, orderId));
  await steps.atRest(orderId);
  const asked = await colleague.post(`/api/payments/${paymentId}/refunds`, {});
  await steps.atRest(orderId);
  const etag = etagOf(await steps.payment(paymentId));
  return { orderId, url: `${String(asked.headers['location'])}/${what}`, body, etag };
}

const SHIP = 'fulfilments/{fulfilmentId}/ship';

/** Each POST that changes an order or a payment. */
export const COMMANDS: Readonly<Record<string, CommandSample>> = {
  cancelOrder: {
    ...READY_ORDER,
    status: 202,
    otherBody: { reason: 'another' },
    prepare: (steps) => onOrder(steps, 'cancel', []),
  },
  createFulfilment: {
    ...READY_ORDER,
    status: 201,
    otherBody: { items: [{ lineId: '2', quantity: 1 }] },
    prepare: (steps) => onOrder(steps, 'fulfilments', [], { items: [{ lineId: '1', quantity: 1 }] }),
  },
  shipFulfilment: {
    ...READY_ORDER,
    status: 200,
    otherBody: { tracking: 'another' },
    prepare: (steps) => onOrder(steps, SHIP, ['fulfilments'], { tracking: 'one' }),
  },
  deliverFulfilment: {
    ...READY_ORDER,
    status: 200,
    prepare: (steps) => onOrder(steps, 'fulfilments/{fulfilmentId}/deliver', ['fulfilments', SHIP]),
  },
  cancelFulfilment: {
    ...READY_ORDER,
    status: 200,
    otherBody: { reason: 'another' },
    prepare: (steps) => onOrder(steps, 'fulfilments/{fulfilmentId}/cancel', ['fulfilments']),
  },
  requestReturn: {
    ...READY_ORDER,
    status: 201,
    otherBody: { reason: 'another' },
    prepare: (steps) => onOrder(steps, 'returns', ['fulfilments', SHIP]),
  },
  receiveReturn: {
    ...READY_ORDER,
    status: 200,
    prepare: (steps) => onOrder(steps, 'returns/{returnId}/receive', ['fulfilments', SHIP, 'returns']),
  },
  capturePayment: {
    ...READY_PAYMENT,
    status: 200,
    otherBody: { amount: usd(301) },
    prepare: (steps) => onPayment(steps, 'capture', { amount: usd(300) }, {}),
  },
  voidPayment: {
    ...READY_PAYMENT,
    status: 200,
    otherBody: { reason: 'another' },
    prepare: (steps) => onPayment(steps, 'void', {}, {}),
  },
  refundPayment: {
    ...READY_PAYMENT,
    scope: 'refunds:write',
    status: 201,
    otherBody: { amount: usd(301) },
    prepare: (steps) => onPayment(steps, 'refunds', { amount: usd(300) }, { captureMethod: 'automatic' }),
  },
  approveRefund: {
    on: 'payment',
    scope: 'refunds:approve',
    status: 200,
    prepare: (steps) => onWaitingRefund(steps, 'approve'),
  },
  rejectRefund: {
    on: 'payment',
    scope: 'refunds:approve',
    status: 200,
    otherBody: { reason: 'another' },
    prepare: (steps) => onWaitingRefund(steps, 'reject', { reason: 'one' }),
  },
};
