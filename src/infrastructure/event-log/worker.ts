import type { Logger } from 'pino';
import type { Check } from '../../application/health.ts';
import type { Pool } from '../postgres/pool.ts';
import {
  acquireLease,
  announceWorker,
  createCheckpoints,
  forgetWorker,
  releaseLease,
  renewLeases,
  type Lease,
  type Unit,
  type UnitRow,
} from './leases.ts';
import { pause } from './pause.ts';
import { runSubscription, type Runner, type RunnerStatus, type Subscription } from './subscription.ts';
import type { Tail } from './tail.ts';

export type WorkerOptions = {
  /** Names this process among all that share the work. */
  readonly owner: string;
  /** How long a killed process keeps others from its work, by the database's clock. */
  readonly leaseMs: number;
};

export type Following = {
  /** Of the shards that this process holds at the moment. */
  status(): RunnerStatus[];
  stop(): Promise<void>;
};

export type Worker = {
  /** Follows the log on as many shards as are this process's fair share. */
  follow(subscription: Subscription): Following;
  stop(): Promise<void>;
};

type Held = {
  readonly lease: Lease;
  readonly runner: Runner;
  /** Resolves when nothing is applied any more and the lease is given back. */
  readonly released: Promise<void>;
  /** It is being stopped, and renewed until it has. */
  leaving: boolean;
};

const RETRY_MS = 100;
const TICK_MS_MIN = 20;

const nameOf = ({ name, version }: { readonly name: string; readonly version: number }): string =>
  `${name} v${version}`;
const nameOfUnit = (unit: Unit): string => `${nameOf(unit)} / ${unit.shard}`;

/**
 * Shares subscriptions among processes: each takes free units up to its fair share, renews what it holds, gives back
 * what is over when another process joins, and takes over what a dead one held once its lease has run out.
 */
export function startWorker(
  pool: Pool,
  tails: readonly Tail[],
  logger: Logger,
  { owner, leaseMs }: WorkerOptions,
): Worker {
  const wanted = new Map<string, Subscription>();
  const created = new Set<string>();
  const held = new Map<string, Held>();
  let stopping = false;
  let changed = new AbortController(); // aborted by whatever the next round must not wait for

  async function run(): Promise<void> {
    while (!stopping) {
      changed = new AbortController();
      const { signal } = changed;
      let nextMs = RETRY_MS;
      try {
        nextMs = await tick();
      } catch (fault) {
        logger.error({ err: fault }, 'leases could not be renewed, will retry');
      }
      await pause(nextMs, signal);
    }
  }

  /** One round over all shards; how long until the next, in milliseconds. */
  async function tick(): Promise<number> {
    const subscriptions = [...wanted.values()];
    for (const subscription of subscriptions.filter((one) => !created.has(nameOf(one)))) {
      await createCheckpoints(pool, subscription, tails.length);
      created.add(nameOf(subscription));
    }
    if (subscriptions.length === 0) return leaseMs / 3;
    const workers = new Map(
      (await announceWorker(pool, owner, subscriptions, leaseMs)).map((row) => [nameOf(row), row.workers]),
    );
    const leases = [...held.values()].map(({ lease }) => lease);
    const reached = new Map([...held].map(([unit, { runner }]) => [unit, runner.status().position]));
    const rows = await renewLeases(pool, leases, leaseMs);
    const ours = rows.filter((row) => wanted.has(nameOf(row)));
    dropLost(ours);
    noticeTakenBack(ours, reached);
    const share = fairShare(ours, workers);
    giveBack(share, workers);
    await take(ours, share);
    // A unit whose owner died is taken the moment its lease ends.
    const soonest = ours.filter(
      (row) => !held.has(nameOfUnit(row)) && row.status === 'running' && row.lease_ms > 0,
    );
    const leaseEnds = staying().length < share ? soonest.map((row) => row.lease_ms) : [];
    return Math.max(TICK_MS_MIN, Math.min(leaseMs / 3, ...leaseEnds));
  }

  function dropLost(rows: readonly UnitRow[]): void {
    const byUnit = new Map(rows.map((row) => [nameOfUnit(row), row]));
    for (const [unit, { lease, runner }] of held) {
      const row = byUnit.get(unit);
      if (row?.epoch === lease.epoch && row.status === 'running') continue;
      runner.abort();
      held.delete(unit);
    }
  }

  // Who waits for the next event may not have noticed a crash of PostgreSQL, which can be over within one of its waits.
  function noticeTakenBack(rows: readonly UnitRow[], reached: ReadonlyMap<string, bigint | undefined>): void {
    for (const row of rows) {
      const unit = nameOfUnit(row);
      if (row.position < (reached.get(unit) ?? 0n)) held.get(unit)?.runner.lookAgain();
    }
  }

  const staying = (): Held[] => [...held.values()].filter(({ leaving }) => !leaving);

  // Nobody waits for it here: a batch in hand may take longer than the other leases last.
  function giveBack(share: number, workers: ReadonlyMap<string, number>): void {
    const shared = staying().filter(({ lease }) => (workers.get(nameOf(lease)) ?? 1) > 1);
    const surplus = shared.slice(0, Math.max(0, staying().length - share));
    for (const one of surplus) letGo(one).catch(() => {}); // `begin` reports it
  }

  async function letGo(one: Held): Promise<void> {
    one.leaving = true;
    await one.runner.stop();
    await one.released;
  }

  async function take(rows: readonly UnitRow[], share: number): Promise<void> {
    const free = rows.filter(
      (row) => row.status === 'running' && row.lease_ms < 0 && !held.has(nameOfUnit(row)),
    );
    for (const row of free) {
      const subscription = wanted.get(nameOf(row));
      if (stopping || staying().length >= share || !subscription) return;
      const unit = { shard: row.shard, name: row.name, version: row.version };
      const lease = await acquireLease(pool, unit, owner, leaseMs);
      if (lease && wanted.get(nameOf(row)) === subscription) begin(lease, subscription);
      else if (lease) await releaseLease(pool, lease);
    }
  }

  function begin(lease: Lease, subscription: Subscription): void {
    const tail = tails.find(({ shard }) => shard === lease.shard)!;
    const runner = runSubscription({ pool, tail, logger, leaseMs }, lease, subscription);
    const unit = nameOfUnit(lease);
    const released = runner.ended.then(async () => {
      if (held.get(unit)?.runner === runner) held.delete(unit);
      // Also when it was paused or halted: whoever did that sees by the row that nothing is applied any more.
      await releaseLease(pool, lease);
    });
    released.catch((fault: unknown) =>
      logger.warn({ err: fault, unit }, 'a lease was not given back; it runs out'),
    );
    held.set(unit, { lease, runner, released, leaving: false });
  }

  const running = run();
  return {
    follow: (subscription) => {
      const name = nameOf(subscription);
      wanted.set(name, subscription);
      changed.abort();
      const own = () => [...held.values()].filter(({ lease }) => nameOf(lease) === name);
      return {
        status: () => own().map(({ runner }) => runner.status()),
        stop: async () => {
          wanted.delete(name);
          await Promise.allSettled(own().map(letGo));
        },
      };
    },
    stop: async () => {
      stopping = true;
      changed.abort();
      await running;
      await Promise.allSettled([...held.values()].map(letGo));
      await forgetWorker(pool, owner).catch(() => {}); // forgotten anyway once its announcement has run out
    },
  };
}

// A unit that two would run counts half for each: what all of them together come to is everything, once.
function fairShare(rows: readonly UnitRow[], workers: ReadonlyMap<string, number>): number {
  const running = rows.filter((row) => row.status === 'running');
  return Math.ceil(running.reduce((sum, row) => sum + 1 / (workers.get(nameOf(row)) ?? 1), 0) - 1e-9);
}

/** Failing subscriptions are behind, which readers by id do not notice: degraded, not failed. */
export function followsCheck(name: string, statuses: readonly RunnerStatus[]): Check {
  const failing = statuses.filter(({ failures }) => failures > 0);
  const blocked = statuses.filter((one) => one.blocked > 0);
  const paused = statuses.filter((one) => one.paused);
  const which = [
    ...paused.map((one) => `${one.name}/${one.shard} takes nothing for now: too much of it failed`),
    ...failing.map((one) => `${one.name}/${one.shard} failed ${one.failures} times in a row`),
    ...blocked.map((one) => `${one.name}/${one.shard} has parked events of ${one.blocked} streams`),
  ];
  if (which.length === 0) return { name, status: 'ok', detail: `${statuses.length} followed here` };
  return { name, status: 'degraded', detail: which.join('; ') };
}
