import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckName } from '../../src/infrastructure/verify/findings.ts';
import { readExtent } from '../../src/infrastructure/verify/log-extent.ts';
import { inSnapshot } from '../../src/infrastructure/verify/snapshot.ts';
import type { Verdict } from '../../src/infrastructure/verify/verify.ts';
import { fillLog, verifyHere, type FilledLog } from '../support/filled-log.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { fullestShard, middleBatch, REWRITE_CHAIN, tamper } from '../support/tampering.ts';

let filled: FilledLog;
let database: TestDatabase;
let shard: number;
/** A batch in the middle of the shard, as one seal covers it. */
let batch: { first: number; last: number };
beforeAll(async () => {
  filled = await fillLog();
});
beforeEach(async () => {
  database = await filled.copy();
  shard = await fullestShard(database.pool);
  batch = await middleBatch(database.pool, shard);
});
afterEach(() => database.drop());
afterAll(() => filled.drop());

const meddle = (statements: string): Promise<void> =>
  tamper(
    database.pool,
    statements.replaceAll(':first', String(batch.first)).replaceAll(':last', String(batch.last)),
    shard,
  );

const violated = ({ findings }: Verdict): string[] =>
  findings.filter(({ kind }) => kind === 'violation').map(({ check, rule }) => `${check} ${rule}`);

const messageOf = ({ findings }: Verdict, check: CheckName): string =>
  findings.find((finding) => finding.check === check)?.message ?? '';

const batchNamed = (): string => `shard ${shard}, events ${batch.first} to ${batch.last}`;

const ONE = `where shard = :shard and position = :first + 1`;
const CREATED = `where shard = :shard and position =
  (select position from event where shard = :shard and type = 'OrderCreated' and position >= :first order by 1 limit 1)`;

describe('an event', () => {
  it.each([
    ['its data', `update event set data = jsonb_set(data, '{at}', '"2020-01-01T00:00:00.000Z"') ${ONE}`],
    ['who caused it', `update event set metadata = jsonb_set(metadata, '{actor}', '"nobody"') ${ONE}`],
    ['when it was recorded', `update event set recorded_at = recorded_at + interval '1 microsecond' ${ONE}`],
    ['its type', `update event set type = 'PaymentClaimReleased' ${ONE}`],
    ['its id', `update event set event_id = gen_random_uuid() ${ONE}`],
    ['its schema version', `update event set schema_version = 2 ${ONE}`],
  ])('of which somebody changed %s breaks the chain at its batch', async (_, statement) => {
    await meddle(statement);
    const verdict = await verifyHere(database.pool, { checks: ['chain'] });
    expect(violated(verdict)).toEqual(['chain chain-broken']);
    expect(messageOf(verdict, 'chain')).toBe(`${batchNamed()}: one of them was changed after it was sealed`);
  });

  it('whose customer was changed shows in the read model too, by column and without its value', async () => {
    await meddle(`update event set data = jsonb_set(data, '{customerId}', '"Mallory"') ${CREATED}`);
    const verdict = await verifyHere(database.pool);
    expect(violated(verdict)).toEqual(['chain chain-broken', 'read-models row-changed']);
    expect(messageOf(verdict, 'read-models')).toMatch(
      /^order-summary: the row of shard \d, order_id \S+ differs from a rebuild in customer_id, state$/,
    );
    expect(
      JSON.stringify(verdict, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('Mallory');
  });

  it('whose tenant was changed is not of the stream’s tenant', async () => {
    await meddle(
      `update event set metadata = jsonb_set(metadata, '{tenantId}', to_jsonb(gen_random_uuid())) ${ONE}`,
    );
    const verdict = await verifyHere(database.pool, { checks: ['chain', 'streams'] });
    expect(violated(verdict)).toEqual(['chain chain-broken', 'streams stream-tenant']);
  });

  it('whose version was changed leaves a gap in its stream', async () => {
    await meddle(`update event set version = version + 1000 where shard = :shard and position =
      (select head from log_head where shard = :shard)`);
    const verdict = await verifyHere(database.pool, { checks: ['chain', 'positions', 'streams'] });
    expect(violated(verdict)).toEqual(['chain chain-broken', 'streams stream-versions']);
  });

  it('that was removed is named', async () => {
    await meddle(`delete from event ${ONE}`);
    const verdict = await verifyHere(database.pool, { checks: ['chain', 'positions', 'streams'] });
    expect(violated(verdict).slice(0, 2)).toEqual(['chain event-missing', 'positions event-missing']);
    expect(violated(verdict)[2]).toMatch(/^streams stream-(versions|version|empty)$/);
    expect(messageOf(verdict, 'chain')).toBe(`${batchNamed()}: 1 of them missing: ${batch.first + 1}`);
    expect(messageOf(verdict, 'positions')).toBe(`shard ${shard}: no event at ${batch.first + 1}`);
  });

  const COPY = `insert into event select shard, %position, stream_id, version + 1000, gen_random_uuid(), type,
    schema_version, data, metadata, recorded_at from event ${ONE};`;

  it.each([
    ['after the head', COPY.replace('%position', '(select head + 1 from log_head where shard = :shard)')],
    ['before the first', COPY.replace('%position', '0')],
  ])('that was inserted %s is outside the log', async (_, statement) => {
    await meddle(statement);
    const verdict = await verifyHere(database.pool, { checks: ['chain', 'positions'] });
    expect(violated(verdict)).toEqual(['positions event-beyond-head']);
  });

  it('that was inserted in the middle, the rest moved on, breaks the chain from there', async () => {
    await meddle(
      `
      update event set position = position + 1000000 where shard = :shard and position > :first;
      ${COPY.replace('%position', ':first + 1')}
      update event set position = position - 999999 where shard = :shard and position > 1000000;
      update log_head set head = head + 1 where shard = :shard`.replace(
        ONE,
        'where shard = :shard and position = :first',
      ),
    );
    const verdict = await verifyHere(database.pool, { checks: ['chain', 'streams'] });
    expect(violated(verdict)).toContain('chain chain-broken');
    expect(messageOf(verdict, 'chain')).toContain(batchNamed());
    expect(violated(verdict)).toContain('chain chain-end');
    expect(violated(verdict)).toContainEqual(expect.stringMatching(/^streams stream-(versions|order)$/));
  });

  it('that was moved behind the head is missing where it was, and one too many where it is', async () => {
    await meddle(`update event set position = 1000000 ${ONE}`);
    const verdict = await verifyHere(database.pool, { checks: ['positions'] });
    expect(violated(verdict)).toEqual(['positions event-beyond-head', 'positions event-missing']);
  });

  it('that was removed, and the chain made anew without it, is missing from its batch', async () => {
    await meddle(`delete from event ${ONE}; ${REWRITE_CHAIN}`);
    const verdict = await verifyHere(database.pool, { checks: ['chain'] });
    expect(violated(verdict)).toEqual(['chain event-missing']);
  });

  it('that changed places with another breaks the chain at its batch', async () => {
    await meddle(`
      update event set position = 1000000 where shard = :shard and position = :first;
      update event set position = :first where shard = :shard and position = :last;
      update event set position = :last where shard = :shard and position = 1000000`);
    const verdict = await verifyHere(database.pool, { checks: ['chain', 'positions'] });
    expect(violated(verdict)).toEqual(['chain chain-broken']);
    expect(messageOf(verdict, 'chain')).toContain(batchNamed());
  });

  it('that changed places with another of its stream is out of order there', async () => {
    await meddle(`
      update event set position = 1000000 where shard = :shard and position = :first;
      update event set position = :first where shard = :shard and position = :first + 1;
      update event set position = :first + 1 where shard = :shard and position = 1000000`);
    const verdict = await verifyHere(database.pool, { checks: ['streams'] });
    expect(violated(verdict)).toEqual(['streams stream-order']);
  });
});

describe('the chain', () => {
  it('tells a seal that was changed from events that were', async () => {
    await meddle(`update seal set hash = sha256('x') where shard = :shard and position = :last`);
    const verdict = await verifyHere(database.pool);
    expect(violated(verdict)).toEqual(['chain seal-changed']);
    expect(messageOf(verdict, 'chain')).toContain(batchNamed());
  });

  it('notices that the last seal was changed', async () => {
    await meddle(
      `update seal set hash = sha256('x') where shard = :shard and position = (select head from log_head where shard = :shard)`,
    );
    expect(violated(await verifyHere(database.pool))).toEqual(['chain seal-changed', 'chain head-hash']);
  });

  it('notices that a seal was removed, and which', async () => {
    await meddle(`delete from seal where shard = :shard and position = :last`);
    const verdict = await verifyHere(database.pool);
    expect(violated(verdict)).toEqual(['chain seal-missing']);
    expect(messageOf(verdict, 'chain')).toContain(
      `the seal of events ${batch.first} to ${batch.last} is missing`,
    );
  });

  it('notices events that no seal covers, though the rest was made anew to fit', async () => {
    await meddle(`delete from seal where shard = :shard and position = :last; ${REWRITE_CHAIN}`);
    const verdict = await verifyHere(database.pool);
    expect(violated(verdict)).toEqual(['chain seal-missing']);
    expect(messageOf(verdict, 'chain')).toContain(
      `the seal of events ${batch.first} to ${batch.last} is missing`,
    );
  });

  it('notices that it begins with the genesis of another shard', async () => {
    await meddle(
      REWRITE_CHAIN.replace('log_genesis(:shard::smallint)', 'log_genesis((:shard + 1)::smallint)'),
    );
    const verdict = await verifyHere(database.pool);
    expect(violated(verdict)).toEqual(['chain chain-broken']);
    expect(messageOf(verdict, 'chain')).toContain(`shard ${shard}, events 1 to `);
  });

  it('notices that the first seal was removed', async () => {
    await meddle(`delete from seal where shard = :shard and first_position = 1`);
    expect(violated(await verifyHere(database.pool))).toEqual(['chain seal-missing']);
  });

  it('notices that the last seal was removed', async () => {
    await meddle(
      `delete from seal where shard = :shard and position = (select head from log_head where shard = :shard)`,
    );
    expect(violated(await verifyHere(database.pool))).toEqual(['chain chain-end']);
  });

  it('notices that two batches were sealed as one', async () => {
    await meddle(
      `update seal set first_position = first_position - 1 where shard = :shard and position = :last`,
    );
    expect(violated(await verifyHere(database.pool))).toEqual(['chain seal-overlaps']);
  });

  it('notices that a seal was added after the head', async () => {
    await meddle(
      `insert into seal select shard, head + 1, head + 1, sha256('x') from log_head where shard = :shard`,
    );
    expect(violated(await verifyHere(database.pool))).toEqual(['positions seal-beyond-head']);
  });

  it('notices that the hash kept with the head was changed', async () => {
    await meddle(`update log_head set hash = sha256('x') where shard = :shard`);
    expect(violated(await verifyHere(database.pool))).toEqual(['chain head-hash']);
  });

  it.each([
    ['forward', 'head + 1', ['chain chain-end', 'positions event-missing']],
    ['back', ':first', ['chain chain-end', 'positions event-beyond-head', 'positions seal-beyond-head']],
  ])('notices that the head was moved %s', async (_, head, rules) => {
    await meddle(`update log_head set head = ${head} where shard = :shard`);
    expect(violated(await verifyHere(database.pool))).toEqual(expect.arrayContaining(rules));
  });

  it('that was made anew as a whole is told only by a head that was kept elsewhere', async () => {
    const { heads: kept } = await inSnapshot(database.pool, readExtent);
    expect(violated(await verifyHere(database.pool, { against: kept }))).toEqual([]);
    await meddle(
      `update event set metadata = jsonb_set(metadata, '{actor}', '"nobody"') ${ONE}; ${REWRITE_CHAIN}`,
    );
    expect(violated(await verifyHere(database.pool))).toEqual([]);
    const verdict = await verifyHere(database.pool, { against: kept });
    expect(violated(verdict)).toEqual(['chain against-rewritten']);
    expect(messageOf(verdict, 'chain')).toContain(`shard ${shard}: the seal at `);
  });

  it('whose end was cut off without a trace is told only by a head that was kept elsewhere', async () => {
    const { heads: kept } = await inSnapshot(database.pool, readExtent);
    await meddle(`
      with cut as (delete from seal s using log_head l where l.shard = :shard and s.shard = :shard and s.position = l.head
          returning s.first_position),
        gone as (delete from event e using cut where e.shard = :shard and e.position >= cut.first_position)
      delete from command k using cut where k.shard = :shard and k.position >= cut.first_position;
      update log_head set (head, hash) = (select position, hash from seal where shard = :shard order by position desc limit 1)
        where shard = :shard;
      update subscription s set position = least(position, head) from log_head l where l.shard = s.shard`);
    const checks: CheckName[] = ['chain', 'positions', 'subscriptions'];
    expect(violated(await verifyHere(database.pool, { checks }))).toEqual([]);
    expect(violated(await verifyHere(database.pool, { checks, against: kept }))).toEqual([
      'chain against-shortened',
    ]);
  });
});

async function ofOneStream(): Promise<string> {
  const { rows } = await database.pool.query(
    'select stream_id from event where shard = $1 and position = $2',
    [shard, batch.first],
  );
  return `where shard = :shard and stream_id = '${rows[0].stream_id}'`;
}

describe('beside the events', () => {
  it.each([
    ['a version of a stream', `update stream set version = version + 1 %one`, 'stream-version'],
    ['the tenant of a stream', `update stream set tenant_id = gen_random_uuid() %one`, 'stream-tenant'],
    ['a stream that is gone', `delete from stream %one`, 'stream-missing'],
    ['a stream that says it is archived', `update stream set archived = true %one`, 'stream-archived'],
    [
      'a stream without events',
      `insert into stream select shard, (left(stream_id::text, 19) || '0000' || right(stream_id::text, 13))::uuid, tenant_id,
         category, 1 from stream %one`,
      'stream-empty',
    ],
  ])('%s is found', async (_, statement, rule) => {
    await meddle(statement.replaceAll('%one', await ofOneStream()));
    const verdict = await verifyHere(database.pool, { checks: ['streams'] });
    expect(violated(verdict)).toEqual([`streams ${rule}`]);
  });

  it('a stream on a shard that its id does not name is found', async () => {
    const moved = `stream_id = (left(stream_id::text, 32) || lpad(to_hex(:shard + 1), 4, '0'))::uuid`;
    const one = await ofOneStream();
    await meddle(`update stream set ${moved} ${one}; update event set ${moved} ${one}`);
    expect(violated(await verifyHere(database.pool, { checks: ['streams'] }))).toEqual([
      'streams stream-shard',
    ]);
  });

  it('a command that points beyond the head is found', async () => {
    await meddle(
      `update command set position = 1000000 where ctid = (select ctid from command where shard = :shard limit 1)`,
    );
    expect(violated(await verifyHere(database.pool))).toEqual(['positions command-beyond-head']);
  });

  it('a checkpoint beyond the head is found', async () => {
    await meddle(`update subscription set position = 1000000 where shard = :shard and name = 'checkout'`);
    expect(violated(await verifyHere(database.pool))).toEqual(['subscriptions checkpoint-beyond-head']);
  });

  it('a lease without end is warned of', async () => {
    await meddle(
      `update subscription set lease_until = 'infinity' where shard = :shard and name = 'checkout'`,
    );
    const { findings } = await verifyHere(database.pool);
    expect(findings.map(({ kind, rule }) => [kind, rule])).toEqual([['warning', 'lease-stuck']]);
  });

  it('a parked event that was not reached yet, or is another one, is found', async () => {
    const parked = `insert into parked (shard, name, version, position, stream_id, stream_version, event_id, type, kind,
      error, attempts, status) select shard, 'checkout', 1, %, version, event_id, type, 'failed', 'a test', 1,
      'discarded' from event where shard = :shard and position = :first;`;
    await meddle(
      parked.replace('%', '1000000, stream_id') + parked.replace('%', 'position, gen_random_uuid()'),
    );
    const verdict = await verifyHere(database.pool);
    expect(violated(verdict).toSorted()).toEqual([
      'subscriptions parked-ahead',
      'subscriptions parked-unlike-event',
    ]);
  });

  it('a partition that was detached by hand is found', async () => {
    await database.pool.query('alter table event detach partition event_p1');
    expect(violated(await verifyHere(database.pool))).toEqual(['positions partition-unlike-noted']);
  });

  it('a partition that is only said to be detached hides nothing', async () => {
    await meddle(
      `update event_partition set detached_at = now() where ordinal = 0; delete from event ${ONE}`,
    );
    const verdict = await verifyHere(database.pool, { checks: ['chain', 'positions'] });
    expect(violated(verdict)).toEqual([
      'chain event-missing',
      'positions partition-unlike-noted',
      'positions event-missing',
    ]);
  });
});

describe('a read model', () => {
  const SUMMARY = 'read_model.order_summary_1';
  it.each([
    ['changed', `update ${SUMMARY} set status = 'Shipped' where %one`, / in status$/],
    [
      'changed',
      `update ${SUMMARY} set state = jsonb_set(state, '{customerId}', '"x"') where %one`,
      / in state$/,
    ],
    ['missing', `delete from ${SUMMARY} where %one`, / is missing$/],
    [
      'added',
      `insert into ${SUMMARY} select shard, gen_random_uuid(), tenant_id, customer_id, status, payment_status, currency,
         total_minor, due_minor, version, created_at, updated_at, state from ${SUMMARY} where %one`,
      / is more than the events make$/,
    ],
    ['changed', `update read_model.activity_1 set orders_created = 99 where %one`, / in orders_created$/],
    ['changed', `update read_model.payment_history_1 set amount_minor = 1 where %one`, / in amount_minor$/],
  ])('of which a row is %s is told from a rebuild', async (kind, statement, message) => {
    const table = /read_model\.\w+/.exec(statement)![0];
    const one = `ctid = (select ctid from ${table} where shard = :shard limit 1)`;
    await meddle(statement.replace('%one', one));
    const verdict = await verifyHere(database.pool);
    expect(violated(verdict)).toEqual([`read-models row-${kind}`]);
    expect(messageOf(verdict, 'read-models')).toMatch(message);
  });

  it.each([
    ['changed', 'update daily_sales set orders_created = orders_created + 1 where %one'],
    ['changed', 'update daily_sales set paid_minor = paid_minor + 1 where %one'],
    ['missing', 'delete from daily_sales where %one'],
    [
      'added',
      `insert into daily_sales (tenant_id, day, currency) select tenant_id, day, 'XXX' from daily_sales where %one`,
    ],
  ])('that is counted, with a row %s, is told from a rebuild', async (kind, statement) => {
    await meddle(statement.replace('%one', 'ctid = (select ctid from daily_sales limit 1)'));
    expect(violated(await verifyHere(database.pool))).toEqual([`read-models row-${kind}`]);
  });

  it('that counts what no event tells of is found', async () => {
    await meddle(`insert into inbox (consumer, message_id) values ('order-created', gen_random_uuid())`);
    expect(violated(await verifyHere(database.pool))).toEqual(['read-models inbox-orphan']);
  });

  it('counts what came by the broker alone once, beyond the checkpoint on the log', async () => {
    await meddle(`
      insert into inbox (consumer, message_id) select 'payment-processed', event_id from event
        where type = 'PaymentProcessed' on conflict do nothing;
      update subscription set position = 0 where name = 'payment-processed'`);
    expect(violated(await verifyHere(database.pool))).toEqual([]);
    await meddle(
      `delete from inbox where ctid = (select ctid from inbox where consumer = 'payment-processed' limit 1)`,
    );
    expect(violated(await verifyHere(database.pool))).toEqual(['read-models row-changed']);
  });

  it('whose event cannot be read any more is named, and the other rows are compared', async () => {
    await meddle(`update event set schema_version = 77 ${CREATED};
      update ${SUMMARY} set status = 'Shipped' where ctid = (select ctid from ${SUMMARY} where shard = :shard and order_id <>
        (select stream_id from event ${CREATED}) limit 1)`);
    const verdict = await verifyHere(database.pool, { checks: ['read-models'] });
    // The row of that order is neither compared nor taken for one too many.
    const ofReadModels = verdict.findings.filter(({ rule }) => rule !== 'inbox-orphan');
    expect(ofReadModels.map(({ rule, details }) => [details['name'], rule, details['total']])).toEqual([
      ['activity', 'event-not-applicable', undefined],
      ['activity', 'row-changed', 1],
      ['awaiting-refund', 'event-not-applicable', undefined],
      ['dispute', 'event-not-applicable', undefined],
      ['ledger-transaction', 'event-not-applicable', undefined],
      ['order-summary', 'event-not-applicable', undefined],
      ['order-summary', 'row-changed', 1],
      ['payment-history', 'event-not-applicable', undefined],
      ['daily-sales', 'row-changed', 1],
    ]);
  });
});

describe('a snapshot', () => {
  const REPAIRED = `state = jsonb_build_object('state', %state, 'checksum', hashtextextended((%state)::text, version))`;
  const changed = `jsonb_set(state -> 'state', '{customerId}', '"x"')`;
  it.each([
    ['that was changed', `state = jsonb_set(state, '{state,customerId}', '"x"')`, 'snapshot-damaged'],
    ['that was changed with its checksum', REPAIRED.replaceAll('%state', changed), 'snapshot-differs'],
    ['of a version that the stream has not', 'version = version + 1000', 'snapshot-beyond-stream'],
    ['of no stream', `stream_id = gen_random_uuid()`, 'snapshot-without-stream'],
  ])('%s is found', async (_, change, rule) => {
    await meddle(`update snapshot set ${change} where ctid = (select ctid from snapshot limit 1)`);
    expect(violated(await verifyHere(database.pool))).toEqual([`snapshots ${rule}`]);
  });
});
