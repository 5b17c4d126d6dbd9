import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Allowance, TakeFromQuota } from '../../src/application/rate-limits.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { rateWindows, type AskForShare, type Share } from '../../src/infrastructure/postgres/rate-windows.ts';
import { sharedRateLimits } from '../../src/infrastructure/rate-limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const TENANT = '0190a000-0000-7000-8000-000000000001' as TenantId;

type Taken = Allowance & { readonly waited: boolean };

async function take(quota: TakeFromQuota, tenantId: TenantId = TENANT): Promise<Taken> {
  const taken = quota(tenantId, 'writes');
  return { ...(await taken)!, waited: taken instanceof Promise };
}

async function admitted(quota: TakeFromQuota, times: number): Promise<number> {
  let count = 0;
  for (let n = 0; n < times; n++) if ((await take(quota)).allowed) count++;
  return count;
}

describe('a process spends its shares of a quota', () => {
  let at: number;
  let asked: number[];
  let answers: (Share | Error | 'never')[];

  const askForShare: AskForShare = async (_tenant, _class, _limit, wanted) => {
    asked.push(wanted);
    const answer = answers.shift() ?? new Error('PostgreSQL is away');
    if (answer === 'never') return new Promise<Share>(() => {});
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const open = (): TakeFromQuota =>
    sharedRateLimits({
      ...{ askForShare, now: () => at, patienceMs: 20, onUnreachable: () => {} },
      perMinute: { reads: undefined, writes: 1_000 },
    });

  beforeEach(() => {
    at = 1_000;
    asked = [];
    answers = [];
  });

  it('and asks once for all who come at once', async () => {
    answers = [{ granted: 20, left: 900, endsInMs: 30_000 }];
    const quota = open();
    const all = await Promise.all(Array.from({ length: 10 }, () => take(quota)));
    expect(all.every(({ allowed }) => allowed)).toBe(true);
    expect(asked).toEqual([20]);
    expect(all.at(-1)).toMatchObject({ limit: 1_000, windowSeconds: 60, remaining: 910, resetSeconds: 30 });
  });

  it('and asks for the next before one is used up, so that nobody waits', async () => {
    answers = [
      { granted: 20, left: 900, endsInMs: 30_000 },
      { granted: 20, left: 880, endsInMs: 30_000 },
    ];
    const quota = open();
    const all: Taken[] = [];
    for (let n = 0; n < 35; n++) all.push(await take(quota));
    expect(all.map(({ waited }) => waited)).toEqual([true, ...Array.from({ length: 34 }, () => false)]);
    expect(all.every(({ allowed }) => allowed)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('and asks no more in a window whose quota is used up', async () => {
    answers = [{ granted: 1, left: 0, endsInMs: 30_000 }];
    const quota = open();
    expect(await admitted(quota, 100)).toBe(1);
    expect(asked).toHaveLength(1);
    expect(await take(quota)).toMatchObject({ allowed: false, remaining: 0, resetSeconds: 30 });
    at += 30_000;
    answers = [{ granted: 5, left: 0, endsInMs: 60_000 }];
    expect(await admitted(quota, 100)).toBe(5);
  });

  it('which end with their window', async () => {
    answers = [{ granted: 20, left: 900, endsInMs: 30_000 }];
    const quota = open();
    await take(quota);
    at += 30_000;
    answers = [{ granted: 2, left: 0, endsInMs: 60_000 }];
    expect(await admitted(quota, 100)).toBe(2);
  });

  it.each<[string, Error | 'never']>([
    ['cannot be reached', new Error('ECONNREFUSED')],
    ['does not answer', 'never'],
  ])('of its own account, one a minute, while PostgreSQL %s', async (_what, answer) => {
    answers = Array.from({ length: 100 }, () => answer);
    const quota = open();
    expect(await admitted(quota, 25)).toBe(20);
    at += 60_000;
    expect(await admitted(quota, 25)).toBe(20);
    answers = [{ granted: 7, left: 0, endsInMs: 1_000 }];
    expect(await admitted(quota, 25)).toBe(7);
  });

  it('unless there is none', () => {
    expect(open()(TENANT, 'reads')).toBeUndefined();
  });
});

describe('several processes on one database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const open = (writes: number): TakeFromQuota =>
    sharedRateLimits({
      perMinute: { reads: undefined, writes },
      askForShare: rateWindows(database.pool),
      ...{ now: () => performance.now(), patienceMs: 10_000 },
      onUnreachable: (fault) => {
        throw fault;
      },
    });

  it.each([1, 7, 60, 600])('never let in more than a quota of %d between them', async (limit) => {
    const tenantId = await ensureTenant(database.pool, `tenant-${limit}`);
    const quotas = Array.from({ length: 4 }, () => open(limit));
    const count = async (): Promise<number> => {
      const taken = await Promise.all(
        quotas.flatMap((quota) => Array.from({ length: limit }, () => take(quota, tenantId))),
      );
      return taken.filter(({ allowed }) => allowed).length;
    };
    const windowOf = async (): Promise<string> =>
      (await database.pool.query(`select date_bin('60 s', clock_timestamp(), 'epoch')::text as w`)).rows[0].w;
    let [before, found, after] = [await windowOf(), await count(), await windowOf()];
    if (before !== after) [before, found, after] = [await windowOf(), await count(), await windowOf()];
    expect(before).toBe(after);
    expect(found).toBe(limit);
  });

  it('begin anew with the next window, and keep tenants apart', async () => {
    const [one, other] = [
      await ensureTenant(database.pool, 'one'),
      await ensureTenant(database.pool, 'other'),
    ];
    const ask = rateWindows(database.pool);
    expect(await ask(one, 'writes', 10, 100)).toMatchObject({ granted: 10, left: 0 });
    expect(await ask(one, 'writes', 10, 100)).toMatchObject({ granted: 0, left: 0 });
    expect(await ask(one, 'reads', 10, 4)).toMatchObject({ granted: 4, left: 6 });
    expect(await ask(other, 'writes', 10, 1)).toMatchObject({ granted: 1, left: 9 });
    await database.pool.query(`update rate_window set window_start = window_start - interval '60 s'`);
    const { granted, endsInMs } = await ask(one, 'writes', 10, 1);
    expect(granted).toBe(1);
    expect(endsInMs).toBeGreaterThan(0);
    expect(endsInMs).toBeLessThanOrEqual(60_000);
  });

  it('with a quota that was made smaller let in no more than that', async () => {
    const tenantId = await ensureTenant(database.pool, 'smaller');
    const ask = rateWindows(database.pool);
    await ask(tenantId, 'writes', 100, 50);
    expect(await ask(tenantId, 'writes', 10, 5)).toMatchObject({ granted: 0, left: 0 });
  });
});
