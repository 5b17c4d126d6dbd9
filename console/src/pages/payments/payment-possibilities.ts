type Amount = { readonly amount: number };

/** What the console looks at of a payment to tell what can be done with it; the service decides when it is done. */
export type PaymentState = {
  readonly status: string;
  readonly authorizedAmount: Amount;
  readonly capturedAmount: Amount;
  readonly captures: readonly { readonly amount: Amount; readonly status: string }[];
  readonly refunds: readonly {
    readonly amount: Amount;
    readonly status: string;
    readonly items: readonly { readonly lineId: string; readonly quantity: number }[];
  }[];
  readonly disputes: readonly { readonly amount: Amount; readonly status: string }[];
  readonly inFlight: readonly string[];
};

export const PAYMENT_ACTIONS = ['capture', 'refund', 'void', 'sync'] as const;
export type PaymentAction = (typeof PAYMENT_ACTIONS)[number];

const GAVE_NOTHING_BACK = ['Failed', 'Rejected', 'Lapsed'];

const sumOf = (parts: readonly { readonly amount: Amount }[]): number =>
  parts.reduce((sum, { amount }) => sum + amount.amount, 0);

/** Authorized, and neither captured nor being captured. */
export function capturableMinor(payment: PaymentState): number {
  if (payment.status !== 'Authorized' && payment.status !== 'PartiallyCaptured') return 0;
  const pending = payment.captures.filter(({ status }) => status === 'Pending');
  return Math.max(0, payment.authorizedAmount.amount - payment.capturedAmount.amount - sumOf(pending));
}

const refundsThatCount = ({ refunds }: PaymentState) =>
  refunds.filter(({ status }) => !GAVE_NOTHING_BACK.includes(status));

/** Captured, and neither given back, nor about to be, nor claimed by the customer's bank. */
export function refundableMinor(payment: PaymentState): number {
  const disputed = payment.disputes.filter(({ status }) => status !== 'won');
  return Math.max(0, payment.capturedAmount.amount - sumOf(refundsThatCount(payment)) - sumOf(disputed));
}

/** Units of a line that this payment has not given back. */
export const refundableUnits = (
  { lineId, quantity }: { readonly lineId: string; readonly quantity: number },
  payment: PaymentState,
): number =>
  refundsThatCount(payment)
    .flatMap(({ items }) => items)
    .filter((item) => item.lineId === lineId)
    .reduce((left, item) => left - item.quantity, quantity);

const isDisputed = ({ disputes }: PaymentState): boolean =>
  disputes.some(({ status }) => status === 'open' || status === 'under_review');

export function isPossible(action: PaymentAction, payment: PaymentState): boolean {
  const isBusy = payment.inFlight.includes('capture') || payment.inFlight.includes('void');
  switch (action) {
    case 'capture':
      return !isBusy && capturableMinor(payment) > 0;
    case 'void':
      return !isBusy && (payment.status === 'Authorized' || payment.status === 'RequiresAction');
    case 'refund':
      return refundableMinor(payment) > 0 && !isDisputed(payment);
    case 'sync':
      return payment.inFlight.length > 0;
  }
}
