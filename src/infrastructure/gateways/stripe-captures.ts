import { createHash } from 'node:crypto';
import type { Stripe } from 'stripe';

/**
 * Stripe keeps the sum of all captures and not one of them. So each leaves a mark in the intent's metadata, in the same
 * request that captures: the sum before it and after it. Those marks that lead from 0 to the sum are what was captured;
 * a mark that leads elsewhere is of a capture that came to nothing.
 */
type Mark = { readonly operationId: string; readonly before: number; readonly after: number };

export type Captured = { readonly operationId: string; readonly amount: number };

const PREFIX = 'capture_';

/** A function of its arguments: a request that is repeated under its idempotency key must be the same request. */
export function markOf(operationId: string, before: number, amount: number): Record<string, string> {
  return { [keyOf(operationId)]: `${operationId} ${before} ${before + amount}` };
}

// Of the 40 characters that a key may have. Of 50 keys two are taken: 48 captures of one payment.
const keyOf = (operationId: string): string =>
  PREFIX + createHash('sha256').update(operationId).digest('hex').slice(0, 32);

/** The newest first. */
export function capturesIn({ metadata, amount_received: sum }: Stripe.PaymentIntent): Captured[] {
  const marks = marksIn(metadata);
  const captured: Captured[] = [];
  for (let reached = sum; reached > 0;) {
    const mark = marks.find(({ after }) => after === reached);
    if (!mark) break;
    captured.push({ operationId: mark.operationId, amount: mark.after - mark.before });
    reached = mark.before;
  }
  if (captured.length > 0 || sum === 0) return captured;
  // The only one there is, and another amount than we asked for: its own figure is the one that counts.
  const [only, ...others] = marks;
  return only && others.length === 0 && only.before === 0
    ? [{ operationId: only.operationId, amount: sum }]
    : [];
}

function marksIn(metadata: Stripe.Metadata): Mark[] {
  return Object.entries(metadata).flatMap(([key, value]) => {
    const found = /^(.+) (\d+) (\d+)$/.exec(value);
    if (!key.startsWith(PREFIX) || !found) return [];
    const [, operationId = '', before = '', after = ''] = found;
    // A mark that leads nowhere would be walked for ever.
    const mark = { operationId, before: Number(before), after: Number(after) };
    return mark.after > mark.before ? [mark] : [];
  });
}
