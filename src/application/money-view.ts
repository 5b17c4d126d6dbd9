import type { Money } from '../domain/shared/money.ts';

/** Money on the wire: an integer of minor units. Every amount is below 10¹², so a number holds it exactly. */
export type MoneyView = { readonly amount: number; readonly currency: string };

export const viewMoney = ({ amountMinor, currency }: Money): MoneyView => ({
  amount: Number(amountMinor),
  currency,
});
