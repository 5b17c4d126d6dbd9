import { Type, type Static } from 'typebox';
import { CAPTURE_METHODS, PAYMENT_METHODS } from '../domain/payments/payment-events.ts';
import type { PaymentView } from '../application/payments/payment-view.ts';
import { REFUND_STATUSES, type RefundView } from '../application/payments/refund-view.ts';
import { currencyCode, minorUnits } from './amount-range.ts';
import { instant, MoneySchema, nullable, Quantities, text, uuid } from './schemas.ts';

export const CreatePaymentBody = Type.Object(
  {
    orderId: uuid('The order to pay'),
    amount: Type.Optional(MoneySchema),
    paymentMethod: Type.Enum([...PAYMENT_METHODS]),
    paymentToken: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{1,100}$',
        description:
          'The provider’s token, such as `pm_…` of Stripe. Those of the simulated provider, `tok_success` unless given, are in the README',
      }),
    ),
    captureMethod: Type.Optional(
      Type.Enum([...CAPTURE_METHODS], {
        description: '`automatic` unless given; `manual`: the money is only held, and taken by captures',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ orderId: '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', paymentMethod: 'card' }],
  },
);
export type CreatePaymentBody = Static<typeof CreatePaymentBody>;

const ErrorSchema = Type.Optional(
  Type.Object({ code: Type.String({ description: 'The provider’s reason' }) }),
);
const Stage = Type.Enum(['Pending', 'Succeeded', 'Failed']);

export const RefundSchema = Type.Object(
  {
    refundId: Type.String(),
    amount: MoneySchema,
    status: Type.Unsafe<RefundView['status']>({
      type: 'string',
      enum: Object.keys(REFUND_STATUSES),
      description: Object.entries(REFUND_STATUSES)
        .map(([status, meaning]) => `${status}: ${meaning}`)
        .join('; '),
    }),
    items: Type.Array(Type.Object({ lineId: Type.String(), quantity: Type.Integer(), amount: MoneySchema })),
    reason: Type.String(),
    error: ErrorSchema,
    requestedBy: Type.Optional(
      Type.String({
        description: 'Who asked for it, such as `key:op_live_…`; only of one that needs approval',
      }),
    ),
    lapsesAt: Type.Optional(instant('Until when it waits for approval')),
    decidedBy: Type.Optional(Type.String({ description: 'Who approved of it or rejected it' })),
    decidedAt: Type.Optional(instant('UTC')),
    rejectionReason: Type.Optional(Type.String()),
    createdAt: instant('UTC'),
  },
  { $id: 'Refund', title: 'Refund' },
);
true satisfies RefundView extends Static<typeof RefundSchema> ? true : never;

export const PaymentSchema = Type.Object(
  {
    paymentId: uuid('Made by us'),
    orderId: uuid('The order it pays'),
    amount: MoneySchema,
    paymentMethod: Type.Enum([...PAYMENT_METHODS]),
    captureMethod: Type.Enum([...CAPTURE_METHODS]),
    status: Type.Enum([
      'Pending',
      'RequiresAction',
      'Authorized',
      'PartiallyCaptured',
      'Completed',
      'Failed',
      'Voided',
      'Expired',
    ]),
    isSuccessful: nullable<boolean>('boolean', 'null until the outcome is final'),
    authorizedAmount: MoneySchema,
    capturedAmount: MoneySchema,
    refundedAmount: MoneySchema,
    error: ErrorSchema,
    nextAction: Type.Optional(
      Type.Object({
        type: Type.Literal('redirect'),
        url: Type.String({ description: 'Where the customer must go' }),
      }),
    ),
    expiresAt: Type.Optional(instant('Of the customer’s action, or of the authorization')),
    captures: Type.Array(
      Type.Object({
        captureId: Type.String(),
        amount: MoneySchema,
        status: Stage,
        error: ErrorSchema,
      }),
    ),
    refunds: Type.Array(Type.Ref('Refund#')),
    disputes: Type.Array(
      Type.Object({
        disputeId: Type.String(),
        amount: MoneySchema,
        reason: Type.String(),
        status: Type.Enum(['open', 'under_review', 'won', 'lost']),
        openedAt: instant('UTC'),
      }),
    ),
    inFlight: Type.Array(Type.Enum(['authorize', 'capture', 'void', 'refund']), {
      description: 'What the provider has not answered yet',
    }),
    version: Type.Integer(),
    createdAt: instant('UTC'),
    updatedAt: instant('UTC'),
  },
  { $id: 'Payment', title: 'Payment' },
);

// Compiles only while what is sent fits what is documented.
true satisfies Omit<PaymentView, 'refunds'> extends Omit<Static<typeof PaymentSchema>, 'refunds'>
  ? true
  : never;

export const PaymentParams = Type.Object({ paymentId: uuid('The payment') });
export const PaymentQuery = Type.Object(
  {
    orderId: Type.Optional(
      uuid('Only this order’s: all of them on one page, oldest first, without `limit` and `cursor`'),
    ),
    status: Type.Optional(PaymentSchema.properties.status),
    outcome: Type.Optional(
      Type.Enum(['unknown'], {
        description: '`unknown`: only those of which a provider has not said what came of an operation',
      }),
    ),
    paymentMethod: Type.Optional(
      Type.Enum([...PAYMENT_METHODS], { description: 'Only those by this method' }),
    ),
    currency: Type.Optional(currencyCode('Only payments in this currency')),
    amountMin: Type.Optional(minorUnits('Only those of at least this amount')),
    amountMax: Type.Optional(minorUnits('Only those of at most this amount')),
    createdAfter: Type.Optional(instant('Only later ones')),
    createdBefore: Type.Optional(instant('Only earlier ones')),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: '20 unless given' })),
    cursor: Type.Optional(
      Type.String({ maxLength: 500, description: 'From `nextCursor` of the page before' }),
    ),
  },
  { additionalProperties: false },
);
export const PaymentPage = Type.Object({
  data: Type.Array(Type.Ref('Payment#')),
  nextCursor: nullable<string>('string', 'null on the last page, and with `orderId`'),
});

export const CaptureBody = Type.Object(
  {
    amount: Type.Optional(MoneySchema),
    final: Type.Optional(Type.Boolean({ description: 'Lets go of what is left after this capture' })),
    reason: Type.Optional(text(500, 'Why; kept with the capture')),
  },
  { additionalProperties: false, description: 'Without an amount: all that is left' },
);
export const SyncBody = Type.Object(
  { reason: Type.Optional(text(500, 'Why; kept in the audit, since asking changes nothing by itself')) },
  { additionalProperties: false },
);
export const VoidBody = Type.Object(
  { reason: Type.Optional(text(500, 'Why; kept with the payment')) },
  { additionalProperties: false },
);
export const RefundBody = Type.Object(
  {
    amount: Type.Optional(MoneySchema),
    items: Type.Optional(Quantities),
    reason: Type.Optional(text(500, 'Why; kept with the refund')),
  },
  {
    additionalProperties: false,
    description:
      'An amount, or units of lines at their price; neither: all that can still be given back. Both: the lines, if they come to that amount',
  },
);
export const RejectRefundBody = Type.Object(
  { reason: Type.Optional(text(500, 'Why; kept with the refund')) },
  { additionalProperties: false },
);
export const RefundParams = Type.Object({
  paymentId: uuid('The payment'),
  refundId: uuid('One of its refunds'),
});
