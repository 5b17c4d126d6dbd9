import { pageOf } from './stripe-facade-objects.ts';

/** A balance transaction, and the payout it is in. */
export type Transaction = {
  readonly id: string;
  readonly object: 'balance_transaction';
  readonly type: string;
  readonly reporting_category: string;
  readonly source: string | null;
  amount: number;
  fee: number;
  currency: string;
  /** Seconds. */
  created: number;
  payout?: string;
};

export type Payout = {
  readonly id: string;
  readonly object: 'payout';
  amount: number;
  readonly currency: string;
  readonly automatic: boolean;
  readonly balance_transaction: string;
  /** Seconds: midnight, in UTC, of the day. */
  readonly arrival_date: number;
  reconciliation_status: string;
  status: string;
};

type Entered = Pick<Transaction, 'type' | 'reporting_category' | 'source' | 'amount' | 'currency'> & {
  readonly fee?: number;
};

/** What a charge costs: 2.9 % + 30. */
export const feeOf = (amount: number): number => Math.round(amount * 0.029) + 30;

/** What a transaction is about: in full, and with its payment intent in full. */
export type ShowSource = (id: string, withIntent: boolean) => Promise<unknown>;

export type List = { readonly data: readonly unknown[]; readonly hasMore: boolean } | 'manual payout';

/** The balance of an account at Stripe: it only grows, and what is paid out of it is one more transaction. */
export function facadeBalance(show: ShowSource, pageMax: () => number) {
  const transactions: Transaction[] = [];
  const payouts: Payout[] = [];

  function enter({ fee = 0, ...entered }: Entered): Transaction {
    const id = `txn_${transactions.length + 1}`;
    const created = Math.floor(Date.now() / 1_000);
    const transaction: Transaction = { id, object: 'balance_transaction', ...entered, fee, created };
    transactions.push(transaction);
    return transaction;
  }

  /** Of one currency, all that is in no payout yet; undefined: there is nothing. */
  function payOut(currency: string, day: string, over: Partial<Payout> = {}): Payout | undefined {
    const isManual = over.automatic === false;
    const due = transactions.filter((one) => one.currency === currency && one.payout === undefined);
    if (due.length === 0) return undefined;
    const amount = due.reduce((sum, one) => sum + one.amount - one.fee, 0);
    const id = `po_${payouts.length + 1}`;
    const type = 'payout';
    const left = enter({ type, reporting_category: type, source: id, amount: -amount, currency });
    for (const one of [...due, left]) one.payout = id;
    const payout: Payout = {
      ...{ id, object: 'payout', amount, currency, automatic: true, balance_transaction: left.id },
      arrival_date: Date.parse(day) / 1_000,
      reconciliation_status: isManual ? 'not_applicable' : 'completed',
      status: 'paid',
      ...over,
    };
    payouts.push(payout);
    return payout;
  }

  async function list(form: URLSearchParams): Promise<List> {
    const payout = form.get('payout');
    if (payouts.find(({ id }) => id === payout)?.automatic === false) return 'manual payout';
    const source = form.get('source');
    const isWithin = withinOf(form, 'created');
    const all = transactions
      .filter((one) => payout === null || one.payout === payout)
      .filter((one) => source === null || one.source === source)
      .filter(({ created }) => isWithin(created));
    const { items, hasMore } = pageOf(newestFirst(all, 'created'), form, pageMax());
    const expanded = new Set(form.values());
    const data = items.map(async (one) => ({
      ...one,
      payout: undefined, // Stripe takes it as a filter, and does not show it
      net: one.amount - one.fee,
      source:
        one.source !== null && expanded.has('data.source')
          ? await show(one.source, expanded.has('data.source.payment_intent'))
          : one.source,
    }));
    return { data: await Promise.all(data), hasMore };
  }

  function listPayouts(form: URLSearchParams): List {
    const isWithin = withinOf(form, 'arrival_date');
    const all = payouts
      .filter(({ status }) => status === (form.get('status') ?? status))
      .filter(({ arrival_date }) => isWithin(arrival_date));
    const { items, hasMore } = pageOf(all.toReversed(), form, pageMax());
    return { data: items, hasMore };
  }

  return { transactions, payouts, enter, payOut, list, listPayouts };
}

function withinOf(form: URLSearchParams, name: string): (seconds: number) => boolean {
  const from = Number(form.get(`${name}[gte]`) ?? 0);
  const to = Number(form.get(`${name}[lt]`) ?? Infinity);
  return (seconds) => from <= seconds && seconds < to;
}

/** Of one second the later first, as they were entered. */
const newestFirst = <K extends string, T extends Readonly<Record<K, number>>>(
  all: readonly T[],
  key: K,
): T[] => all.toReversed().toSorted((a, b) => b[key] - a[key]);
