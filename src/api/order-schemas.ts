import { Type, type Static } from 'typebox';
import type { OrderView } from '../application/orders/order-view.ts';
import { instant, MoneySchema, nullable, reference, text, uuid } from './schemas.ts';

export const CreateOrderBody = Type.Object(
  {
    customerId: reference('Your id of the customer'),
    items: Type.Array(
      Type.Object(
        {
          productId: reference('Your id of the product'),
          productName: text(200, 'As the customer sees it'),
          quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
          unitPrice: MoneySchema,
          discount: Type.Optional(MoneySchema),
          taxRate: Type.Optional(
            Type.Integer({ minimum: 0, maximum: 10_000, description: 'Basis points: 2000 is 20 %' }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 500 },
    ),
    pricesIncludeTax: Type.Optional(Type.Boolean({ description: 'Default false: tax comes on top' })),
    shipping: Type.Optional(MoneySchema),
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
    status: Type.Enum(['Created', 'Confirmed']),
    paymentStatus: Type.Enum(['Unpaid', 'Pending', 'PartiallyPaid', 'Paid']),
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
    dueAmount: MoneySchema,
    payments: Type.Array(
      Type.Object({
        paymentId: uuid('See /api/payments/{paymentId}'),
        amount: MoneySchema,
        status: Type.Enum(['Pending', 'Completed', 'Failed']),
      }),
    ),
    version: Type.Integer({ description: 'Number of changes so far; also the ETag' }),
    createdAt: instant('UTC'),
    updatedAt: instant('UTC'),
  },
  { $id: 'Order', title: 'Order' },
);

// Compiles only while what is sent fits what is documented.
true satisfies OrderView extends Static<typeof OrderSchema> ? true : never;

export const OrderParams = Type.Object({ orderId: uuid('The order') });

export const OrderQuery = Type.Object(
  {
    status: Type.Optional(OrderSchema.properties.status),
    paymentStatus: Type.Optional(OrderSchema.properties.paymentStatus),
    customerId: Type.Optional(reference('Only this customer’s')),
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

export const HistorySchema = Type.Object({
  data: Type.Array(
    Type.Object({
      eventId: uuid('Also the id of the message that tells of it'),
      type: Type.String(),
      streamId: uuid('The order or one of its payments'),
      version: Type.Integer({ description: 'Of its stream, after it: what `atVersion` takes' }),
      position: Type.String({ description: 'Place in the log' }),
      recordedAt: instant('UTC, to the microsecond, by the clock of the log: what `at` takes'),
      commandId: uuid('The command that caused it'),
      correlationId: Type.String(),
      causationId: Type.String({
        description: 'What led to the command: a request, an event, a payment left open',
      }),
      causedBy: nullable<string>(
        'string',
        'The `eventId` of the event here that led to the command; null when it came from outside',
      ),
      actor: Type.String(),
      data: Type.Unknown(),
    }),
  ),
});
