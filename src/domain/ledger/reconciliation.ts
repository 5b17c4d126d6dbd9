import type { OrderId, PaymentId, TenantId } from '../shared/ids.ts';
import { subtractMoney, sumMoney, type Money } from '../shared/money.ts';
import { matchMovements, type BookedMovement } from './movement-matching.ts';
import {
  addDays,
  dayOf,
  ownerOf,
  sharesOf,
  type Owners,
  type ProviderTransaction,
  type Settlement,
  type SettlementShare,
} from './settlement.ts';

/** What the ledger booked for a payout. */
export type BookedPayout = {
  readonly payoutId: string;
  readonly tenantId: TenantId;
  readonly gross: Money;
  readonly net: Money;
};

export const BREAK_KINDS = [
  'missing-in-ledger',
  'missing-at-provider',
  'amount-differs',
  'unknown-payment',
  'unknown-transaction',
  'not-settled',
  'settled-twice',
  'settlement-amount-differs',
  'payout-sum-differs',
] as const;
export type BreakKind = (typeof BREAK_KINDS)[number];

/** Where the books of one day do not agree. */
export type ReconciliationBreak = {
  readonly kind: BreakKind;
  /** What it is about; with the kind it tells this break from the others of the day. */
  readonly subject: string;
  readonly provider: string;
  readonly day: string;
  /** null: of no tenant, or of several. */
  readonly tenantId: TenantId | null;
  readonly currency: string;
  /** Signed minor units, as decimal strings: what one book says there should be, and what the other has; null: nothing. */
  readonly expected: string | null;
  readonly actual: string | null;
  readonly operationId: string | null;
  readonly paymentId: PaymentId | null;
  readonly orderId: OrderId | null;
  readonly transactionId: string | null;
  readonly payoutId: string | null;
};

export type Books = {
  readonly provider: string;
  readonly day: string;
  readonly now: string;
  /** What was booked on the day, and all that was ever booked for operations that the provider has on it. */
  readonly movements: readonly BookedMovement[];
  /** Those of the day, and of the days around it as far as the other books name them. */
  readonly transactions: readonly ProviderTransaction[];
  /** Those of the day, and of the days around it as far as they settle the same transactions. */
  readonly settlements: readonly Settlement[];
  /** Payouts of the day. */
  readonly payouts: readonly BookedPayout[];
  readonly owners: Owners;
};

/** Each side hears of an operation at another moment, and around midnight on another day. */
export const GRACE_MS = 3_600_000;
/** From a transaction to the payout that has it; weekends and holidays are in between. */
export const SETTLES_WITHIN_DAYS = 7;

/** Every difference that belongs to this day: of a movement that of the provider, else ours; of a payout its own. */
export function reconcile(books: Books): ReconciliationBreak[] {
  const ofDay = books.settlements.filter(({ day }) => day === books.day);
  const found = [
    ...movementBreaks(books),
    ...unsettled(books),
    ...ofDay.flatMap((settlement) => lineBreaks(settlement, books)),
    ...ofDay.flatMap((settlement) => sumBreaks(settlement, books)),
    ...payoutBreaks(ofDay, books),
  ];
  return [...new Map(found.map((one) => [`${one.kind} ${one.subject}`, one])).values()];
}

type About = Pick<ReconciliationBreak, 'kind' | 'subject'> & {
  readonly expected: Money | undefined;
  readonly actual: Money | undefined;
} & Partial<
    Pick<
      ReconciliationBreak,
      'tenantId' | 'operationId' | 'paymentId' | 'orderId' | 'transactionId' | 'payoutId'
    >
  >;

function toBreak({ provider, day }: Books, { expected, actual, ...about }: About): ReconciliationBreak {
  const none = { tenantId: null, operationId: null, paymentId: null, orderId: null, transactionId: null };
  return {
    ...{ ...none, payoutId: null, provider, day, ...about },
    currency: (expected ?? actual)!.currency,
    expected: expected ? String(expected.amountMinor) : null,
    actual: actual ? String(actual.amountMinor) : null,
  };
}

const nameOf = ({ kind, operationId }: BookedMovement): string => `${kind} ${operationId}`;

function movementBreaks(books: Books): ReconciliationBreak[] {
  const { day, now, owners } = books;
  const belongs = ({ at }: { readonly at: string }): boolean => dayOf(at) === day;
  const isOld = ({ at }: { readonly at: string }): boolean => Date.parse(now) - Date.parse(at) > GRACE_MS;
  const { differing, onlyBooked, onlyAtProvider } = matchMovements(books.movements, books.transactions);
  return [
    ...differing
      .filter(({ transaction }) => belongs(transaction))
      .map(({ booked, transaction }) => {
        const { amount: expected, at: _, kind: __, ...ids } = booked;
        const { transactionId, gross: actual } = transaction;
        const about = { ...ids, transactionId, expected, actual };
        return toBreak(books, { kind: 'amount-differs', subject: transactionId, ...about });
      }),
    ...onlyAtProvider
      .filter((transaction) => belongs(transaction) && isOld(transaction))
      .map((transaction) => {
        const { transactionId, gross } = transaction;
        const owner = ownerOf(owners, transaction);
        const about = { subject: transactionId, ...idsOf(transaction), ...owner };
        return owner
          ? toBreak(books, { kind: 'missing-in-ledger', ...about, expected: gross, actual: undefined })
          : toBreak(books, { kind: 'unknown-payment', ...about, expected: undefined, actual: gross });
      }),
    ...onlyBooked
      .filter((booked) => belongs(booked) && isOld(booked))
      .map((booked) => {
        const { amount: expected, at: _, kind: __, ...ids } = booked;
        const about = { ...ids, subject: nameOf(booked), expected, actual: undefined };
        return toBreak(books, { kind: 'missing-at-provider', ...about });
      }),
  ];
}

const idsOf = ({ transactionId, operationId, paymentId }: Partial<ProviderTransaction>) => ({
  transactionId: transactionId ?? null,
  operationId: operationId ?? null,
  paymentId: paymentId ?? null,
});

function unsettled(books: Books): ReconciliationBreak[] {
  if (dayOf(books.now) <= addDays(books.day, SETTLES_WITHIN_DAYS)) return [];
  const settled = new Set(books.settlements.flatMap(({ lines }) => lines.map((line) => line.transactionId)));
  return books.transactions
    .filter(({ transactionId, at }) => dayOf(at) === books.day && !settled.has(transactionId))
    .map((transaction) => {
      const about = { ...idsOf(transaction), ...ownerOf(books.owners, transaction) };
      const subject = transaction.transactionId;
      const [expected, actual] = [transaction.gross, undefined];
      return toBreak(books, { kind: 'not-settled', subject, ...about, expected, actual });
    });
}

function lineBreaks(settlement: Settlement, books: Books): ReconciliationBreak[] {
  const { payoutId } = settlement;
  const transactions = new Map(books.transactions.map((one) => [one.transactionId, one]));
  const settled = settledBefore(settlement, books.settlements);
  return settlement.lines.flatMap((line) => {
    const { transactionId } = line;
    const transaction = transactions.get(transactionId);
    const owner = ownerOf(books.owners, line);
    const about = { ...idsOf({ ...transaction, ...line }), ...owner, payoutId };
    const found = (kind: BreakKind, expected: Money | undefined, actual: Money): ReconciliationBreak =>
      toBreak(books, { kind, subject: `${payoutId} ${transactionId}`, ...about, expected, actual });

    const isAgain = settled.has(transactionId);
    settled.add(transactionId);
    const [expected, actual] = transaction ? differenceOf(transaction, line) : [undefined, undefined];
    return [
      ...(owner ? [] : [found('unknown-payment', undefined, line.gross)]),
      ...(transaction ? [] : [found('unknown-transaction', undefined, line.gross)]),
      ...(isAgain ? [found('settled-twice', undefined, line.gross)] : []),
      ...(expected && actual ? [found('settlement-amount-differs', expected, actual)] : []),
    ];
  });
}

const isBefore = (a: Settlement, b: Settlement): boolean =>
  a.day < b.day || (a.day === b.day && a.payoutId < b.payoutId);

const settledBefore = (settlement: Settlement, all: readonly Settlement[]): Set<string> =>
  new Set(
    all
      .filter((other) => isBefore(other, settlement))
      .flatMap(({ lines }) => lines.map((line) => line.transactionId)),
  );

type Amounts = { readonly gross: Money; readonly fee: Money };
const netOf = ({ gross, fee }: Amounts): Money => subtractMoney(gross, fee);
const isSame = (a: Money, b: Money): boolean => a.amountMinor === b.amountMinor && a.currency === b.currency;

/** What reaches the bank, or, if that is the same, what it was before the fee; nothing if both are. */
function differenceOf(should: Amounts, is: Amounts): [Money, Money] | [undefined, undefined] {
  if (!isSame(netOf(should), netOf(is))) return [netOf(should), netOf(is)];
  return isSame(should.gross, is.gross) ? [undefined, undefined] : [should.gross, is.gross];
}

function sumBreaks(settlement: Settlement, books: Books): ReconciliationBreak[] {
  const { payoutId, currency, lines, gross, fees, net } = settlement;
  const sumOf = (part: 'gross' | 'fee'): Money => {
    const parts = lines.map((line) => line[part]);
    return sumMoney(currency, parts);
  };
  const sums = { gross: sumOf('gross'), fee: sumOf('fee') };
  const [expected, actual] = isSame(netOf(sums), net)
    ? differenceOf(sums, { gross, fee: fees })
    : [netOf(sums), net];
  if (!expected || !actual) return [];
  const shares = sharesOf(settlement, books.owners);
  const isOfOne = shares.length === 1 && shares[0]!.lineCount === lines.length;
  const tenantId = isOfOne ? shares[0]!.tenantId : null;
  return [
    toBreak(books, { kind: 'payout-sum-differs', subject: payoutId, tenantId, payoutId, expected, actual }),
  ];
}

/** The ledger's payouts of the day against what the lines come to for each tenant. */
function payoutBreaks(settlements: readonly Settlement[], books: Books): ReconciliationBreak[] {
  const left = [...books.payouts];
  const breaks = settlements.flatMap(({ payoutId, ...settlement }) =>
    sharesOf({ payoutId, ...settlement }, books.owners).flatMap((share) => {
      const { tenantId, net } = share;
      const about = { subject: `${payoutId} ${tenantId}`, tenantId, payoutId };
      const index = left.findIndex(
        (one) =>
          one.payoutId === payoutId && one.tenantId === tenantId && one.gross.currency === net.currency,
      );
      const booked = index < 0 ? undefined : left.splice(index, 1)[0];
      if (!booked) {
        if (isNothing(share)) return [];
        return [toBreak(books, { kind: 'missing-in-ledger', ...about, expected: net, actual: undefined })];
      }
      const { gross } = booked;
      const [expected, actual] = differenceOf(
        { gross, fee: subtractMoney(gross, booked.net) },
        { gross: share.gross, fee: share.fees },
      );
      return expected && actual
        ? [toBreak(books, { kind: 'amount-differs', ...about, expected, actual })]
        : [];
    }),
  );
  const vanished = left.map(({ payoutId, tenantId, net: expected }) => {
    const about = { subject: `${payoutId} ${tenantId}`, tenantId, payoutId };
    return toBreak(books, { kind: 'missing-at-provider', ...about, expected, actual: undefined });
  });
  return [...breaks, ...vanished];
}

/** Captures and refunds may come to nothing together: there is a payout, and nothing to book. */
const isNothing = ({ gross, fees }: SettlementShare): boolean =>
  gross.amountMinor === 0n && fees.amountMinor === 0n;
