import type { Removal } from './removal.ts';

const LEASES = 'event-log/leases.ts';
const SUBSCRIPTION = 'event-log/subscription.ts';
const APPLIER = 'event-log/applier.ts';
const TAIL = 'event-log/tail.ts';
const READ = 'event-log/read.ts';

const EPOCH_IN_ADVANCE = `and epoch = $4 and status = 'running' and position = $5`;

/** Of what reads and follows the log: how each is taken out, and what of the soak notices. */
export const GUARDS_OF_FOLLOWING: readonly Removal[] = [
  {
    name: 'epoch-of-checkpoint',
    guard:
      'only the holder of the lease moves the checkpoint; the known position protects too, so both are removed',
    edits: [
      {
        where: LEASES,
        from: EPOCH_IN_ADVANCE,
        to: `and $4::bigint is not null and status = 'running' and $5::bigint is not null`,
      },
    ],
    caughtBy: ['lease', 'seen'],
    needs: 'stop',
  },
  {
    name: 'known-position',
    guard: 'a checkpoint moves from where it was read; it is read again after a failure, so both are removed',
    edits: [
      {
        where: LEASES,
        from: EPOCH_IN_ADVANCE,
        to: `and epoch = $4 and status = 'running' and $5::bigint is not null`,
      },
      { where: SUBSCRIPTION, from: 'position = undefined; // known again', to: '// known again' },
    ],
    caughtBy: ['seen'],
    needs: 'cut',
  },
  {
    name: 'epoch-of-renewal',
    guard: 'a lease is extended under its own epoch only',
    edits: [{ where: LEASES, from: 'and l.epoch = u.epoch and', to: 'and' }],
    caughtBy: ['lease'],
    needs: 'stop',
  },
  {
    name: 'lease-end',
    guard: 'a lease is taken only when it has ended; takers look before they try, so both are removed',
    edits: [
      { where: LEASES, from: `and status = 'running' and lease_until < now()`, to: `and status = 'running'` },
      {
        where: 'event-log/worker.ts',
        from: `row.status === 'running' && row.lease_ms < 0`,
        to: `row.status === 'running'`,
      },
    ],
    caughtBy: ['lease'],
    needs: 'stop',
  },
  {
    name: 'paused',
    guard: 'a paused subscription moves no more',
    edits: [{ where: LEASES, from: EPOCH_IN_ADVANCE, to: 'and epoch = $4 and position = $5' }],
    caughtBy: ['lease'],
    needs: 'pause',
  },
  {
    name: 'one-transaction',
    guard: 'an effect in SQL is committed together with the checkpoint',
    edits: [
      {
        where: APPLIER,
        from: `if (effect.kind === 'sql' && events.length > 0) await effect.apply(tx, events)`,
        to: `if (effect.kind === 'sql' && events.length > 0) await inTransaction(pool, (other) => effect.apply(other, events))`,
      },
    ],
    caughtBy: ['seen'],
    needs: 'cut',
  },
  {
    name: 'effect-first',
    guard: 'an effect outside comes before the checkpoint',
    edits: [
      {
        where: APPLIER,
        from: `if (effect.kind === 'outside' && events.length > 0) await effect.apply(events, aborting);`,
        to: '',
      },
      {
        where: APPLIER,
        from: `await advance(pool, lease, from, to, leaseMs);`,
        to: `await advance(pool, lease, from, to, leaseMs);
      if (events.length > 0) await effect.apply(events, aborting);`,
      },
    ],
    caughtBy: ['outside'],
  },
  {
    name: 'behind-parked',
    guard: 'later events of a stream wait behind a parked one',
    edits: [{ where: APPLIER, from: 'if (waiting.has(streamId)) {', to: 'if (false) {' }],
    caughtBy: ['seen'],
  },
  {
    name: 'rollback',
    guard: 'a transaction that fails is rolled back',
    edits: [{ where: 'postgres/pool.ts', from: `tx.query('rollback')`, to: `tx.query('commit')` }],
    caughtBy: ['seen'],
  },
  {
    name: 'recent-in-step',
    guard: 'the tail keeps entries by their positions, contiguously',
    edits: [{ where: TAIL, from: 'if (after !== last) [recent, parts] = [[], []];', to: '' }],
    caughtBy: ['seen'],
    batch: 50,
  },
  {
    name: 'recent-from',
    guard: 'the tail begins right after the checkpoint',
    edits: [{ where: TAIL, from: 'Number(after + 1n - first)', to: 'Number(after + 2n - first)' }],
    caughtBy: ['seen'],
    batch: 50,
  },
  {
    name: 'read-from',
    guard: 'a shard is read from after the checkpoint on',
    edits: [{ where: READ, from: 'e.position > $2', to: 'e.position >= $2' }],
    caughtBy: ['seen'],
  },
  {
    name: 'load-from',
    guard: 'a stream is loaded from after what is known of it',
    edits: [
      {
        where: READ,
        from: 'e.version > coalesce(n.version, u.after)',
        to: 'e.version >= coalesce(n.version, u.after)',
      },
    ],
    caughtBy: ['reading'],
  },
  {
    name: 'short-batch',
    guard: 'a batch that was not full when it was read is read again',
    edits: [{ where: TAIL, from: '(joined && (known.length > 0 || pending?.mark === wakes))', to: 'true' }],
    caughtBy: ['stalled'],
    batch: 50,
  },
  {
    name: 'tenant-of-reader',
    guard: 'a stream reads as empty to another tenant',
    edits: [
      {
        where: READ,
        from: 'and k.tenant_id = $3 limit 1) s',
        to: 'and $3::uuid is not null limit 1) s',
      },
    ],
    caughtBy: ['reading'],
  },
  {
    name: 'epoch-of-release',
    guard: 'a lease is given back by its holder only',
    edits: [
      {
        where: LEASES,
        from: `set owner = null, lease_until = 'epoch'
      where shard = $1 and name = $2 and version = $3 and epoch = $4`,
        to: `set owner = null, lease_until = 'epoch'
      where shard = $1 and name = $2 and version = $3 and $4::bigint is not null`,
      },
    ],
    caughtBy: ['lease'],
    needs: 'stop',
  },
];
