import fc from 'fast-check';
import type { BookedMovement } from '../../src/domain/ledger/movement-matching.ts';
import type { BookedPayout, Books } from '../../src/domain/ledger/reconciliation.ts';
import {
  addDays,
  dayOf,
  sharesOf,
  type MovementKind,
  type Owner,
  type ProviderTransaction,
  type Settlement,
  type SettlementLine,
} from '../../src/domain/ledger/settlement.ts';
import type { PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import { subtractMoney, sumMoney } from '../../src/domain/shared/money.ts';
import { later, ORDER_ID, paymentIdOf, usd } from './samples.ts';

// Books of both sides, made from one list of operations, with differences planted into them.

const TENANTS = ['tenant-a', 'tenant-b'] as TenantId[];
const FIRST_DAY = '2026-03-01';
export const DAYS = [0, 1, 2, 3].map((days) => addDays(FIRST_DAY, days));
/** When everything that could still come has come. */
const NOW = '2026-04-01T00:00:00.000Z';
const DAY_MS = 86_400_000;

const FAULTS = [
  'none',
  'missing-in-ledger',
  'missing-at-provider',
  'amount-differs',
  'unknown-payment',
  'unknown-transaction',
  'not-settled',
  'settled-twice',
  'settlement-amount-differs',
] as const;
const PAYOUT_FAULTS = ['none', 'missing', 'differs', 'vanished', 'sum-differs'] as const;

type Fault = (typeof FAULTS)[number];
type PayoutFault = (typeof PAYOUT_FAULTS)[number];
type Planned = {
  kind: MovementKind;
  minor: number;
  tenant: number;
  day: number;
  msOfDay: number;
  /** Ours comes so much after, or before, the provider's: around midnight on another day. */
  delayMs: number;
  delta: number;
  fault: Fault;
};

/** `day kind subject` of what was planted. */
type Side = {
  movements: BookedMovement[];
  transactions: ProviderTransaction[];
  settlements: Settlement[];
  payouts: BookedPayout[];
  owners: Map<PaymentId, Owner>;
  planted: string[];
};

const plannedArbitrary: fc.Arbitrary<Planned> = fc.record({
  kind: fc.constantFrom<MovementKind[]>('capture', 'refund', 'refund_failure', 'dispute', 'dispute_won'),
  minor: fc.integer({ min: 100, max: 100_000 }),
  tenant: fc.constantFrom(0, 1),
  // Something settled twice needs a day after it.
  day: fc.integer({ min: 0, max: DAYS.length - 2 }),
  msOfDay: fc.constantFrom(0, 1, 43_200_000, DAY_MS - 1),
  delayMs: fc.constantFrom(0, 1, -1, 3_000, 2 * DAY_MS),
  delta: fc.constantFrom(-7, 1, 99),
  fault: fc.oneof({ weight: 2, arbitrary: fc.constant<Fault>('none') }, fc.constantFrom(...FAULTS)),
});

export const planArbitrary = fc.record({
  operations: fc.array(plannedArbitrary, { maxLength: 25 }),
  payoutFaults: fc.tuple(...DAYS.map(() => fc.constantFrom<PayoutFault[]>(...PAYOUT_FAULTS))),
});

type Plan = typeof planArbitrary extends fc.Arbitrary<infer T> ? T : never;

const payoutIdOf = (day: string): string => `po_${day}`;

export function booksOf({ operations, payoutFaults }: Plan): Side {
  const side: Side = {
    ...{ movements: [], transactions: [], settlements: [], payouts: [], planted: [] },
    owners: new Map(),
  };
  const lines = new Map<string, SettlementLine[]>(DAYS.map((day) => [day, []]));
  for (const [number, planned] of operations.entries()) addOperation(side, lines, planned, number);
  for (const [index, day] of DAYS.entries()) addPayout(side, day, lines.get(day)!, payoutFaults[index]!);
  return side;
}

function addOperation(
  side: Side,
  lines: Map<string, SettlementLine[]>,
  planned: Planned,
  number: number,
): void {
  const { kind, delta, fault } = planned;
  const day = DAYS[planned.day]!;
  const at = later(`${day}T00:00:00.000Z`, planned.msOfDay);
  const bookedAt = later(at, planned.delayMs);
  const [paymentId, operationId, transactionId] = [paymentIdOf(number), `op-${number}`, `txn_${number}`];
  const tenantId = TENANTS[planned.tenant]!;
  const isOwed = kind === 'capture' || kind === 'refund_failure' || kind === 'dispute_won';
  const gross = usd(isOwed ? planned.minor : -planned.minor);
  const fee = usd(kind === 'capture' ? 15 : 0);
  const movement = { kind, operationId, tenantId, paymentId, orderId: ORDER_ID, amount: gross, at: bookedAt };
  const transaction = { transactionId, kind, operationId, paymentId, gross, fee, at };
  const line = { transactionId, paymentId, gross, fee, at };
  const other = usd(Number(gross.amountMinor) + delta);
  const inPayout = `${payoutIdOf(day)} ${transactionId}`;

  if (fault !== 'unknown-payment') side.owners.set(paymentId, { tenantId, orderId: ORDER_ID });
  if (fault !== 'missing-in-ledger' && fault !== 'unknown-payment')
    side.movements.push(fault === 'amount-differs' ? { ...movement, amount: other } : movement);
  if (fault !== 'missing-at-provider' && fault !== 'unknown-transaction') side.transactions.push(transaction);
  if (fault !== 'missing-at-provider' && fault !== 'not-settled')
    lines.get(day)!.push(fault === 'settlement-amount-differs' ? { ...line, gross: other } : line);
  if (fault === 'settled-twice') lines.get(addDays(day, 1))!.push(line);

  const next = addDays(day, 1);
  const breaks: Record<Fault, string[]> = {
    none: [],
    'missing-in-ledger': [`${day} missing-in-ledger ${transactionId}`],
    'missing-at-provider': [`${dayOf(bookedAt)} missing-at-provider ${kind} ${operationId}`],
    'amount-differs': [`${day} amount-differs ${transactionId}`],
    'unknown-payment': [`${day} unknown-payment ${transactionId}`, `${day} unknown-payment ${inPayout}`],
    'unknown-transaction': [
      `${dayOf(bookedAt)} missing-at-provider ${kind} ${operationId}`,
      `${day} unknown-transaction ${inPayout}`,
    ],
    'not-settled': [`${day} not-settled ${transactionId}`],
    'settled-twice': [`${next} settled-twice ${payoutIdOf(next)} ${transactionId}`],
    'settlement-amount-differs': [`${day} settlement-amount-differs ${inPayout}`],
  };
  side.planted.push(...breaks[fault]);
}

function addPayout(side: Side, day: string, lines: SettlementLine[], fault: PayoutFault): void {
  const payoutId = payoutIdOf(day);
  const currency = usd(0).currency;
  const gross = sumMoney(currency, lines.map((line) => line.gross)); // prettier-ignore
  const fees = sumMoney(currency, lines.map((line) => line.fee)); // prettier-ignore
  const net = subtractMoney(gross, fees);
  const whole = { payoutId, day, currency, gross, fees, net, lines };
  if (fault === 'sum-differs') {
    side.settlements.push({ ...whole, net: usd(Number(net.amountMinor) + 1) });
    side.planted.push(`${day} payout-sum-differs ${payoutId}`);
  } else if (lines.length > 0) side.settlements.push(whole);

  for (const [index, share] of sharesOf(whole, side.owners).entries()) {
    const { tenantId } = share;
    const isNothing = share.gross.amountMinor === 0n && share.fees.amountMinor === 0n;
    const subject = `${payoutId} ${tenantId}`;
    if (isNothing) continue;
    if (fault === 'missing') side.planted.push(`${day} missing-in-ledger ${subject}`);
    else if (fault === 'differs' && index === 0) {
      side.payouts.push({
        payoutId,
        tenantId,
        gross: share.gross,
        net: usd(Number(share.net.amountMinor) - 3),
      });
      side.planted.push(`${day} amount-differs ${subject}`);
    } else side.payouts.push({ payoutId, tenantId, gross: share.gross, net: share.net });
  }
  if (fault === 'vanished') {
    side.payouts.push({ payoutId: `gone_${day}`, tenantId: TENANTS[0]!, gross: usd(10), net: usd(9) });
    side.planted.push(`${day} missing-at-provider gone_${day} ${TENANTS[0]}`);
  }
}

/** What reconciling one day is given of all that. */
export function booksOfDay(side: Side, day: string, now = NOW): Books {
  const operations = new Set(
    side.transactions.filter(({ at }) => dayOf(at) === day).map(({ operationId }) => operationId),
  );
  return {
    ...{ provider: 'acme', day, now, transactions: side.transactions, settlements: side.settlements },
    movements: side.movements.filter(
      ({ at, operationId }) => dayOf(at) === day || operations.has(operationId),
    ),
    payouts: side.payouts.filter(({ payoutId }) => payoutId.endsWith(day)),
    owners: side.owners,
  };
}
