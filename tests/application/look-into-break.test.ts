import { describe, expect, it } from 'vitest';
import { breakLookup } from '../../src/application/ledger/look-into-break.ts';
import type { AskingUntil, SettlementSource } from '../../src/application/provider-ports.ts';
import type { FoundBreak } from '../../src/application/read-models.ts';
import type { ProviderTransaction, Settlement } from '../../src/domain/ledger/settlement.ts';
import type { PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { timedBooks } from '../../src/infrastructure/gateways/timed.ts';
import { systemClock } from '../../src/infrastructure/system.ts';
import { usd } from '../domain/samples.ts';

const TENANT = '0190a000-0000-7000-8000-000000000001' as TenantId;

const FOUND: FoundBreak = {
  ...{ breakId: 'b', kind: 'missing-in-ledger', subject: 'txn_1', provider: 'acme', day: '2026-01-10' },
  ...{ tenantId: TENANT, currency: 'USD', expected: '5', actual: null, operationId: 'op', paymentId: null },
  ...{ orderId: null, transactionId: 'txn_1', payoutId: null, status: 'open', foundAt: '', resolvedAt: null },
};

const PAYMENT = '0190a000-0000-7000-8000-0000000000aa' as PaymentId;
const OWNERS = new Map([[PAYMENT, { tenantId: TENANT, orderId: null }]]);

const never = <T>(): Promise<T> => new Promise(() => {});

type Source = Partial<SettlementSource>;

function open(source: Source, found: FoundBreak = FOUND) {
  const faults: string[] = [];
  const look = breakLookup({
    books: { find: async () => found, booked: async () => [], owners: async () => OWNERS },
    sources: [
      timedBooks({ name: 'acme', transactions: async () => [], settlements: async () => [], ...source }, 20),
    ],
    clock: systemClock,
    onFault: (fault, provider) => faults.push(`${provider}: ${(fault as Error).name}`),
  });
  return { look, faults };
}

async function lookWith(source: Source, over: FoundBreak = FOUND) {
  const { look, faults } = open(source, over);
  return { found: (await look(TENANT, 'b'))!, faults };
}

const transaction = (at: string): ProviderTransaction => ({
  ...{ transactionId: 'txn_1', kind: 'capture', operationId: 'op', gross: usd(5), fee: usd(0), at },
});

describe('whoever looks into a break', () => {
  it('hears that a provider does not answer in time, side by side with what answers', async () => {
    const { found, faults } = await lookWith({ transactions: never });
    expect(found.states).toEqual({ ledger: 'nothing', provider: 'unavailable', settlement: 'nothing' });
    expect(faults).toEqual(['acme: ProviderTimeout']);
    const payouts = await lookWith({ settlements: never });
    expect(payouts.found.states).toMatchObject({ provider: 'nothing', settlement: 'unavailable' });
  });

  it('finds what the provider has some days away, and asks for those days only then', async () => {
    const asked: string[] = [];
    const { found } = await lookWith({
      transactions: async ({ from, to }) => {
        asked.push(`${from} to ${to}`);
        return from < '2026-01-05' ? [transaction('2026-01-04T00:00:00.000Z')] : [];
      },
    });
    expect(found.sides.provider).toMatchObject([{ id: 'txn_1', amount: '5' }]);
    expect(asked).toEqual(['2026-01-09 to 2026-01-11', '2026-01-03 to 2026-01-17']);
    asked.length = 0;
    await lookWith({
      transactions: async ({ from, to }) => {
        asked.push(`${from} to ${to}`);
        return [transaction('2026-01-10T00:00:00.000Z')];
      },
    });
    expect(asked).toEqual(['2026-01-09 to 2026-01-11']);
  });

  it('asks for no payouts after the first with what is looked for, and for none of what is not known', async () => {
    const { found } = await lookWith(payoutsOf(['txn_0', 'txn_1', 'txn_2', 'txn_1']));
    expect(found.sides.settlement).toMatchObject([{ id: 'txn_1', payoutId: 'po_1' }]);
    expect(asked).toEqual(['po_0', 'po_1']);
    const unknown = await lookWith(payoutsOf(['txn_0']), { ...FOUND, transactionId: null });
    expect(unknown.found.states).toMatchObject({ provider: 'nothing', settlement: 'nothing' });
    expect(asked).toEqual([]);
    const away = await lookWith({ transactions: never }, { ...FOUND, transactionId: null });
    expect(away.found.states).toMatchObject({ provider: 'unavailable', settlement: 'unavailable' });
  });

  it('of a whole payout asks for no later ones', async () => {
    const ofPayout = { ...FOUND, transactionId: null, payoutId: 'po_1' };
    const { found } = await lookWith(payoutsOf(['txn_0', 'txn_1', 'txn_2']), ofPayout);
    expect(found.sides.settlement).toMatchObject([{ id: 'txn_1', payoutId: 'po_1' }]);
    expect(asked).toEqual(['po_0', 'po_1']);
    const away = await lookWith({ settlements: never }, ofPayout);
    expect(away.found.states).toMatchObject({ provider: 'unavailable', settlement: 'unavailable' });
  });

  it('keeps nobody asking after the time is up', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    await lookWith({
      transactions: async (_, how) => {
        signals.push(how?.signal);
        return never();
      },
      settlements: async (_, how) => {
        signals.push(how?.signal);
        return [];
      },
    });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
  });

  it('hears what another hears who looks into the same one, and asks again afterwards', async () => {
    let calls = 0;
    const { look } = open({
      transactions: async () => {
        calls++;
        return [transaction('2026-01-10T00:00:00.000Z')];
      },
    });
    const [first, second] = await Promise.all([look(TENANT, 'b'), look(TENANT, 'b'), look(TENANT, 'b')]);
    expect(second).toEqual(first);
    expect(calls).toBe(1);
    await look(TENANT, 'another');
    await look(TENANT, 'b');
    expect(calls).toBe(3);
  });
});

let asked: string[] = [];

/** One payout for each of these transactions; notes which were asked for. */
function payoutsOf(transactionIds: readonly string[]): Source {
  asked = [];
  return {
    settlements: async (_, { isEnough = () => false }: AskingUntil = {}) => {
      const settlements: Settlement[] = [];
      for (const [number, transactionId] of transactionIds.entries()) {
        const payoutId = `po_${number}`;
        asked.push(payoutId);
        const at = '2026-01-10T00:00:00.000Z';
        const line = { transactionId, paymentId: PAYMENT, gross: usd(5), fee: usd(0), at };
        const sums = { gross: usd(5), fees: usd(0), net: usd(5), currency: parseCurrency('USD')! };
        settlements.push({ payoutId, day: '2026-01-10', ...sums, lines: [line] });
        if (isEnough(settlements.at(-1)!)) break;
      }
      return settlements;
    },
  };
}
