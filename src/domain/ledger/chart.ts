import type { Account } from './postings.ts';

export const ACCOUNT_KINDS = ['asset', 'liability', 'income', 'expense', 'memo'] as const;

/** An account's name up to the colon: `order_funds` for the funds of every order. */
export type AccountClass = Account extends infer Name
  ? Name extends `${infer Class}:${string}`
    ? Class
    : Name
  : never;

export type ChartEntry = { readonly kind: (typeof ACCOUNT_KINDS)[number]; readonly description: string };

/** What every account is for. The balance, debit less credit, of liabilities and of income is mostly below zero. */
export const CHART: Readonly<Record<AccountClass, ChartEntry>> = {
  psp_clearing: { kind: 'asset', description: 'What a payment provider holds for us until it pays it out' },
  bank: { kind: 'asset', description: 'What providers have paid out to our bank' },
  dispute_receivable: { kind: 'asset', description: 'What open disputes hold back until they are decided' },
  order_funds: { kind: 'liability', description: 'What customers have paid for what was not shipped yet' },
  refund_payable: { kind: 'liability', description: 'What is promised back and not yet given back' },
  tax_payable: { kind: 'liability', description: 'Tax on what was shipped, less that on what went back' },
  revenue: { kind: 'income', description: 'Goods that were shipped, without tax' },
  shipping_revenue: {
    kind: 'income',
    description: 'What customers paid for the shipping of what was shipped',
  },
  returns: {
    kind: 'income',
    description: 'What was given back after it was shipped; it lessens the revenue',
  },
  psp_fees: { kind: 'expense', description: 'What providers keep for themselves' },
  dispute_loss: { kind: 'expense', description: 'What disputes that were lost have cost' },
  auth_hold: { kind: 'memo', description: 'What banks hold for us and was not captured; no money has moved' },
  auth_contra: { kind: 'memo', description: 'The other side of auth_hold' },
};

/** undefined: the books know no such account. */
export function chartEntryOf(account: string): ChartEntry | undefined {
  const [name = ''] = account.split(':', 1);
  return Object.hasOwn(CHART, name) ? CHART[name as AccountClass] : undefined;
}

/** Those whose names go on after a colon: alone it stands for all of them together. */
export const isWholeClass = (account: string): boolean =>
  account === 'order_funds' || account === 'psp_clearing';
