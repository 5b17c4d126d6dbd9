import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconcile, type ReconciliationBreak } from '../../src/domain/ledger/reconciliation.ts';
import { addDays } from '../../src/domain/ledger/settlement.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { booksOf, booksOfDay, DAYS, planArbitrary } from './books-of-both.ts';

const inWords = ({ day, kind, subject }: ReconciliationBreak): string => `${day} ${kind} ${subject}`;

/** The days around them too: what is booked after midnight belongs to the next one. */
const ALL_DAYS = [addDays(DAYS[0]!, -1), ...DAYS, addDays(DAYS.at(-1)!, 1), addDays(DAYS.at(-1)!, 2)];

const ONE = { kind: 'capture', minor: 1_000, tenant: 0, day: 1, delta: 0 } as const;
const NO_PAYOUT_FAULTS = ['none', 'none', 'none', 'none'] as const;
type Fault = Parameters<typeof booksOf>[0]['operations'][number]['fault'];

/** One capture in the middle of a day, or at its end, with one difference. */
const booksWith = (fault: Fault, over: { msOfDay?: number; delayMs?: number } = {}) =>
  booksOf({
    operations: [{ ...ONE, msOfDay: 43_200_000, delayMs: 0, delta: 5, fault, ...over }],
    payoutFaults: [...NO_PAYOUT_FAULTS],
  });

const DAY = DAYS[1]!;

describe('reconciliation', () => {
  it('finds exactly the differences that were planted, each on its day and once', () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => {
        const side = booksOf(plan);
        const found = ALL_DAYS.flatMap((day) => reconcile(booksOfDay(side, day)));
        expect(found.map(inWords).toSorted()).toEqual(side.planted.toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('says what each side has, whose it is, and where to look', () => {
    const [found] = reconcile(booksOfDay(booksWith('amount-differs'), DAY));
    expect(found).toMatchObject({
      ...{ kind: 'amount-differs', provider: 'acme', day: DAY, tenantId: 'tenant-a', currency: 'USD' },
      ...{ expected: '1005', actual: '1000', operationId: 'op-0', transactionId: 'txn_0', payoutId: null },
    });
    expect(found!.paymentId).toMatch(/^0190b000/);
    expect(found!.orderId).toMatch(/^0190a000/);
  });

  it('compares no amounts of two currencies: each side lacks what the other has', () => {
    const side = booksWith('none');
    const [capture] = side.transactions;
    side.transactions = [{ ...capture!, gross: { ...capture!.gross, currency: parseCurrency('EUR')! } }];
    [side.settlements, side.payouts] = [[], []];
    expect(reconcile(booksOfDay(side, DAY, `${DAY}T23:00:00Z`))).toMatchObject([
      { kind: 'missing-in-ledger', currency: 'EUR', expected: '1000', actual: null },
      { kind: 'missing-at-provider', currency: 'USD', expected: '1000', actual: null },
    ]);
  });

  it('takes what one side books before midnight and the other after it for the same', () => {
    const side = booksWith('none', { msOfDay: 86_399_999, delayMs: 2 });
    expect(ALL_DAYS.flatMap((day) => reconcile(booksOfDay(side, day)))).toEqual([]);
  });

  it.each<[Fault, string]>([
    ['missing-in-ledger', 'missing-in-ledger'],
    ['missing-at-provider', 'missing-at-provider'],
  ])('gives what is %s an hour', (fault, kind) => {
    const side = booksWith(fault);
    const kindsAt = (now: string) => reconcile(booksOfDay(side, DAY, now)).map((one) => one.kind);
    expect(kindsAt(`${DAY}T13:00:00.000Z`)).toEqual([]);
    expect(kindsAt(`${DAY}T13:00:00.001Z`)).toEqual([kind]);
  });

  it('waits a week for the payout', () => {
    const side = booksWith('not-settled');
    const kindsOn = (day: string) =>
      reconcile(booksOfDay(side, DAY, `${day}T23:59:59.999Z`)).map((one) => one.kind);
    expect(kindsOn(addDays(DAY, 7))).toEqual([]);
    expect(kindsOn(addDays(DAY, 8))).toEqual(['not-settled']);
  });

  it('does not miss in the ledger a refund that had failed before anybody heard that it had succeeded', () => {
    const side = booksWith('none');
    const [capture] = side.transactions;
    const refund = { ...capture!, operationId: 'r', gross: { ...capture!.gross, amountMinor: -300n } };
    const failure = { ...refund, gross: { ...capture!.gross, amountMinor: 300n } };
    side.transactions.push({ ...refund, kind: 'refund', transactionId: 'txn_r' });
    expect(reconcile(booksOfDay(side, DAY, `${DAY}T23:00:00Z`)).map(inWords)).toEqual([
      `${DAY} missing-in-ledger txn_r`,
    ]);
    side.transactions.push({ ...failure, kind: 'refund_failure', transactionId: 'txn_f' });
    expect(reconcile(booksOfDay(side, DAY, `${DAY}T23:00:00Z`))).toEqual([]);
  });

  it('finds the second of two charges for one operation', () => {
    const side = booksWith('none');
    side.transactions.unshift({ ...side.transactions[0]!, transactionId: 'txn_again' });
    const found = reconcile(booksOfDay(side, DAY, `${DAY}T23:00:00Z`)).map((one) => one.kind);
    expect(found).toEqual(['missing-in-ledger']);
  });

  it('finds what only one side has on the day of that side, though the operation began on another', () => {
    const side = booksWith('none');
    const failure = {
      ...side.movements[0]!,
      kind: 'refund_failure',
      at: `${DAYS[2]}T12:00:00.000Z`,
    } as const;
    side.movements.push(failure);
    expect(reconcile(booksOfDay(side, DAY))).toEqual([]);
    expect(reconcile(booksOfDay(side, DAYS[2]!)).map(inWords)).toEqual([
      `${DAYS[2]} missing-at-provider refund_failure op-0`,
    ]);
  });

  it('finds what is twice in one payout', () => {
    const side = booksWith('none');
    const [settlement] = side.settlements;
    side.settlements = [{ ...settlement!, lines: [...settlement!.lines, ...settlement!.lines] }];
    const found = reconcile(booksOfDay(side, DAY)).map((one) => one.kind);
    expect(found).toEqual(['settled-twice', 'payout-sum-differs', 'amount-differs']);
  });

  it('misses no booking of a payout that comes to nothing', () => {
    const side = booksWith('none');
    const [settlement] = side.settlements;
    const nothing = { ...settlement!.gross, amountMinor: 0n };
    const line = { ...settlement!.lines[0]!, fee: nothing };
    const back = { ...line, transactionId: 'txn_b', gross: { ...line.gross, amountMinor: -1_000n } };
    const lines = [line, back];
    side.settlements = [{ ...settlement!, gross: nothing, fees: nothing, net: nothing, lines }];
    side.payouts = [];
    const kinds = reconcile(booksOfDay(side, DAY)).map((one) => one.kind);
    expect(kinds).not.toContain('missing-in-ledger');
    side.settlements = [{ ...side.settlements[0]!, lines: [line] }];
    expect(reconcile(booksOfDay(side, DAY)).map((one) => one.kind)).toContain('missing-in-ledger');
  });
});
