import type { Currency } from '../shared/currencies.ts';
import type { OrderId, PaymentId, TenantId } from '../shared/ids.ts';
import { addMoney, subtractMoney, zeroMoney, type Money } from '../shared/money.ts';

/** What moves money between us and a provider; each operation of ours has at most one of a kind. */
export type MovementKind = 'capture' | 'refund' | 'refund_failure' | 'dispute' | 'dispute_won';

/** One movement on our account at a provider, by its own books. */
export type ProviderTransaction = {
  readonly transactionId: string;
  /** `adjustment`: the provider's own doing, which no operation of ours asked for. */
  readonly kind: MovementKind | 'adjustment';
  /** Ours, which the provider keeps with it: the capture, the refund, the dispute. */
  readonly operationId?: string;
  readonly paymentId?: PaymentId;
  /** What the provider owes us more, or, below zero, less. The fee of a dispute is part of it. */
  readonly gross: Money;
  /** What the provider keeps of it when it pays out. */
  readonly fee: Money;
  /** By the provider's clock, RFC 3339 in UTC. */
  readonly at: string;
};

/** Of a transaction that was paid out, what the payout says of it. */
export type SettlementLine = {
  readonly transactionId: string;
  readonly paymentId?: PaymentId;
  readonly gross: Money;
  readonly fee: Money;
  /** When the transaction was made. */
  readonly at: string;
};

/** Money paid out to our bank, and what it is made of. Below zero it was taken from there. */
export type Settlement = {
  readonly payoutId: string;
  /** Calendar day in UTC, `YYYY-MM-DD`. */
  readonly day: string;
  readonly currency: Currency;
  readonly gross: Money;
  readonly fees: Money;
  readonly net: Money;
  readonly lines: readonly SettlementLine[];
};

/** Whose payment it is; `orderId` is null while no read model knows it. */
export type Owner = { readonly tenantId: TenantId; readonly orderId: OrderId | null };
export type Owners = ReadonlyMap<PaymentId, Owner>;

export const ownerOf = (owners: Owners, { paymentId }: { paymentId?: PaymentId }): Owner | undefined =>
  paymentId === undefined ? undefined : owners.get(paymentId);

/** One tenant's share of a settlement. */
export type SettlementShare = {
  readonly tenantId: TenantId;
  readonly gross: Money;
  readonly fees: Money;
  readonly net: Money;
  readonly lineCount: number;
};

/** One account at a provider may serve several tenants; lines of payments that nobody has are of no share. */
export function sharesOf({ currency, lines }: Settlement, owners: Owners): SettlementShare[] {
  const shares = new Map<TenantId, SettlementShare>();
  const nothing = zeroMoney(currency);
  for (const line of lines) {
    const tenantId = ownerOf(owners, line)?.tenantId;
    if (tenantId === undefined) continue;
    const before = shares.get(tenantId) ?? { gross: nothing, fees: nothing, lineCount: 0 };
    const [gross, fees] = [addMoney(before.gross, line.gross), addMoney(before.fees, line.fee)];
    const lineCount = before.lineCount + 1;
    shares.set(tenantId, { tenantId, gross, fees, net: subtractMoney(gross, fees), lineCount });
  }
  return [...shares.values()];
}

const DAY_MS = 86_400_000;

/** The calendar day, in UTC, of an instant in UTC. */
export const dayOf = (at: string): string => at.slice(0, 10);

export const addDays = (day: string, days: number): string =>
  dayOf(new Date(Date.parse(day) + days * DAY_MS).toISOString());
