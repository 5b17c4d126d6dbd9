import type { CaptureMethod } from '../../src/domain/payments/payment-events.ts';
import type { DisputeReport } from '../../src/domain/payments/provider-report.ts';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { money, subtractMoney, sumMoney, type Money } from '../../src/domain/shared/money.ts';

export type Kind = 'authorize' | 'capture' | 'void' | 'refund';
export type Stage = 'succeeded' | 'declined' | 'pending' | 'requires_action';

/** One operation as the provider knows it: at most one entry for each key. */
export type Entry = {
  readonly operationId: string;
  readonly kind: Kind;
  readonly paymentId: string;
  readonly providerRef: string;
  readonly amount: Money;
  readonly isFinal: boolean;
  readonly stage: Stage;
  readonly code?: string;
};

/** What one authorization opened. */
export type Intent = {
  readonly providerRef: string;
  readonly attemptId: string;
  readonly paymentId: string;
  readonly amount: Money;
  readonly captureMethod: CaptureMethod;
  readonly holdUntilMs: number;
  readonly actUntilMs: number;
  readonly disputes: readonly DisputeReport[];
};

const total = ({ amount: { currency } }: Intent, entries: readonly Entry[]): Money =>
  sumMoney(
    currency,
    entries.map(({ amount }) => amount),
  );

const succeeded = (entries: readonly Entry[], kind: Kind): Entry[] =>
  entries.filter((entry) => entry.kind === kind && entry.stage === 'succeeded');

export function capturedOf(intent: Intent, entries: readonly Entry[]): Money {
  const kind = intent.captureMethod === 'manual' ? 'capture' : 'authorize';
  return total(intent, succeeded(entries, kind));
}

export const refundedOf = (intent: Intent, entries: readonly Entry[]): Money =>
  total(intent, succeeded(entries, 'refund'));

export function isHeld(intent: Intent, entries: readonly Entry[], nowMs: number): boolean {
  if (intent.captureMethod === 'automatic') return true;
  return nowMs < intent.holdUntilMs && succeeded(entries, 'void').length === 0;
}

/** Authorized, and still the customer's. */
export function heldOf(intent: Intent, entries: readonly Entry[], nowMs: number): Money {
  const nothing = money(0n, intent.amount.currency);
  const wasClosed = succeeded(entries, 'capture').some((entry) => entry.isFinal);
  if (intent.captureMethod === 'automatic' || wasClosed || !isHeld(intent, entries, nowMs)) return nothing;
  return subtractMoney(total(intent, succeeded(entries, 'authorize')), capturedOf(intent, entries));
}

/** Why it refuses by itself; undefined if it does not. */
export function whyNot(
  kind: Exclude<Kind, 'authorize'>,
  intent: Intent,
  entries: readonly Entry[],
  amount: Money,
  nowMs: number,
): string | undefined {
  switch (kind) {
    case 'capture':
      return heldOf(intent, entries, nowMs).amountMinor < amount.amountMinor ? 'not_held' : undefined;
    case 'void': {
      const waits = entries.some(({ stage }) => stage === 'requires_action');
      return waits || heldOf(intent, entries, nowMs).amountMinor > 0n ? undefined : 'nothing_held';
    }
    case 'refund': {
      const back = entries.filter((entry) => entry.kind === 'refund' && entry.stage !== 'declined');
      const left = subtractMoney(capturedOf(intent, entries), total(intent, back));
      return left.amountMinor < amount.amountMinor ? 'too_much' : undefined;
    }
  }
}

export function outcomeOf(intent: Intent, { kind, stage, code, amount }: Entry): OperationOutcome {
  const { providerRef } = intent;
  const isHold = kind === 'authorize' && intent.captureMethod === 'manual';
  switch (stage) {
    case 'succeeded':
      return {
        kind: 'succeeded',
        providerRef,
        ...(kind === 'void' ? {} : { amount }),
        ...(isHold ? { authorizationExpiresAt: new Date(intent.holdUntilMs).toISOString() } : {}),
      };
    case 'declined':
      return { kind: 'declined', code: code ?? 'declined' };
    case 'pending':
      return { kind: 'pending', providerRef };
    case 'requires_action': {
      const nextAction = { type: 'redirect', url: 'https://provider.invalid/challenge' } as const;
      return {
        kind: 'requires_action',
        providerRef,
        nextAction,
        expiresAt: new Date(intent.actUntilMs).toISOString(),
      };
    }
  }
}
