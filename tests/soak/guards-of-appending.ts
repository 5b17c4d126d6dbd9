import type { Removal } from './removal.ts';

const APPEND = 'event-log/append.ts';

/** Of what writes the log: how each is taken out, and what of the soak notices. */
export const GUARDS_OF_APPENDING: readonly Removal[] = [
  {
    name: 'head-lock',
    guard: 'writers of a shard queue on its head row',
    edits: [{ where: 'append_units', from: ' for update;', to: ';' }],
    caughtBy: ['fault'], // the key of the events refuses the second of two writers
  },
  {
    name: 'dense-positions',
    guard: 'positions are given under the lock that lasts until the commit, not by a sequence',
    edits: [
      { where: 'append_units', from: ' for update;', to: ';' },
      {
        where: 'append_units',
        from: '  if total > 0 then\n',
        to: `  if total > 0 then
    create sequence if not exists soak_position;
    perform pg_advisory_lock(1);
    v_head := (select max(nextval('soak_position')) - total from generate_series(1, total));
    perform pg_advisory_unlock(1), pg_sleep(0.002);\n`,
      },
    ],
    caughtBy: ['late'],
  },
  {
    name: 'expected-version',
    guard: 'a stream is appended to at the version that was expected',
    edits: [{ where: 'append_units', from: 'coalesce(f.version, 0) <> e.expected or ', to: '' }],
    caughtBy: ['outcome'],
  },
  {
    name: 'every-stream',
    guard: 'all streams of a command must be at their versions, not the first alone',
    edits: [
      {
        where: 'append_units',
        from: 'where coalesce(f.version, 0)',
        to: 'where e.stream = s_stream[array_position(s_unit, e.unit)] and coalesce(f.version, 0)',
      },
    ],
    caughtBy: ['fault'], // the key of the events refuses the version that is taken
  },
  {
    name: 'tenant',
    guard: 'a stream takes no events of another tenant',
    edits: [{ where: 'append_units', from: ' or f.tenant <> e.tenant', to: '' }],
    caughtBy: ['outcome'],
  },
  {
    name: 'known-command',
    guard: 'a command that is in is a duplicate',
    edits: [{ where: 'append_units', from: 'k.command_id = u.id', to: 'k.command_id = u.id and false' }],
    caughtBy: ['outcome'],
  },
  {
    name: 'hash-chain',
    guard: 'each seal holds the hash of the one before',
    edits: [
      { where: 'append_units', from: 'coalesce(v_hash, log_genesis(p_shard))', to: 'log_genesis(p_shard)' },
    ],
    caughtBy: ['seals'],
  },
  {
    name: 'one-of-a-stream',
    guard: 'units of one stream never share a batch',
    edits: [{ where: APPEND, from: '!names.some((name) => taken.has(name))', to: 'true' }],
    caughtBy: ['outcome'], // the later one does not see what the earlier did
  },
  {
    name: 'overtaking',
    guard: 'a unit that is left behind is not overtaken by a later one of its streams',
    edits: [
      {
        where: APPEND,
        from: 'for (const name of names) taken.add(name)',
        to: 'if (fits) for (const name of names) taken.add(name)',
      },
    ],
    caughtBy: ['outcome'],
  },
  {
    name: 'side-by-side',
    guard: 'units of one stream are not in flight side by side',
    edits: [{ where: APPEND, from: 'new Set(sent.flatMap(namesOf))', to: 'new Set<string>()' }],
    caughtBy: ['outcome'],
  },
  {
    name: 'resend',
    guard: 'what may have been lost is sent again',
    edits: [{ where: APPEND, from: 'if (!isUnreachable(fault)) throw fault', to: 'throw fault' }],
    caughtBy: ['fault'],
    needs: 'cut',
  },
  {
    name: 'same-command',
    guard: 'what is sent again is the same command',
    edits: [
      { where: APPEND, from: 'let partitionsMissed = 0;', to: 'let partitionsMissed = 0; let sent = 0;' },
      {
        where: APPEND,
        from: 'sendUnits(pool, shard, batch)',
        to: `sendUnits(pool, shard, sent++ === 0 ? batch : batch.map((waiting) => {
            const context = { ...waiting.unit.context, commandId: crypto.randomUUID() as never };
            return { ...waiting, unit: { ...waiting.unit, context } };
          }))`,
      },
    ],
    caughtBy: ['outcome'],
    needs: 'cut',
  },
  {
    name: 'one-by-one',
    guard: 'a unit that PostgreSQL refuses does not fail its neighbours',
    edits: [{ where: APPEND, from: 'batch.length === 1 || fault instanceof LogUnavailable', to: 'true' }],
    caughtBy: ['fault'],
  },
  {
    name: 'queue-limit',
    guard: 'more than may wait is refused at once',
    edits: [{ where: APPEND, from: 'queue.length >= options.queueMax', to: 'false' }],
    caughtBy: ['outcome'],
  },
  {
    name: 'own-partition',
    guard: 'an append that finds no partition makes it',
    edits: [
      {
        where: APPEND,
        from: '!isWithoutPartition(fault) || partitionsMissed === PARTITIONS_MISSED_MAX',
        to: 'true',
      },
    ],
    caughtBy: ['fault'],
  },
];
