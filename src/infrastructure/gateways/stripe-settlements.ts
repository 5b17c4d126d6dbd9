import type { Stripe } from 'stripe';
import type { Asking, Days, SettlementSource } from '../../application/provider-ports.ts';
import {
  addDays,
  dayOf,
  type ProviderTransaction,
  type Settlement,
  type SettlementLine,
} from '../../domain/ledger/settlement.ts';
import { addMoney, sumMoney } from '../../domain/shared/money.ts';
import { answered, StripeFault } from './stripe-failure.ts';
import { fromStripeAmount } from './stripe-money.ts';
import { capturesOf, EXPAND_SOURCE, isMovement, movementOf, pairCaptures } from './stripe-movements.ts';
import { loadStripe, stripeClient, type ClientOptions } from './stripe-sdk.ts';

const PAGE = 100;

/** The books of an account at Stripe: its balance transactions, and its payouts on the day they arrive. */
export async function stripeSettlements({
  name,
  ...options
}: ClientOptions & { readonly name: string }): Promise<SettlementSource> {
  const stripe = stripeClient(await loadStripe(), options);
  return {
    name,
    transactions: async (days, how = {}) => {
      const params = { created: within(days), expand: EXPAND_SOURCE, limit: PAGE };
      return toMovements(stripe, await oldestFirst(() => stripe.balanceTransactions.list(params), how), how);
    },
    settlements: async (days, how = {}) => {
      const params = { arrival_date: within(days), status: 'paid', limit: PAGE };
      const settlements: Settlement[] = [];
      for (const payout of await oldestFirst(() => stripe.payouts.list(params), how)) {
        const settlement = await toSettlement(stripe, payout, how);
        settlements.push(settlement);
        if (how.isEnough?.(settlement)) break;
      }
      return settlements;
    },
  };
}

const secondsAt = (day: string): number => Date.parse(day) / 1_000;

const within = ({ from, to }: Days): { gte: number; lt: number } => ({
  gte: secondsAt(from),
  lt: secondsAt(addDays(to, 1)),
});

/** All pages of a list, which Stripe gives with the newest first. */
async function oldestFirst<T>(list: () => AsyncIterable<T>, { signal }: Asking): Promise<T[]> {
  const all = await answered(async () => {
    signal?.throwIfAborted();
    const items: T[] = [];
    for await (const item of list()) {
      signal?.throwIfAborted(); // before the next page is asked for
      items.push(item);
    }
    return items;
  });
  return all.toReversed();
}

async function toMovements(
  stripe: Stripe,
  transactions: readonly Stripe.BalanceTransaction[],
  how: Asking,
): Promise<ProviderTransaction[]> {
  const captureIds = await nameCaptures(stripe, transactions, how);
  return transactions.filter(isMovement).map((one) => movementOf(one, captureIds.get(one.id)));
}

/** Of a charge that was captured several times all transactions are looked at, those of other days too. */
async function nameCaptures(
  stripe: Stripe,
  transactions: readonly Stripe.BalanceTransaction[],
  how: Asking,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const transaction of transactions) {
    const charged = capturesOf(transaction);
    if (!charged || names.has(transaction.id)) continue;
    const { chargeId, captures } = charged;
    const isSplit = captures.length > 1;
    const all = isSplit ? await transactionsOf(stripe, chargeId, how) : [transaction];
    for (const [transactionId, captureId] of pairCaptures(captures, all)) names.set(transactionId, captureId);
  }
  return names;
}

async function transactionsOf(
  stripe: Stripe,
  source: string,
  how: Asking,
): Promise<Stripe.BalanceTransaction[]> {
  const params = { source, expand: EXPAND_SOURCE, limit: PAGE };
  const all = await oldestFirst(() => stripe.balanceTransactions.list(params), how);
  return all.filter((transaction) => capturesOf(transaction) !== undefined);
}

async function toSettlement(stripe: Stripe, payout: Stripe.Payout, how: Asking): Promise<Settlement> {
  const lines = await linesOf(stripe, payout, how);
  // Stripe says what reached the bank, and of no payout what that was before its fees.
  const net = fromStripeAmount(payout.amount, payout.currency);
  const fees = sumMoney(
    net.currency,
    lines.map(({ fee }) => fee),
  );
  return {
    payoutId: payout.id,
    day: dayOf(new Date(payout.arrival_date * 1_000).toISOString()),
    currency: net.currency,
    gross: addMoney(net, fees),
    fees,
    net,
    lines,
  };
}

async function linesOf(
  stripe: Stripe,
  { id: payout, reconciliation_status }: Stripe.Payout,
  how: Asking,
): Promise<SettlementLine[]> {
  switch (reconciliation_status) {
    case 'completed': {
      const params = { payout, expand: EXPAND_SOURCE, limit: PAGE };
      const all = await oldestFirst(() => stripe.balanceTransactions.list(params), how);
      // Of a line nobody asks which capture it is.
      return all.filter(isMovement).map((one) => toLine(movementOf(one, undefined)));
    }
    // A part of its lines would be booked as if it were all of them; the day is asked about again.
    case 'in_progress':
      throw new StripeFault(`Stripe has not yet listed what the payout ${payout} is made of`);
    // One that was asked for by hand or at once: Stripe cannot say what it is made of. It shows as a sum that differs.
    default:
      return [];
  }
}

const toLine = ({ transactionId, paymentId, gross, fee, at }: ProviderTransaction): SettlementLine => ({
  ...{ transactionId, gross, fee, at },
  ...(paymentId === undefined ? {} : { paymentId }),
});
