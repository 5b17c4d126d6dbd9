import type { Payment, Refund } from '@order-payments/client';
import { formatMoney } from '../../format/money.tsx';
import { inWords } from '../../ui/badge.tsx';

const REASONS: Readonly<Record<string, string>> = {
  card_declined: 'The customer’s bank declined the card.',
  declined: 'The provider declined it.',
  insufficient_funds: 'There is not enough money on the card or account.',
  expired_card: 'The card has expired.',
  authentication_failed: 'The customer did not prove who they are.',
  not_received: 'The provider never got it: nothing was taken.',
  not_sent: 'It was never sent to the provider.',
  transfer_rejected: 'The bank rejected the transfer.',
  account_closed: 'The account is closed.',
  token_unknown: 'The provider does not know the payment token.',
  capture_failed: 'The provider could not capture it.',
};

/** Why a provider did not do it; its own code, readable, where there are no better words. */
export const reasonOf = (code: string): string => REASONS[code] ?? `${inWords(code)}.`;

/** What has become of a refund, to whoever has just asked for it. */
export function saidOf({ status, amount, error }: Refund): string {
  const sum = formatMoney(amount.amount, amount.currency);
  switch (status) {
    case 'AwaitingApproval':
      return `The refund of ${sum} waits for approval by a second person.`;
    case 'Pending':
      return `The refund of ${sum} is under way: the provider has not said yet that the money went back.`;
    case 'Failed':
      return `No money went back: the refund of ${sum} failed. ${error ? reasonOf(error.code) : ''}`;
    case 'Rejected':
      return `The refund of ${sum} is rejected. No money went back.`;
    case 'Lapsed':
      return `The refund of ${sum} lapsed: nobody decided in time.`;
    case 'Succeeded':
      return `${sum} went back to the customer.`;
  }
}

const UNKNOWN: Readonly<Record<Payment['inFlight'][number], string>> = {
  authorize: 'whether the customer’s bank promised the money',
  capture: 'whether the money was taken',
  void: 'whether the money was let go',
  refund: 'whether the money went back',
};

const NOUNS: Readonly<Record<Payment['inFlight'][number], string>> = {
  authorize: 'authorization',
  capture: 'capture',
  void: 'void',
  refund: 'refund',
};

/** `the capture and the refund`. */
export const inNouns = (inFlight: Payment['inFlight']): string =>
  [...new Set(inFlight)].map((kind) => `the ${NOUNS[kind]}`).join(' and ');

/** `whether the money was taken`. */
export const inDoubt = (inFlight: Payment['inFlight']): string =>
  [...new Set(inFlight)].map((kind) => UNKNOWN[kind]).join(', and ');
