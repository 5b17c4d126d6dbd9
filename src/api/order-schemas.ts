import { Type, type Static } from 'typebox';
import type { OrderView } from '../application/orders/order-view.ts';
import { currencyCode, minorUnits } from './amount-range.ts';
import { instant, MoneySchema, nullable, Quantities, reference, text, uuid } from './schemas.ts';

const item = {
  productId: reference('Your id of the product'),
  productName: text(200, 'As the customer sees it'),
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  unitPrice: MoneySchema,
  discount: Type.Optional(MoneySchema),
  taxRate: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10_000, description: 'Basis points: 2000 is 20 %' }),
  ),
};

const YEAR_SECONDS = 365 * 24 * 3_600;

export const CreateOrderBody = Type.Object(
  {
    customerId: reference('Your id of the customer'),
    items: Type.Array(Type.Object(item, { additionalProperties: false }), { minItems: 1, maxItems: 500 }),
    pricesIncludeTax: Type.Optional(Type.Boolean({ description: 'Default false: tax comes on top' })),
    shipping: Type.Optional(MoneySchema),
    expiresInSeconds: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: YEAR_SECONDS,
        description: 'Unpaid for so long, it expires; 1800 if left out',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        customerId: 'customer-42',
        items: [
          {
            productId: 'sku-1',
            productName: 'Teapot',
            quantity: 2,
            unitPrice: { amount: 1999, currency: 'USD' },
          },
        ],
      },
    ],
  },
);
export type CreateOrderBody = Static<typeof CreateOrderBody>;

export const OrderSchema = Type.Object(
  {
    orderId: uuid('Made by us'),
    customerId: Type.String(),
    status: Type.Enum(['Created', 'Confirmed', 'Completed', 'Cancelling', 'Cancelled', 'Expired']),
    paymentStatus: Type.Enum([
      'Unpaid',
      'Pending',
      'PartiallyAuthorized',
      'Authorized',
      'PartiallyPaid',
      'Paid',
      'Overpaid',
      'PartiallyRefunded',
      'Refunded',
    ]),
    fulfilmentStatus: Type.Enum(['None', 'Partial', 'Fulfilled', 'Returned']),
    currency: Type.String(),
    pricesIncludeTax: Type.Boolean(),
    items: Type.Array(
      Type.Object({
        lineId: Type.String(),
        productId: Type.String(),
        productName: Type.String(),
        quantity: Type.Integer(),
        unitPrice: MoneySchema,
        discount: MoneySchema,
        taxRate: Type.Integer({ description: 'Basis points' }),
        net: MoneySchema,
        tax: MoneySchema,
      }),
    ),
    totals: Type.Object({
      items: MoneySchema,
      discount: MoneySchema,
      tax: MoneySchema,
      shipping: MoneySchema,
      grand: MoneySchema,
    }),
    paidAmount: MoneySchema,
    refundedAmount: MoneySchema,
    dueAmount: MoneySchema,
    payments: Type.Array(
      Type.Object({
        paymentId: uuid('See /api/payments/{paymentId}'),
        amount: MoneySchema,
        capturedAmount: MoneySchema,
        status: Type.Enum(['Pending', 'Authorized', 'PartiallyCaptured', 'Completed', 'Failed', 'Voided']),
      }),
    ),
    fulfilments: Type.Array(
      Type.Object({
        fulfilmentId: Type.String(),
        status: Type.Enum(['Created', 'Shipped', 'Delivered', 'Cancelled']),
        items: Type.Array(Type.Object({ lineId: Type.String(), quantity: Type.Integer() })),
        tracking: nullable<string>('string', 'As given when it was shipped'),
      }),
    ),
    returns: Type.Array(
      Type.Object({
        returnId: Type.String(),
        status: Type.Enum(['Requested', 'Received']),
        items: Type.Array(Type.Object({ lineId: Type.String(), quantity: Type.Integer() })),
        reason: Type.String(),
      }),
    ),
    expiresAt: nullable<string>('string', 'Unpaid by then, it expires; null: never'),
    version: Type.Integer({ description: 'Number of changes so far; also the ETag' }),
    createdAt: instant('UTC'),
    updatedAt: instant('UTC'),
  },
  { $id: 'Order', title: 'Order' },
);

// Compiles only while what is sent fits what is documented.
true satisfies OrderView extends Static<typeof OrderSchema> ? true : never;

export const OrderParams = Type.Object({ orderId: uuid('The order') });

const reason = (whose: string) => Type.Optional(text(500, `Why; kept with the ${whose}`));

export const AmendOrderBody = Type.Object(
  {
    items: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...item,
            lineId: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: 20,
                description: 'The line that goes on; absent: a new one',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 500, description: 'All lines as they are to be' },
      ),
    ),
    shipping: Type.Optional(MoneySchema),
    reason: reason('order'),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ shipping: { amount: 0, currency: 'USD' } }] },
);
export type AmendOrderBody = Static<typeof AmendOrderBody>;

export const ReasonBody = Type.Object({ reason: reason('order') }, { additionalProperties: false });
export const FulfilmentBody = Type.Object(
  { items: Type.Optional(Quantities), reason: reason('fulfilment') },
  { additionalProperties: false, description: 'Without items: all that is left' },
);
export const ShipBody = Type.Object(
  { tracking: Type.Optional(text(200, 'Where the parcel can be followed')), reason: reason('fulfilment') },
  { additionalProperties: false },
);
export const ReturnBody = Type.Object(
  { items: Type.Optional(Quantities), reason: reason('return') },
  { additionalProperties: false, description: 'Without items: all that was shipped' },
);
export const FulfilmentParams = Type.Object({
  orderId: uuid('The order'),
  fulfilmentId: uuid('One of its fulfilments'),
});
export const ReturnParams = Type.Object({ orderId: uuid('The order'), returnId: uuid('One of its returns') });

export const OrderQuery = Type.Object(
  {
    status: Type.Optional(OrderSchema.properties.status),
    paymentStatus: Type.Optional(OrderSchema.properties.paymentStatus),
    fulfilmentStatus: Type.Optional(OrderSchema.properties.fulfilmentStatus),
    customerId: Type.Optional(reference('Only this customer’s')),
    currency: Type.Optional(currencyCode('Only orders in this currency')),
    totalMin: Type.Optional(minorUnits('Only those whose grand total is at least this')),
    totalMax: Type.Optional(minorUnits('Only those whose grand total is at most this')),
    createdAfter: Type.Optional(instant('Only later ones')),
    createdBefore: Type.Optional(instant('Only earlier ones')),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    cursor: Type.Optional(
      Type.String({ maxLength: 500, description: 'From `nextCursor` of the page before' }),
    ),
  },
  { additionalProperties: false },
);
export type OrderQuery = Static<typeof OrderQuery>;

export const OrderPage = Type.Object({
  data: Type.Array(Type.Ref('Order#')),
  nextCursor: nullable<string>('string', 'null on the last page'),
});

/** What is told of an event wherever events are listed. */
export const eventFields = {
  id: Type.String({
    description: 'Shard and position: what `/api/ops/log/{id}` takes, and the event stream names an event by',
    examples: ['0-184'],
  }),
  eventId: uuid('Also the id of the message that tells of it'),
  type: Type.String({ examples: ['OrderCreated'] }),
  streamId: uuid('The order or one of its payments'),
  version: Type.Integer({ description: 'Of its stream, after it: what `atVersion` takes' }),
  position: Type.String({ description: 'Place in the log of its shard: what `atPosition` takes' }),
  recordedAt: instant('UTC, to the microsecond, by the clock of the log: what `at` takes'),
  commandId: uuid('The command that caused it'),
  correlationId: Type.String(),
  causationId: Type.String({
    description: 'What led to the command: a request, an event, a payment left open',
  }),
};

export const causedBy = nullable<string>(
  'string',
  'The `eventId` of the event here that led to the command; null when it came from outside',
);

export const HistorySchema = Type.Object({
  data: Type.Array(
    Type.Object({
      ...eventFields,
      causedBy,
      actor: Type.String(),
      data: Type.Unknown(),
    }),
  ),
});
