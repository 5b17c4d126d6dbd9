import type { OrderId, PaymentId } from '../shared/ids.ts';
import type { Money } from '../shared/money.ts';

export const PAYMENT_METHODS = ['card', 'bank_transfer', 'wallet'] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

export type PaymentEvent =
  | {
      readonly type: 'PaymentInitiated';
      readonly paymentId: PaymentId;
      readonly orderId: OrderId;
      readonly amount: Money;
      readonly paymentMethod: PaymentMethod;
      /** The provider's stand-in for the means of payment; never a card number. */
      readonly paymentToken: string;
      readonly captureMethod: 'automatic';
      readonly at: string;
    }
  /** Committed before the provider is called: whatever happens next, we know that money may have moved. */
  | {
      readonly type: 'AttemptStarted';
      readonly attemptId: string;
      readonly provider: string;
      /** The idempotency key given to the provider; the same at every repetition of this attempt. */
      readonly providerKey: string;
      readonly at: string;
    }
  | {
      readonly type: 'PaymentAuthorized';
      readonly attemptId: string;
      readonly providerRef: string;
      readonly amount: Money;
      readonly at: string;
    }
  | {
      readonly type: 'CaptureSucceeded';
      readonly captureId: string;
      readonly amount: Money;
      readonly final: boolean;
      readonly at: string;
    }
  | {
      readonly type: 'AttemptFailed';
      readonly attemptId: string;
      readonly code: string;
      readonly class: 'declined' | 'not_sent';
      readonly at: string;
    }
  | {
      readonly type: 'OperationOutcomeUnknown';
      readonly operationId: string;
      readonly reason: string;
      readonly at: string;
    }
  /** Once, at the first terminal outcome. */
  | {
      readonly type: 'PaymentProcessed';
      readonly paymentId: PaymentId;
      readonly orderId: OrderId;
      readonly amount: Money;
      readonly paymentMethod: PaymentMethod;
      readonly isSuccessful: boolean;
      readonly at: string;
    };
