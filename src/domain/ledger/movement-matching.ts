import type { OrderId, PaymentId, TenantId } from '../shared/ids.ts';
import type { Money } from '../shared/money.ts';
import type { MovementKind, ProviderTransaction } from './settlement.ts';

/** What the ledger booked with a provider for one operation. */
export type BookedMovement = {
  readonly kind: MovementKind;
  readonly operationId: string;
  readonly tenantId: TenantId;
  readonly paymentId: PaymentId;
  readonly orderId: OrderId | null;
  /** Signed: what the provider owes us more. */
  readonly amount: Money;
  /** By the log's clock. */
  readonly at: string;
};

export type MatchedMovements = {
  readonly differing: readonly {
    readonly booked: BookedMovement;
    readonly transaction: ProviderTransaction;
  }[];
  readonly onlyBooked: readonly BookedMovement[];
  readonly onlyAtProvider: readonly ProviderTransaction[];
};

/**
 * One for one, by kind and operation, whenever each side wrote it down. Those of one amount first: the rest differs.
 * Amounts of two currencies are no difference that anybody could say: each side lacks what the other has.
 */
export function matchMovements(
  movements: readonly BookedMovement[],
  transactions: readonly ProviderTransaction[],
): MatchedMovements {
  const waiting = new Map<string, BookedMovement[]>();
  for (const movement of movements) {
    const name = `${movement.kind} ${movement.operationId}`;
    waiting.set(name, [...(waiting.get(name) ?? []), movement]);
  }
  function take(
    { kind, operationId }: ProviderTransaction,
    fits: (movement: BookedMovement) => boolean,
  ): BookedMovement | undefined {
    const candidates = waiting.get(`${kind} ${operationId}`) ?? [];
    const index = candidates.findIndex(fits);
    return index < 0 ? undefined : candidates.splice(index, 1)[0];
  }

  const unequal = transactions.filter(
    (transaction) => !take(transaction, ({ amount }) => isSame(amount, transaction.gross)),
  );
  const rest = unequal.map((transaction) => ({
    transaction,
    booked: take(transaction, ({ amount }) => amount.currency === transaction.gross.currency),
  }));
  const single = rest.flatMap(({ transaction, booked }) => (booked ? [] : [transaction]));
  return {
    differing: rest.flatMap(({ transaction, booked }) => (booked ? [{ transaction, booked }] : [])),
    onlyBooked: [...waiting.values()].flat(),
    onlyAtProvider: withoutReversed(single),
  };
}

const isSame = (a: Money, b: Money): boolean => a.amountMinor === b.amountMinor && a.currency === b.currency;

/** A refund that failed before we heard that it had succeeded was never booked, and need not be. */
function withoutReversed(transactions: readonly ProviderTransaction[]): ProviderTransaction[] {
  const sums = new Map<string, bigint>();
  for (const { operationId, gross } of transactions)
    if (operationId !== undefined) sums.set(operationId, (sums.get(operationId) ?? 0n) + gross.amountMinor);
  return transactions.filter(
    ({ operationId, gross }) =>
      operationId === undefined || gross.amountMinor === 0n || sums.get(operationId) !== 0n,
  );
}
