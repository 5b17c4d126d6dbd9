import {
  addDays,
  dayOf,
  ownerOf,
  type Owners,
  type ProviderTransaction,
  type Settlement,
} from '../../domain/ledger/settlement.ts';
import type { PaymentId, TenantId } from '../../domain/shared/ids.ts';
import { joinedLookups } from '../joined-lookups.ts';
import type { Clock } from '../ports.ts';
import type { AskingUntil, Days, SettlementSource } from '../provider-ports.ts';
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

type About = FoundBreak & { readonly tenantId: TenantId; readonly today: string };
type Answer<Entry> =
  { readonly state: 'said'; readonly entries: readonly Entry[] } | { readonly state: 'unavailable' };

/** Books of a provider beyond the day, in which the same operations are looked for: as the reconciliation does. */
const AROUND_DAYS = 7;
/** How long a transaction is looked for in later payouts. */
const SETTLED_WITHIN_DAYS_MAX = 30;

/** Those who look into a break that somebody looks into already hear what that one does: a provider is asked once. */
export const breakLookup = ({ books, sources, clock, onFault }: Parts): LookIntoBreak =>
  joinedLookups(async (tenantId: TenantId, breakId: string) => {
    const found = await books.find(tenantId, breakId);
    if (!found) return undefined;
    const ledger = sideOf(await books.booked(tenantId, found));
    const source = sources.find(({ name }) => name === found.provider);
    const about = { ...found, tenantId, today: dayOf(clock.now().toISOString()) };
    const [provider, settlement] = source
      ? await askProvider(answering(source, onFault), about, books.owners)
      : [NOT_CONFIGURED, NOT_CONFIGURED];
    return {
      ...found,
      states: { ledger: ledger.state, provider: provider.state, settlement: settlement.state },
      sides: { ledger: ledger.entries, provider: provider.entries, settlement: settlement.entries },
    };
  });

type Provider = {
  transactions(days: Days): Promise<Answer<ProviderTransaction>>;
  settlements(days: Days, how: AskingUntil): Promise<Answer<Settlement>>;
};

/** Whatever the fault: the other sides are worth an answer, and this one can be asked again. */
function answering(source: SettlementSource, onFault: Parts['onFault']): Provider {
  async function said<Entry>(asked: Promise<readonly Entry[]>): Promise<Answer<Entry>> {
    try {
      return { state: 'said', entries: await asked };
    } catch (fault) {
      onFault(fault, source.name);
      return { state: 'unavailable' };
    }
  }
  return {
    transactions: (days) => said(source.transactions(days)),
    settlements: (days, how) => said(source.settlements(days, how)),
  };
}

const askProvider = (provider: Provider, about: About, ownersOf: BreakBooks['owners']): Promise<Sides> =>
  about.payoutId !== null && about.transactionId === null
    ? askAboutPayout(provider, about, ownersOf)
    : askAboutTransaction(provider, about);

async function askAboutTransaction(provider: Provider, about: About): Promise<Sides> {
  const isMeant = ({ transactionId, operationId }: ProviderTransaction): boolean =>
    transactionId === about.transactionId || (operationId !== undefined && operationId === about.operationId);
  const moved = await movedAround(provider, { day: about.day, oldest: about.day, isMeant });
  const names = new Set(
    moved.state === 'said' ? moved.entries.map(({ transactionId }) => transactionId) : [],
  );
  if (about.transactionId !== null) names.add(about.transactionId);
  const seen = told(moved, (entries) => entries.map(viewTransaction));
  // What the provider does not know is in no payout of it.
  if (names.size === 0) return [seen, moved.state === 'said' ? NOTHING : UNAVAILABLE];
  const paid = await paidOut(provider, about, names);
  return [seen, told(paid, (settlements) => linesOf(settlements, names))];
}

/** The tenant's own part of it, and nobody else's. */
async function askAboutPayout(
  provider: Provider,
  about: About,
  ownersOf: BreakBooks['owners'],
): Promise<Sides> {
  const paid = await paidOut(provider, about, new Set());
  if (paid.state !== 'said') return [UNAVAILABLE, UNAVAILABLE];
  const lines = paid.entries.flatMap((one) => (one.payoutId === about.payoutId ? one.lines : []));
  const owners = await ownersOf([...new Set(lines.flatMap(({ paymentId }) => paymentId ?? []))]);
  const own = lines.filter((line) => ownerOf(owners, line)?.tenantId === about.tenantId);
  const [oldest] = own.map(({ at }) => dayOf(at)).toSorted();
  if (oldest === undefined) return [NOTHING, NOTHING];
  const names = new Set(own.map(({ transactionId }) => transactionId));
  const isMeant = ({ transactionId }: ProviderTransaction): boolean => names.has(transactionId);
  const moved = await movedAround(provider, { day: about.day, oldest, isMeant });
  return [told(moved, (entries) => entries.map(viewTransaction)), sideOf(linesOf(paid.entries, names))];
}

/** Nearly always it is found within the days next to it, and a provider is asked for no more than that. */
async function movedAround(
  provider: Provider,
  { day, oldest, isMeant }: Sought,
): Promise<Answer<ProviderTransaction>> {
  const near = await provider.transactions({ from: addDays(day, -1), to: addDays(day, 1) });
  if (near.state !== 'said') return near;
  const isNear = oldest >= addDays(day, -1) && near.entries.some(isMeant);
  const around = { from: earlier(oldest, addDays(day, -AROUND_DAYS)), to: addDays(day, AROUND_DAYS) };
  const moved = isNear ? near : await provider.transactions(around);
  return moved.state === 'said' ? { ...moved, entries: moved.entries.filter(isMeant) } : moved;
}

/** Payouts up to the one that the break is about, or the first with one of these transactions. */
function paidOut(
  provider: Provider,
  { day, today, payoutId: sought }: About,
  names: ReadonlySet<string>,
): Promise<Answer<Settlement>> {
  // Today's payouts are not complete: asking would make some providers believe that we want them now.
  const closed = earlier(addDays(day, SETTLED_WITHIN_DAYS_MAX), addDays(today, -1));
  const isEnough = ({ payoutId, lines }: Settlement): boolean =>
    sought === null ? lines.some(({ transactionId }) => names.has(transactionId)) : payoutId === sought;
  return provider.settlements({ from: day, to: closed < day ? day : closed }, { isEnough });
}

/** Movements around a day, or back to an older one. */
type Sought = {
  readonly day: string;
  readonly oldest: string;
  readonly isMeant: (transaction: ProviderTransaction) => boolean;
};

/** Of the provider and of its payouts. */
type Sides = readonly [Told, Told];
type Told = { readonly state: SideState; readonly entries: readonly SideEntry[] | null };

const UNAVAILABLE: Told = { state: 'unavailable', entries: null };
const NOTHING: Told = { state: 'nothing', entries: null };
const NOT_CONFIGURED: Told = { state: 'not-configured', entries: null };

const sideOf = (entries: readonly SideEntry[]): Told =>
  entries.length > 0 ? { state: 'found', entries } : NOTHING;

const told = <One>(answer: Answer<One>, view: (entries: readonly One[]) => readonly SideEntry[]): Told =>
  answer.state === 'said' ? sideOf(view(answer.entries)) : UNAVAILABLE;

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

/** What was paid out of these transactions. */
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
