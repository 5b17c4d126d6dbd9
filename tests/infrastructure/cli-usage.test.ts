import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCheckpoints } from '../../src/infrastructure/event-log/leases.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { cliOn, startCli, type CliRun } from '../support/cli.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let run: (...args: readonly string[]) => Promise<CliRun>;

beforeAll(async () => {
  database = await createTestDatabase();
  await createCheckpoints(database.pool, { name: 'order-summary', version: 1 }, 1);
  run = cliOn(database);
});
afterAll(() => database.drop());

const ID = ids.orderId();

describe('wrong usage', () => {
  it.each<[string, string, RegExp]>([
    ['no command', '', /Usage: order-payments/],
    ['an unknown command', 'projektions', /unknown command 'projektions'/],
    ['an unknown option', 'doctor --fast', /unknown option '--fast'/],
    ['a group without a command', 'events', /Usage: order-payments events/],
    ['a missing argument', 'projections pause', /missing required argument 'name'/],
    [
      'an unknown projection',
      'projections rebuild orders',
      /no projection orders; there are: order-summary, payment-history/,
    ],
    ['an unknown subscription', 'projections pause orders', /name orders follows.*there are: order-summary/],
    ['the same, to resume', 'projections resume orders', /name orders follows.*there are: order-summary/],
    [
      'a shard that is no number',
      'projections pause order-summary --shard one',
      /--shard <n>' argument 'one'.*whole number/,
    ],
    [
      'a shard that is not there',
      'projections pause order-summary --shard 7',
      /--shard names shard 7.*only shard 0/,
    ],
    ['an event without its shard', 'events show 42', /'42' is invalid for argument 'event'.*such as 0-42/],
    ['position 0', 'events show 0-0', /'0-0' is invalid/],
    ['an event on a shard that is not there', 'events show 3-1', /names shard 3.*only shard 0/],
    ['a place that is none', 'events tail --from middle', /--from <place>' argument 'middle'.*start, end/],
    ['a place on a shard that is not there', 'events tail --from 5-1', /--from names shard 5/],
    ['a limit of nothing', 'events tail --limit 0', /--limit <n>' argument '0'.*from 1 to/],
    ['a stream that is no id', 'events tail --stream order-1', /--stream <id>' argument 'order-1'.*UUID/],
    ['an id that is none', 'events stream order-1', /'order-1' is invalid for argument 'id'/],
    ['a day for an instant', `events stream ${ID} --at 2026-01-31`, /--at <instant>'.*RFC 3339/],
    ['an instant without offset', `events stream ${ID} --at 2026-01-31T12:00:00`, /--at <instant>'.*offset/],
    ['version 0', `events stream ${ID} --at-version 0`, /--at-version <n>' argument '0'/],
    [
      'two ways to say when',
      `events stream ${ID} --at-version 1 --at 2026-01-31T12:00:00Z`,
      /--at and --at-version/,
    ],
    [
      'parked events of nobody',
      'parked list --subscription orders',
      /--subscription.*name orders.*there are/,
    ],
    ['nothing to retry', 'parked retry', /an event such as 0-42, or --stream, or --all/],
    ['two ways to say what', 'parked retry 0-1 --all', /an event such as 0-42, or --stream, or --all/],
    ['a retry of what is no event', 'parked retry first', /'first' is invalid for argument 'event'/],
    ['discarding for nobody', 'parked discard 0-1 --reason x', /required option '--subscription <name>'/],
    [
      'discarding without a reason',
      'parked discard 0-1 --subscription order-summary',
      /required option '--reason <text>'/,
    ],
    ['an empty reason', 'parked discard 0-1 --subscription order-summary --reason=', /--reason is empty/],
    ['a key for nobody', 'create-key', /required option '--tenant <name>'/],
    ['signing in as nobody', 'sign-in', /--key is missing.*keys list/],
    ['keys of nobody', 'keys list', /required option '--tenant <name>'/],
    [
      'a key that is none',
      'keys revoke x --tenant acme',
      /'x' is invalid for argument 'key'.*keys list shows it/,
    ],
    [
      'an overlap that is too long',
      'keys rotate 019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b --tenant acme --overlap 9999999',
      /from 0 to 604800/,
    ],
    ['an unknown mode', 'create-key --tenant acme --mode prod', /'prod' is invalid.*live, test/],
  ])('%s ends with 2 and says what is accepted', async (_, line, message) => {
    const { exitCode, stdout, stderr } = await run(...line.split(' ').filter((word) => word !== ''));
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /); // no stack
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });
});

describe('help', () => {
  it.each([
    '',
    'migrate',
    'create-key',
    'keys',
    'keys list',
    'keys rotate',
    'keys revoke',
    'sign-in',
    'projections',
    'projections list',
    'projections rebuild',
    'projections pause',
    'projections resume',
    'events',
    'events tail',
    'events show',
    'events stream',
    'parked',
    'parked list',
    'parked retry',
    'parked discard',
    'doctor',
  ])('of «%s» describes it, gives an example and the exit codes', async (line) => {
    const words = line.split(' ').filter((word) => word !== '');
    const { exitCode, stdout, stderr } = await run(...words, '--help');
    expect(stdout).toContain(['Usage: order-payments', ...words].join(' '));
    expect(stdout).toMatch(/Exit codes:\n\s+0\s+done/);
    if (line !== '') expect(stdout).toContain(`Example:\n  order-payments ${line}`);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });
});

it('ends with 1 when what was asked for is not there', async () => {
  for (const line of [
    `events stream ${ID}`,
    'events show 0-1',
    'parked retry 0-1',
    `parked retry --stream ${ID}`,
  ]) {
    const { exitCode, stdout, stderr } = await run(...line.split(' '));
    expect([line, exitCode, stdout]).toEqual([line, 1, '']);
    expect(stderr).toMatch(/^order-payments: .*(there is no|no such event)/);
  }
});

it('ends with 3 and hides the password when nobody answers', async () => {
  const env = { DATABASE_URL: 'postgres://op:hunter2@127.0.0.1:1/orders' };
  const { exitCode, stdout, stderr } = await startCli(env, ['projections', 'list', '--json']).ended();
  expect(stderr).toMatch(
    /cannot connect to PostgreSQL at 127\.0\.0\.1:1\/orders \(DATABASE_URL\): .*ECONNREFUSED/,
  );
  expect(stderr).not.toContain('hunter2');
  expect(stdout).toBe('');
  expect(exitCode).toBe(3);
});
