import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'info';

export const Badge = ({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) => (
  <span className={`badge badge-${tone}`}>{children}</span>
);

// Of everything that has a status: what went well, what waits, what needs somebody.
const TONES: Readonly<Record<string, Tone>> = {
  Created: 'info',
  Confirmed: 'good',
  Completed: 'good',
  Cancelling: 'warn',
  Cancelled: 'neutral',
  Expired: 'neutral',
  Unpaid: 'neutral',
  Pending: 'warn',
  RequiresAction: 'warn',
  AwaitingApproval: 'warn',
  Authorized: 'info',
  PartiallyAuthorized: 'info',
  PartiallyPaid: 'warn',
  PartiallyCaptured: 'warn',
  Paid: 'good',
  Overpaid: 'bad',
  PartiallyRefunded: 'info',
  Refunded: 'neutral',
  Succeeded: 'good',
  Failed: 'bad',
  Voided: 'neutral',
  None: 'neutral',
  Partial: 'warn',
  Fulfilled: 'good',
  Returned: 'neutral',
  Shipped: 'info',
  Delivered: 'good',
  Requested: 'warn',
  Received: 'good',
  open: 'bad',
  under_review: 'warn',
  won: 'good',
  lost: 'bad',
  resolved: 'good',
  failed: 'bad',
  replayed: 'good',
  discarded: 'neutral',
  running: 'good',
  paused: 'warn',
  halted: 'bad',
  live: 'good',
  building: 'info',
  ok: 'good',
  degraded: 'warn',
};

/** Statuses to filter by, and none of them. */
export const anyOf = (statuses: readonly string[]): readonly (readonly [string, string])[] => [
  ['', 'Any'],
  ...statuses.map((status) => [status, inWords(status)] as const),
];

/** `PartiallyRefunded` → `Partially refunded`. */
export const inWords = (status: string): string => {
  const words = status
    .replaceAll('_', ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const Status = ({ value }: { readonly value: string }) => (
  <Badge tone={TONES[value] ?? 'neutral'}>{inWords(value)}</Badge>
);
