import { LRUCache } from 'lru-cache';
import type { Allowance, RateClass, TakeFromQuota } from '../application/rate-limits.ts';
import type { TenantId } from '../domain/shared/ids.ts';
import { WINDOW_SECONDS, type AskForShare } from './postgres/rate-windows.ts';

type RateLimitOptions = {
  /** Requests of each class that a tenant has a minute, over all processes; undefined: any number. */
  readonly perMinute: Readonly<Record<RateClass, number | undefined>>;
  readonly askForShare: AskForShare;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** How long a request waits for the database's word, then it is let in on this process's own account. */
  readonly patienceMs: number;
  readonly onUnreachable: (fault: unknown) => void;
};

/** What this process may let in of one tenant's requests of one class. */
type Held = {
  tokens: number;
  /** Of the quota, in the database. */
  left: number;
  endsAt: number;
  /** The database did not answer when it was asked last. */
  unreached: boolean;
  /** Until then nothing more is granted on our own account. */
  onAccountUntil: number;
  asking: Promise<void> | undefined;
};

const HELD_MAX = 20_000;
const SHARES_IN_QUOTA = 50;
const REFILL_BELOW = 0.25;
const WINDOW_MS = WINDOW_SECONDS * 1_000;

/**
 * Quotas that hold over all processes without a round trip for each request: a process takes shares of a tenant's quota
 * of the minute and spends them by itself; it asks for the next before one is used up. Shares end with their window, so
 * the sum never exceeds the quota. While PostgreSQL cannot be reached each process lets in one share a minute on its own
 * account: the bound is then the quota and a fiftieth of it for each process.
 */
export function sharedRateLimits(options: RateLimitOptions): TakeFromQuota {
  const { perMinute, now } = options;
  const held = new LRUCache<string, Held>({ max: HELD_MAX });

  return (tenantId, rateClass) => {
    const limit = perMinute[rateClass];
    if (limit === undefined) return undefined;
    const name = `${rateClass} ${tenantId}`;
    let own = held.get(name);
    if (!own) held.set(name, (own = nothingYet()));
    const ask = (): Promise<void> =>
      (own.asking ??= fill(own, options, { tenantId, rateClass, limit }).finally(
        () => (own.asking = undefined),
      ));
    return spend(own, limit, now(), ask) ?? spendWhenFilled(own, limit, now, ask);
  };
}

const nothingYet = (): Held => ({
  ...{ tokens: 0, left: 0, endsAt: 0, unreached: true, onAccountUntil: 0 },
  asking: undefined,
});

/** undefined: only the database can tell. */
function spend(own: Held, limit: number, now: number, ask: () => Promise<void>): Allowance | undefined {
  if (now >= own.endsAt) return undefined;
  if (own.tokens > 0) {
    own.tokens--;
    if (own.tokens < shareOf(limit) * REFILL_BELOW && own.left > 0) void ask();
    return toAllowance(own, limit, now, true);
  }
  return own.left === 0 && !own.unreached ? toAllowance(own, limit, now, false) : undefined;
}

async function spendWhenFilled(
  own: Held,
  limit: number,
  now: () => number,
  ask: () => Promise<void>,
): Promise<Allowance> {
  for (;;) {
    await ask();
    const found = spend(own, limit, now(), ask);
    if (found) return found;
    if (own.unreached) return toAllowance(own, limit, now(), false);
    // Others who waited spent it all, or it ended with its window: there may be more.
  }
}

type Quota = { readonly tenantId: TenantId; readonly rateClass: RateClass; readonly limit: number };

/** Never rejects. */
async function fill(
  own: Held,
  { askForShare, now, patienceMs, onUnreachable }: RateLimitOptions,
  { tenantId, rateClass, limit }: Quota,
): Promise<void> {
  // The window is counted from before we asked, so that ours ends no later than the database's.
  const askedAt = now();
  try {
    const share = await within(patienceMs, askForShare(tenantId, rateClass, limit, shareOf(limit)));
    const endsAt = askedAt + share.endsInMs;
    const sameWindow = !own.unreached && endsAt - own.endsAt < WINDOW_MS / 2;
    own.tokens = share.granted + (sameWindow ? own.tokens : 0);
    own.left = share.left;
    own.endsAt = sameWindow ? Math.max(own.endsAt, endsAt) : endsAt;
    own.unreached = false;
  } catch (fault) {
    onUnreachable(fault);
    const at = now();
    if (at >= own.endsAt) own.tokens = 0;
    if (at >= own.onAccountUntil) {
      own.tokens += shareOf(limit);
      own.onAccountUntil = at + WINDOW_MS;
    }
    own.left = 0;
    own.endsAt = Math.max(own.endsAt, own.onAccountUntil);
    own.unreached = true;
  }
}

const shareOf = (limit: number): number => Math.max(1, Math.floor(limit / SHARES_IN_QUOTA));

const toAllowance = (own: Held, limit: number, now: number, allowed: boolean): Allowance => ({
  allowed,
  limit,
  windowSeconds: WINDOW_SECONDS,
  remaining: own.tokens + own.left,
  resetSeconds: Math.max(1, Math.ceil((own.endsAt - now) / 1_000)),
});

/** Rejects when it takes longer; what comes later is not waited for. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
