import { Type, type Static, type TSchema } from 'typebox';
import type { IntegrationEvent, IntegrationEventType } from '../../application/integration-events.ts';
import type { Encoded } from './money-json.ts';

// Open to further properties, unlike what the log keeps: a newer build may add one while this one still consumes.
const open = <Properties extends Record<string, TSchema>>(properties: Properties) => Type.Object(properties);

const id = (description: string) => Type.String({ format: 'uuid', description });
const text = (description: string) => Type.String({ description });
const instant = (description: string) => Type.String({ format: 'date-time', description });
const money = (description: string) =>
  Type.Object(
    {
      amount: Type.Integer({ description: 'In minor units: cents of EUR, yen of JPY' }),
      currency: Type.String({ description: 'ISO 4217' }),
    },
    { description },
  );

const orderId = id('The order');
const paymentId = id('The payment');
const lineId = text('The line, told apart within its order');
const quantity = Type.Integer({ description: 'Units' });
const shipping = money('What is charged for shipping');
const total = money('What the customer owes in all');
const lines = Type.Array(
  open({
    lineId,
    productId: text('The shop’s id of the product'),
    quantity,
    unitPrice: money('Price of one'),
    discount: money('Off the whole line'),
    net: money('Of the whole line after the discount, without tax'),
    tax: money('Of the whole line; net and tax are what the customer pays for it'),
  }),
);

/** The bodies of the messages, by type and version of the public contract. */
export const INTEGRATION_DATA = {
  'order.created.v1': open({
    orderId,
    customerId: text('The shop’s id of the customer, or `erased`'),
    currency: text('ISO 4217, of every amount of the order'),
    items: lines,
    shipping,
    total,
    createdAt: instant('When it was placed'),
  }),
  'order.amended.v1': open({
    orderId,
    amendmentId: text('The amendment'),
    items: lines,
    shipping,
    totalBefore: money('What the customer owed until now'),
    total,
    amendedAt: instant('When it was changed'),
  }),
  'order.confirmed.v1': open({ orderId, confirmedAt: instant('When it was covered') }),
  'order.paid.v1': open({ orderId, total, paidAt: instant('When the last of it was captured') }),
  'order.overpaid.v1': open({
    orderId,
    excess: money('More than is due'),
    overpaidAt: instant('When it was noticed'),
  }),
  'order.payment_authorized.v1': open({
    orderId,
    paymentId,
    amount: money('Held by the bank, not taken yet'),
    authorizedAt: instant('When the order heard of it'),
  }),
  'order.payment_captured.v1': open({
    orderId,
    paymentId,
    captureId: text('The capture, or the attempt that took the money at once'),
    amount: money('Taken by this capture alone'),
    capturedAt: instant('When the order heard of it'),
  }),
  'order.refunded.v1': open({
    orderId,
    paymentId,
    refundId: text('The refund'),
    amount: money('Given back by this refund alone'),
    refundedAt: instant('When the order heard of it'),
  }),
  'order.refund_failed.v1': open({
    orderId,
    paymentId,
    refundId: text('The refund, which may have been told as done before'),
    amount: money('What did not go back'),
    failedAt: instant('When the order heard of it'),
  }),
  'order.charged_back.v1': open({
    orderId,
    paymentId,
    disputeId: text('The provider’s id of the dispute'),
    amount: money('What the customer’s bank took back'),
    chargedBackAt: instant('When the order heard of it'),
  }),
  'order.cancelled.v1': open({ orderId, cancelledAt: instant('When the last of its money was back') }),
  'order.expired.v1': open({ orderId, expiredAt: instant('When the last of its money was back') }),
  'order.shipped.v1': open({
    orderId,
    fulfilmentId: text('The shipment'),
    lines: Type.Array(
      open({
        lineId,
        quantity,
        net: money('This shipment’s share of the line, without tax'),
        tax: money('This shipment’s share of the line’s tax'),
      }),
    ),
    shipping: money('Earned with this shipment: all of it with the first, then none'),
    shippedAt: instant('When it left'),
  }),
  'order.delivered.v1': open({
    orderId,
    fulfilmentId: text('The shipment'),
    deliveredAt: instant('When it arrived'),
  }),
  'order.return_requested.v1': open({
    orderId,
    returnId: text('The return'),
    lines: Type.Array(open({ lineId, quantity })),
    requestedAt: instant('When it was announced'),
  }),
  'order.returned.v1': open({
    orderId,
    returnId: text('The return that was requested'),
    returnedAt: instant('When the goods were back'),
  }),
  'order.completed.v1': open({ orderId, completedAt: instant('When all was paid and delivered') }),
  'payment.processed.v1': open({
    paymentId,
    orderId,
    amount: money('What was asked for'),
    paymentMethod: text('`card`, `bank_transfer` or `wallet`'),
    isSuccessful: Type.Boolean({ description: 'Whether money was taken' }),
    processedAt: instant('When it was decided'),
  }),
} as const satisfies Record<IntegrationEventType, TSchema>;

type Schemas = { [Name in keyof typeof INTEGRATION_DATA]: Static<(typeof INTEGRATION_DATA)[Name]> };
type Contracts = { [Event in IntegrationEvent as Event['type']]: Encoded<Event['data']> };

// Compiles only while the schemas and the contracts say the same, field by field, in both directions.
export type IntegrationDataMatch = [
  Schemas extends Contracts ? true : never,
  Contracts extends Schemas ? true : never,
];
[true, true] satisfies IntegrationDataMatch;
