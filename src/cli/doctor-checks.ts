import type { LogFacts } from '../infrastructure/event-log/log-facts.ts';
import type { UnitStanding } from '../application/subscriptions.ts';
import type { MigrationState } from '../infrastructure/postgres/pending-migrations.ts';
import type { Backend, ServerFacts } from '../infrastructure/postgres/server-facts.ts';

export type DoctorCheck = {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do; absent when all is well. */
  readonly advice?: string;
};

export const LIMITS = {
  versionNumber: 150_000,
  transactionSeconds: 300,
  statementSeconds: 60,
  clock: { warnMs: 1_000, failMs: 60_000 },
  behindMs: 10_000,
  webhookHours: 1,
};

const ok = (name: string, detail: string): DoctorCheck => ({ name, status: 'ok', detail });
const warn = (name: string, detail: string, advice: string): DoctorCheck => ({
  name,
  status: 'warn',
  detail,
  advice,
});
const fail = (name: string, detail: string, advice: string): DoctorCheck => ({
  name,
  status: 'fail',
  detail,
  advice,
});

/** What should not be there, by its count. */
export const countCheck = (name: string, count: number, advice: string): DoctorCheck =>
  count === 0 ? ok(name, 'none') : warn(name, String(count), advice);

/** Without one there is nothing to check, and the command has ended before. */
export const connectionCheck = (where: string): DoctorCheck => ok('connection', where);

export const serverChecks = (facts: ServerFacts): DoctorCheck[] => [
  serverVersion(facts),
  ...durability(facts),
  clocks(facts),
  preparedTransactions(facts),
  longTransactions(facts),
  longStatements(facts),
];

export function migrationCheck({ pending, unknown }: MigrationState): DoctorCheck {
  if (pending.length > 0)
    return fail(
      'migrations',
      `not applied: ${pending.join(', ')}; the log is not looked at`,
      'run order-payments migrate',
    );
  if (unknown.length > 0)
    return warn(
      'migrations',
      `from a newer build: ${unknown.join(', ')}`,
      'use the newer build of this tool',
    );
  return ok('migrations', 'all applied');
}

export const logChecks = (facts: LogFacts, wantedShards: number | undefined): DoctorCheck[] => [
  shards(facts, wantedShards),
  guards(facts),
  privileges(facts),
  partitions(facts),
  halted(facts.units),
  paused(facts.units),
  lagging(facts.units),
  parked(facts.units),
  workers(facts),
  leases(facts),
];

function serverVersion({ version, versionNumber }: ServerFacts): DoctorCheck {
  if (versionNumber >= LIMITS.versionNumber) return ok('server version', `PostgreSQL ${version}`);
  return fail('server version', `PostgreSQL ${version}`, 'move to PostgreSQL 15 or newer');
}

const durability = ({ settings }: ServerFacts): DoctorCheck[] =>
  Object.entries(settings).map(([name, value]) => {
    if (value !== 'off') return ok(name, value);
    const lost = name === 'synchronous_commit' ? 'what was acknowledged' : 'the whole database';
    return fail(name, 'off', `set ${name} = on: a power cut may lose ${lost}`);
  });

function clocks({ clockAheadMs, clockErrorMs }: ServerFacts): DoctorCheck {
  const apart = Math.max(0, Math.abs(clockAheadMs) - clockErrorMs);
  const side = clockAheadMs < 0 ? 'behind' : 'ahead of';
  const detail = `the database is ${Math.abs(clockAheadMs)} ms ${side} this machine, give or take ${clockErrorMs} ms`;
  const advice =
    'set both by NTP: times in events are those of the machines, deadlines those of the database';
  if (apart > LIMITS.clock.failMs) return fail('clocks', detail, advice);
  return apart > LIMITS.clock.warnMs ? warn('clocks', detail, advice) : ok('clocks', detail);
}

function preparedTransactions({ preparedTransactions: found }: ServerFacts): DoctorCheck {
  if (found.length === 0) return ok('prepared transactions', 'none');
  const detail = found.map(({ name, seconds }) => `${name} for ${seconds} s`).join(', ');
  return warn(
    'prepared transactions',
    detail,
    'commit or roll back each: they hold back vacuum, and nothing here makes them',
  );
}

function longTransactions({ longTransactions: found }: ServerFacts): DoctorCheck {
  if (found.length === 0) return ok('long transactions', `none over ${LIMITS.transactionSeconds} s`);
  return warn(
    'long transactions',
    describeBackends(found),
    'end them, with pg_terminate_backend(pid) if need be: they hold back vacuum',
  );
}

function longStatements({ longStatements: found }: ServerFacts): DoctorCheck {
  if (found.length === 0) return ok('long statements', `none over ${LIMITS.statementSeconds} s`);
  return warn(
    'long statements',
    describeBackends(found),
    'see in pg_stat_activity what they do; pg_cancel_backend(pid) stops one',
  );
}

const describeBackends = (backends: readonly Backend[]): string =>
  backends.map(({ pid, application, seconds }) => `pid ${pid} (${application}) for ${seconds} s`).join(', ');

function shards({ shardCount }: LogFacts, wanted: number | undefined): DoctorCheck {
  const detail = `${shardCount} ${shardCount === 1 ? 'shard' : 'shards'}`;
  if (shardCount === 0) return fail('shards', 'the log has none', 'run order-payments migrate');
  if (wanted === undefined || wanted === shardCount) return ok('shards', detail);
  return fail(
    'shards',
    `${detail}, and LOG_SHARDS is ${wanted}`,
    `unset LOG_SHARDS or set it to ${shardCount}: it cannot change any more`,
  );
}

function guards({ guards: tables }: LogFacts): DoctorCheck {
  const open = tables.filter(({ guarded }) => !guarded).map(({ table }) => table);
  if (open.length === 0) return ok('append-only', `${tables.length} tables refuse changes`);
  return fail(
    'append-only',
    `no trigger, or a disabled one: ${open.join(', ')}`,
    'make or enable it again, then run verify: events may have been changed',
  );
}

function privileges({ role }: LogFacts): DoctorCheck {
  const { name, superuser, owner, mayChange } = role;
  if (!superuser && !owner && mayChange.length === 0)
    return ok('privileges', `${name} may not change events`);
  const why = superuser ? 'is a superuser' : owner ? 'owns the table' : `has ${mayChange.join(', ')} on it`;
  return warn(
    'privileges',
    `${name} ${why}: only the trigger keeps it from changing events`,
    'make a role of its own for DATABASE_URL, and set DATABASE_OWNER_URL to the one that owns the tables',
  );
}

function partitions({ furthestHead, lastPartition: { from, to } }: LogFacts): DoctorCheck {
  const free = to - 1n - furthestHead;
  const detail = `room for ${free} more events in the fullest shard`;
  const advice = 'start the service, which makes them ahead; an append also makes the one it lacks';
  if (free <= 0n) return fail('partitions', detail, advice);
  return from > furthestHead
    ? ok('partitions', detail)
    : warn('partitions', `${detail}, and no empty partition ahead`, advice);
}

function halted(units: readonly UnitStanding[]): DoctorCheck {
  const found = units.filter(({ status }) => status === 'halted');
  if (found.length === 0) return ok('halted subscriptions', 'none');
  const detail = found.map((unit) => `${nameOf(unit)}: ${unit.lastError ?? 'no reason kept'}`).join('; ');
  return fail('halted subscriptions', detail, 'mend the cause, then run projections resume <name>');
}

function paused(units: readonly UnitStanding[]): DoctorCheck {
  const found = units.filter(({ status }) => status === 'paused');
  if (found.length === 0) return ok('paused subscriptions', 'none');
  return warn(
    'paused subscriptions',
    found.map(nameOf).join(', '),
    'run projections resume <name> when it may go on',
  );
}

/** Those that nobody would follow are left out: consumers, for one, follow the log or a broker, never both. */
function lagging(units: readonly UnitStanding[]): DoctorCheck {
  const found = units.filter(
    (unit) =>
      unit.followed &&
      unit.status === 'running' &&
      unit.generation !== 'building' &&
      (unit.behindMs ?? 0) > LIMITS.behindMs,
  );
  if (found.length === 0) return ok('lag', `none over ${LIMITS.behindMs / 1000} s`);
  const detail = found.map((unit) => {
    const error = unit.lastError === null ? '' : ` (${unit.lastError})`;
    return `${nameOf(unit)}: ${unit.head - unit.position} events, ${Math.round((unit.behindMs ?? 0) / 1000)} s${error}`;
  });
  return warn('lag', detail.join('; '), 'see its last error; add processes if there is none and it grows');
}

function parked(units: readonly UnitStanding[]): DoctorCheck {
  const found = units.filter((unit) => unit.parked > 0);
  if (found.length === 0) return ok('parked events', 'none');
  const detail = found.map((unit) => `${nameOf(unit)}: ${unit.parked}`).join(', ');
  return warn('parked events', detail, 'run parked list, then parked retry or parked discard');
}

function workers({ liveOwners, units }: LogFacts): DoctorCheck {
  if (liveOwners.length === 0) return warn('workers', 'no process follows the log', 'start the service');
  const alone = units.filter(({ generation, followed }) => generation !== null && !followed);
  if (alone.length === 0) return ok('workers', liveOwners.join(', '));
  return warn(
    'workers',
    `${liveOwners.join(', ')}; none follows ${alone.map(nameOf).join(', ')}`,
    'start a process of the build that this was made by',
  );
}

function leases({ units, liveOwners }: LogFacts): DoctorCheck {
  const found = units.filter(
    ({ owner, status }) => owner !== null && status === 'running' && !liveOwners.includes(owner),
  );
  if (found.length === 0) return ok('leases', 'none held by a dead process');
  const detail = found.map((unit) => `${nameOf(unit)}: ${unit.owner}, ${leaseOf(unit)}`).join('; ');
  return warn('leases', detail, 'a running service takes them over when they end: start one if none runs');
}

const leaseOf = ({ leaseMs }: UnitStanding): string =>
  (leaseMs ?? 0) > 0 ? `for ${Math.ceil((leaseMs ?? 0) / 1000)} s more` : 'which has ended';

const nameOf = ({ name, version, shard }: UnitStanding): string => `${name} v${version}/${shard}`;
