import {
  addDays,
  dayOf,
  ownerOf,
  type Owners,
  type ProviderTransaction,
  type Settlement,
  type SettlementLine,
} from '../../domain/ledger/settlement.ts';
import type { PaymentId, TenantId } from '../../domain/shared/ids.ts';
import type { Clock } from '../ports.ts';
import type { SettlementSource } from '../provider-ports.ts';
import type { FoundBreak } from '../read-models.ts';

export const SIDE_STATES = ['found', 'nothing', 'unavailable', 'not-configured'] as const;
type SideState = (typeof SIDE_STATES)[number];

/** One line of one of the books. Signed minor units, as decimal strings: what the provider owes us more. */
export type SideEntry = {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly amount: string;
  readonly currency: string;
  readonly fee: string | null;
  readonly operationId: string | null;
  readonly paymentId: string | null;
  readonly payoutId: string | null;
};

type Side = 'ledger' | 'provider' | 'settlement';

/** The break beside what each of the books has of it now; null: nothing, or it cannot say: see `states`. */
export type BreakDetail = FoundBreak & {
  readonly states: Readonly<Record<Side, SideState>>;
  readonly sides: Readonly<Record<Side, readonly SideEntry[] | null>>;
};

/** undefined: the tenant has no such break. */
export type LookIntoBreak = (tenantId: TenantId, breakId: string) => Promise<BreakDetail | undefined>;

export type BreakBooks = {
  find(tenantId: TenantId, breakId: string): Promise<FoundBreak | undefined>;
  /** What the tenant's ledger has of the operation and the payout that the break is about. */
  booked(tenantId: TenantId, found: FoundBreak): Promise<SideEntry[]>;
  owners(paymentIds: readonly PaymentId[]): Promise<Owners>;
};

type Parts = {
  readonly books: BreakBooks;
  /** Each fails when its provider has not answered in time. */
  readonly sources: readonly SettlementSource[];
  readonly clock: Clock;
  readonly onFault: (fault: unknown, provider: string) => void;
};

type Found = FoundBreak & { readonly tenantId: TenantId };
type Answer<Entries> =
  { readonly state: 'said'; readonly entries: Entries } | { readonly state: 'unavailable' };

/** Books of a provider beyond the day, in which the same operations are looked for: as the reconciliation does. */
const AROUND_DAYS = 7;
/** How long a transaction is looked for in later payouts. */
const SETTLED_WITHIN_DAYS_MAX = 30;

export function breakLookup({ books, sources, clock, onFault }: Parts): LookIntoBreak {
  return async (tenantId, breakId) => {
    const found = await books.find(tenantId, breakId);
    if (!found) return undefined;
    const ledger = sideOf(await books.booked(tenantId, found));
    const source = sources.find(({ name }) => name === found.provider);
    const [provider, settlement] = source
      ? await askProvider(source, { ...found, tenantId })
      : [NOT_CONFIGURED, NOT_CONFIGURED];
    return {
      ...found,
      states: { ledger: ledger.state, provider: provider.state, settlement: settlement.state },
      sides: { ledger: ledger.entries, provider: provider.entries, settlement: settlement.entries },
    };
  };

  async function askProvider(source: SettlementSource, found: Found): Promise<readonly [Told, Told]> {
    const { day } = found;
    const yesterday = addDays(dayOf(clock.now().toISOString()), -1);
    // Today's payouts are not complete: asking would make some providers believe that we want them now.
    const closed = earlier(addDays(day, SETTLED_WITHIN_DAYS_MAX), yesterday);
    const settlements = said(source, source.settlements({ from: day, to: closed < day ? day : closed }));
    const near = await said(source, source.transactions({ from: addDays(day, -1), to: addDays(day, 1) }));
    const paid = await settlements;
    const ofPayout = paid.state === 'said' ? await linesOfPayout(found, paid.entries) : [];
    const [oldest = day] = ofPayout.map(({ at }) => dayOf(at)).toSorted();
    const names = new Set(ofPayout.map(({ transactionId }) => transactionId));
    const isMeant = ({ transactionId, operationId }: ProviderTransaction): boolean =>
      transactionId === found.transactionId ||
      (operationId !== undefined && operationId === found.operationId) ||
      names.has(transactionId);

    // Nearly always it is found within the days next to it, and a provider is asked for no more than that.
    const isNear = near.state === 'said' && oldest >= addDays(day, -1) && near.entries.some(isMeant);
    const around = { from: earlier(oldest, addDays(day, -AROUND_DAYS)), to: addDays(day, AROUND_DAYS) };
    const moved = isNear || near.state !== 'said' ? near : await said(source, source.transactions(around));
    const meant = moved.state === 'said' ? moved.entries.filter(isMeant) : [];
    for (const { transactionId } of meant) names.add(transactionId);
    if (found.transactionId !== null) names.add(found.transactionId);
    return [
      moved.state === 'said' ? sideOf(meant.map(viewTransaction)) : UNAVAILABLE,
      paid.state === 'said' ? sideOf(linesOf(paid.entries, names)) : UNAVAILABLE,
    ];
  }

  /** Of a break that is about a payout as a whole: the tenant's own part of it, and nobody else's. */
  async function linesOfPayout(found: Found, paid: readonly Settlement[]): Promise<SettlementLine[]> {
    if (found.payoutId === null || found.transactionId !== null) return [];
    const lines = paid.flatMap((one) => (one.payoutId === found.payoutId ? one.lines : []));
    const owners = await books.owners([...new Set(lines.flatMap(({ paymentId }) => paymentId ?? []))]);
    return lines.filter((line) => ownerOf(owners, line)?.tenantId === found.tenantId);
  }

  /** Whatever the fault: the other sides are worth an answer, and this one can be asked again. */
  async function said<Entries>(
    { name }: SettlementSource,
    asked: Promise<Entries>,
  ): Promise<Answer<Entries>> {
    try {
      return { state: 'said', entries: await asked };
    } catch (fault) {
      onFault(fault, name);
      return { state: 'unavailable' };
    }
  }
}

type Told = { readonly state: SideState; readonly entries: readonly SideEntry[] | null };

const UNAVAILABLE: Told = { state: 'unavailable', entries: null };
const NOT_CONFIGURED: Told = { state: 'not-configured', entries: null };

const sideOf = (entries: readonly SideEntry[]): Told =>
  entries.length > 0 ? { state: 'found', entries } : { state: 'nothing', entries: null };

const earlier = (a: string, b: string): string => (a < b ? a : b);

const viewTransaction = (transaction: ProviderTransaction): SideEntry => ({
  id: transaction.transactionId,
  at: transaction.at,
  type: transaction.kind,
  amount: String(transaction.gross.amountMinor),
  currency: transaction.gross.currency,
  fee: String(transaction.fee.amountMinor),
  operationId: transaction.operationId ?? null,
  paymentId: transaction.paymentId ?? null,
  payoutId: null,
});

/** What was paid out of these transactions, in whatever payouts. */
const linesOf = (paid: readonly Settlement[], names: ReadonlySet<string>): SideEntry[] =>
  paid.flatMap(({ payoutId, lines }) =>
    lines
      .filter(({ transactionId }) => names.has(transactionId))
      .map((line) => ({
        id: line.transactionId,
        at: line.at,
        type: 'payout-line',
        amount: String(line.gross.amountMinor),
        currency: line.gross.currency,
        fee: String(line.fee.amountMinor),
        operationId: null,
        paymentId: line.paymentId ?? null,
        payoutId,
      })),
  );
