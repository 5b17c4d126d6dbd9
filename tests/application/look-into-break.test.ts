import { describe, expect, it } from 'vitest';
import { breakLookup, type BreakDetail } from '../../src/application/ledger/look-into-break.ts';
import type { SettlementSource } from '../../src/application/provider-ports.ts';
import type { FoundBreak } from '../../src/application/read-models.ts';
import type { ProviderTransaction } from '../../src/domain/ledger/settlement.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { timedBooks } from '../../src/infrastructure/gateways/timed.ts';
import { systemClock } from '../../src/infrastructure/system.ts';
import { usd } from '../domain/samples.ts';

const TENANT = '0190a000-0000-7000-8000-000000000001' as TenantId;

const FOUND: FoundBreak = {
  ...{ breakId: 'b', kind: 'missing-in-ledger', subject: 'txn_1', provider: 'acme', day: '2026-01-10' },
  ...{ tenantId: TENANT, currency: 'USD', expected: '5', actual: null, operationId: 'op', paymentId: null },
  ...{ orderId: null, transactionId: null, payoutId: null, status: 'open', foundAt: '', resolvedAt: null },
};

const never = <T>(): Promise<T> => new Promise(() => {});

async function lookWith(source: Partial<SettlementSource>): Promise<{
  readonly found: BreakDetail;
  readonly faults: readonly string[];
}> {
  const faults: string[] = [];
  const look = breakLookup({
    books: { find: async () => FOUND, booked: async () => [], owners: async () => new Map() },
    sources: [
      timedBooks({ name: 'acme', transactions: async () => [], settlements: async () => [], ...source }, 20),
    ],
    clock: systemClock,
    onFault: (fault, provider) => faults.push(`${provider}: ${(fault as Error).name}`),
  });
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
});
