import { Type, type Static } from 'typebox';
import { PAYMENT_METHODS } from '../domain/payments/payment-events.ts';
import type { PaymentView } from '../application/payments/payment-view.ts';
import { instant, MoneySchema, nullable, uuid } from './schemas.ts';

export const CreatePaymentBody = Type.Object(
  {
    orderId: uuid('The order to pay'),
    amount: Type.Optional(MoneySchema),
    paymentMethod: Type.Enum([...PAYMENT_METHODS]),
    paymentToken: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{1,100}$',
        description:
          'The provider’s token. The simulated provider knows tok_success (default), tok_declined, tok_insufficient_funds',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ orderId: '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', paymentMethod: 'card' }],
  },
);
export type CreatePaymentBody = Static<typeof CreatePaymentBody>;

export const PaymentSchema = Type.Object(
  {
    paymentId: uuid('Made by us'),
    orderId: uuid('The order it pays'),
    amount: MoneySchema,
    paymentMethod: Type.Enum([...PAYMENT_METHODS]),
    status: Type.Enum(['Pending', 'Completed', 'Failed']),
    isSuccessful: nullable<boolean>('boolean', 'null until the outcome is final'),
    authorizedAmount: MoneySchema,
    capturedAmount: MoneySchema,
    error: Type.Optional(Type.Object({ code: Type.String({ description: 'The provider’s reason' }) })),
    version: Type.Integer(),
    createdAt: instant('UTC'),
    updatedAt: instant('UTC'),
  },
  { $id: 'Payment', title: 'Payment' },
);

// Compiles only while what is sent fits what is documented.
true satisfies PaymentView extends Static<typeof PaymentSchema> ? true : never;

export const PaymentParams = Type.Object({ paymentId: uuid('The payment') });
export const PaymentQuery = Type.Object({ orderId: uuid('Whose payments') }, { additionalProperties: false });
export const PaymentList = Type.Object({ data: Type.Array(Type.Ref('Payment#')) });
