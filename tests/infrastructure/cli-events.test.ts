import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { causationOf } from '../../src/application/causation.ts';
import type { BrowsedEvent } from '../../src/application/log-browsing.ts';
import { causationTree } from '../../src/cli/causation-tree.ts';
import { cliOn, jsonOf, startCli, type CliRun } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { newOrder, openTestLog, orderIdOn } from '../support/log.ts';
import { createShardedDatabase } from '../support/sharded-database.ts';
import { onLog, openShop, type Shop } from '../support/shop.ts';

let shop: Shop;
let run: (...args: readonly string[]) => Promise<CliRun>;
/** One order, its payment, and what a consumer made of it, in the order of the log. */
let events: BrowsedEvent[];

beforeAll(async () => {
  shop = await openShop();
  run = cliOn(shop.database);
  const stopConsumers = onLog(shop);
  await shop.sell();
  await eventually(async () => {
    if ((await shop.effects()).confirmed !== 1) throw new Error('not confirmed yet');
  });
  await stopConsumers();
  events = jsonOf(await run('events', 'tail', '--json')).events;
});
afterAll(() => shop.database.drop());

const eventOf = (type: string): BrowsedEvent => events.find((event) => event.type === type)!;
const start = (...args: readonly string[]) =>
  startCli({ DATABASE_URL: shop.database.connectionString }, args);

describe('events tail', () => {
  it('shows the newest events in the order of the log', async () => {
    expect(events.map(({ type }) => type)).toEqual([
      'OrderCreated',
      'PaymentClaimed',
      'PaymentInitiated',
      'AttemptStarted',
      'PaymentAuthorized',
      'CaptureSucceeded',
      'PaymentProcessed',
      'OrderPaymentCaptured',
      'OrderConfirmed',
      'OrderPaid',
      'StockReserved',
    ]);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => `0-${index + 1}`));
    expect(jsonOf(await run('events', 'tail', '--limit', '2', '--json')).events).toEqual(events.slice(-2));
    const { stdout } = await run('events', 'tail', '--limit', '1');
    expect(stdout).toMatch(/^0-11 +\d{4}-\S+Z +StockReserved +\S+ v6 +system:settling +\{.*\}\n$/);
  });

  it.each<[string, () => readonly string[], () => BrowsedEvent[]]>([
    ['from the start', () => ['--from', 'start', '--limit', '3'], () => events.slice(0, 3)],
    ['from a place on, that place included', () => ['--from', '0-9'], () => events.slice(8)],
    ['from the end', () => ['--from', 'end'], () => []],
    ['of one type', () => ['--type', 'OrderPaid'], () => [eventOf('OrderPaid')]],
    [
      'of one stream',
      () => ['--stream', eventOf('OrderPaid').streamId],
      () => events.filter(({ streamId }) => streamId === eventOf('OrderPaid').streamId),
    ],
    ['of a type that there is none of', () => ['--type', 'Nothing'], () => []],
  ])('shows those %s', async (_, args, expected) => {
    expect(jsonOf(await run('events', 'tail', ...args(), '--json')).events).toEqual(expected());
  });

  it('follows with a line for each event, those of another type left out, until its limit', async () => {
    const following = start(
      ...['events', 'tail', '--from', '0-8', '--follow', '--limit', '4', '--type', 'OrderPaid', '--json'],
    );
    await eventually(() => expect(following.output()).toContain('OrderPaid'));
    const stopConsumers = onLog(shop);
    for (let sale = 0; sale < 3; sale++) await shop.sell();
    const { exitCode, stdout } = await following.ended();
    await stopConsumers();
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as BrowsedEvent);
    expect(lines.map(({ type }) => type)).toEqual(Array(4).fill('OrderPaid'));
    expect(new Set(lines.map(({ id }) => id)).size).toBe(4);
    expect(exitCode).toBe(0);

    const amidBatch = await run('events', 'tail', '--from', 'start', '--follow', '--limit', '2', '--json');
    expect(amidBatch.stdout.trim().split('\n')).toHaveLength(2);
  });

  it('reads all shards, and follows each', async () => {
    const { connectionString, pool, drop } = await createShardedDatabase(3);
    const { log } = openTestLog(pool, { shardCount: 3 });
    for (const shard of [2, 0, 1]) await log.append(newOrder(orderIdOn(shard)));
    const shown = jsonOf(await cliOn({ connectionString })('events', 'tail', '--json')).events;
    expect(shown.map((event: BrowsedEvent) => event.id)).toEqual(['2-1', '0-1', '1-1']);

    const args = ['events', 'tail', '--from', 'start', '--follow', '--limit', '6'];
    const following = startCli({ DATABASE_URL: connectionString }, args);
    await eventually(() => expect(following.output().trim().split('\n')).toHaveLength(3));
    for (const shard of [0, 1, 2]) await log.append(newOrder(orderIdOn(shard)));
    const { stdout } = await following.ended();
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(new Set(ids)).toEqual(new Set(['0-1', '0-2', '1-1', '1-2', '2-1', '2-2']));
    await drop();
  });

  it('ends with 0 at Ctrl-C when it follows', async () => {
    const following = start('events', 'tail', '--follow');
    await eventually(() => expect(following.output()).toContain('OrderPaid'));
    following.interrupt();
    expect((await following.ended()).exitCode).toBe(0);
  });
});

describe('events show', () => {
  it('shows what led to an event, up to the request', async () => {
    const paid = eventOf('OrderPaid');
    const {
      event: shown,
      origin,
      causes,
      effects,
      together,
    } = jsonOf(await run('events', 'show', paid.id, '--json'));
    expect(shown).toEqual(paid);
    expect(causes).toEqual([eventOf('PaymentProcessed')]);
    expect(origin).toEqual({ id: eventOf('PaymentProcessed').causationId, actor: 'test' });
    expect(effects).toEqual([]);
    expect(together).toEqual([eventOf('OrderPaymentCaptured').id, eventOf('OrderConfirmed').id]);
  });

  it('shows what came of an event, also on another stream', async () => {
    const processed = eventOf('PaymentProcessed');
    const shown = jsonOf(await run('events', 'show', processed.id, '--json'));
    expect(shown.effects.map(({ type }: BrowsedEvent) => type)).toEqual([
      'OrderPaymentCaptured',
      'OrderConfirmed',
      'OrderPaid',
      'StockReserved',
    ]);
    const { stdout } = await run('events', 'show', processed.id);
    expect(stdout).toMatch(/└─ 0-7 PaymentProcessed, .* <- this event\n   └─ 0-8 OrderPaymentCaptured/);
  });
});

/** Of the order. */
const stream = async (...args: string[]): Promise<CliRun> =>
  run('events', 'stream', eventOf('OrderCreated').streamId, ...args);

describe('events stream', () => {
  it('shows the history of one stream, whole or as it was', async () => {
    const own = events.filter(({ streamId }) => streamId === eventOf('OrderCreated').streamId);
    expect(jsonOf(await stream('--json'))).toMatchObject({
      category: 'order',
      tenantId: shop.tenantId,
      events: own,
    });
    expect(jsonOf(await stream('--at-version', '2', '--json')).events).toEqual(own.slice(0, 2));
    expect(jsonOf(await stream('--at', own[1]!.recordedAt, '--json')).events).toEqual(own.slice(0, 2));
    expect((await stream()).stdout.trim().split('\n')).toHaveLength(6);
  });

  it('shows what it comes to, now or as it was', async () => {
    const now = jsonOf(await stream('--state', '--json')).state;
    expect(now).toMatchObject({
      status: 'Confirmed',
      paymentStatus: 'Paid',
      dueAmount: { amount: 0 },
      version: 6,
    });
    const then = jsonOf(await stream('--state', '--at-version', '1', '--json')).state;
    expect(then).toMatchObject({
      status: 'Created',
      paymentStatus: 'Unpaid',
      dueAmount: { amount: 1250 },
      version: 1,
    });
    const { paymentId } = eventOf('PaymentClaimed').data as { paymentId: string };
    const payment = jsonOf(
      await run('events', 'stream', paymentId, '--state', '--at-version', '2', '--json'),
    );
    expect(payment).toMatchObject({ category: 'payment', state: { paymentId, status: 'Pending' } });
  });

  it('refuses a version or a time that the stream has not', async () => {
    const late = await stream('--at-version', '7');
    expect(late).toMatchObject({ exitCode: 1, stdout: '' });
    expect(late.stderr).toMatch(/has come to version 6 only/);
    const early = await stream('--at', '2020-01-01T00:00:00Z', '--state');
    expect(early.stderr).toMatch(/the order \S+ was created later/);
    expect(early.exitCode).toBe(1);
  });
});

it('never shows a payment token, in whatever form it is asked for', async () => {
  const initiated = eventOf('PaymentInitiated');
  const { rows } = await shop.database.pool.query(
    `select data from event where type = 'PaymentInitiated' limit 1`,
  );
  expect(rows[0].data.paymentToken).toBe('tok'); // it is there to be shown
  const asked = [
    'tail',
    `show ${initiated.id}`,
    `stream ${initiated.streamId}`,
    `stream ${initiated.streamId} --state`,
  ];
  for (const line of asked.flatMap((one) => [one, `${one} --json`])) {
    const { exitCode, stdout } = await run('events', ...line.split(' '));
    expect(stdout).not.toMatch(/tok|paymentToken/);
    expect(stdout).toContain(initiated.streamId);
    expect(exitCode).toBe(0);
  }
});

it('shows an event that this build cannot read, but nothing of what is in it', async () => {
  const { rows } = await shop.database.pool.query<{ position: number; stream_id: string }>(
    `with head as (update log_head set head = head + 1 where shard = 0 returning head),
          stream as (update stream set version = version + 1 where stream_id = $1 returning version)
     insert into event (shard, position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
     select 0, head, $1, version, gen_random_uuid(), 'OrderTeleported', 1, '{"paymentToken": "tok"}',
       jsonb_build_object('tenantId', $2::text), now() from head, stream
     returning position::int, stream_id`,
    [eventOf('OrderCreated').streamId, shop.tenantId],
  );
  const { position, stream_id: streamId } = rows[0]!;
  const { stdout, exitCode } = await run('events', 'show', `0-${position}`);
  expect((await run('events', 'show', `0-${position}`, '--json')).stdout).not.toContain('tok');
  expect(stdout).toContain('unreadable  OrderTeleported v1: this build knows no such event');
  expect(stdout).not.toContain('tok');
  expect(exitCode).toBe(0);
  expect((await run('events', 'stream', streamId)).stdout).toContain('(unreadable: OrderTeleported v1');
  const state = await run('events', 'stream', streamId, '--state');
  expect(state.stderr).toMatch(/cannot be folded: OrderTeleported v1: this build knows no such event/);
  expect(state.exitCode).toBe(1);
});

const event = (id: string, causationId: string): BrowsedEvent => ({
  ...eventOf('OrderCreated'),
  id,
  eventId: id,
  causationId,
});

describe('the causation of an event', () => {
  it('goes up to the first cause and down to the last effect', () => {
    const chain = ['a', 'b', 'c', 'd', 'e'].map((id, index) =>
      event(id, ['request', 'a', 'b', 'c', 'd'][index]!),
    );
    const { origin, chain: up, effects } = causationOf(chain[2]!, [...chain, event('aside', 'a')]);
    expect(origin.id).toBe('request');
    expect(up.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(effects).toMatchObject([{ event: { id: 'd' }, effects: [{ event: { id: 'e' }, effects: [] }] }]);
  });

  it('ends also where a damaged log goes in a circle', () => {
    const circle = [event('a', 'c'), event('b', 'a'), event('c', 'b')];
    const causation = causationOf(circle[1]!, circle);
    expect(causation.chain.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    expect(causationTree(causation).split('\n')).toHaveLength(4);
  });
});
