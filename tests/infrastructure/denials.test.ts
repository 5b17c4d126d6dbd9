import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { denials } from '../../src/infrastructure/access/denials.ts';
import { ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let tenantId: TenantId;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A noon today, so that no minute and no day ends meanwhile. */
const noon = (): Date => new Date(new Date().setUTCHours(12, 0, 30, 0));

const denial = (over: object = {}) => ({
  ...{ tenantId, actor: 'key:op_test_abcdef', route: 'GET /api/orders', reason: 'revoked-key' },
  ...over,
});

const rowsOf = async () => {
  const { rows } = await database.pool.query<{ at: Date; actor: string; route: string; count: number }>(
    'select at, actor, route, count from access_denial where tenant_id = $1 order by denial_id',
    [tenantId],
  );
  return rows;
};

describe('denials', () => {
  it('are counted by the minute, over batches and processes', async () => {
    tenantId = await ensureTenant(database.pool, 'counted');
    const [one, other] = [denials(database.pool, noon), denials(database.pool, noon)];
    for (let n = 0; n < 3; n++) one.note(denial());
    await one.write();
    one.note(denial());
    other.note(denial());
    other.note(denial({ route: 'POST /api/orders' }));
    await Promise.all([one.write(), other.write()]);
    expect(Object.fromEntries((await rowsOf()).map(({ route, count }) => [route, count]))).toEqual({
      'GET /api/orders': 5,
      'POST /api/orders': 1,
    });
  });

  it('of somebody who asks again and again take up a bounded place, and are all counted', async () => {
    tenantId = await ensureTenant(database.pool, 'flooded');
    const flood = denials(database.pool, noon, 20);
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < 100; n++) flood.note(denial({ actor: `jwt:${round}-${n}` }));
      await flood.write();
    }
    const rows = await rowsOf();
    expect(rows).toHaveLength(21);
    expect(rows.find(({ actor }) => actor === '*')).toMatchObject({ route: '*', count: 480 });
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(500);
  });

  it('are told apart in memory up to a bound', async () => {
    tenantId = await ensureTenant(database.pool, 'in-memory');
    const flood = denials(database.pool, noon, 100_000);
    for (let n = 0; n < 6_000; n++) flood.note(denial({ actor: `jwt:${n}` }));
    await flood.write();
    const rows = await rowsOf();
    expect(rows).toHaveLength(5_001);
    expect(rows.find(({ actor }) => actor === '*')?.count).toBe(1_000);
  });

  it('that cannot be written are written later', async () => {
    tenantId = await ensureTenant(database.pool, 'later');
    const late = denials(database.pool, noon);
    const nobody = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' as TenantId;
    late.note(denial({ tenantId: nobody }));
    late.note(denial());
    await expect(late.write()).rejects.toThrow('access_denial');
    late.note(denial());
    await database.pool.query('insert into tenant (tenant_id, name) values ($1, $2)', [nobody, 'nobody']);
    await late.write();
    expect((await rowsOf()).map(({ count }) => count)).toEqual([2]);
  });

  it('are forgotten after 90 days', async () => {
    tenantId = await ensureTenant(database.pool, 'forgotten');
    for (const days of [89, 91]) {
      const past = denials(database.pool, () => new Date(Date.now() - days * 86_400_000));
      past.note(denial({ actor: `jwt:${days}` }));
      await past.write();
    }
    await denials(database.pool, noon).forget();
    expect((await rowsOf()).map(({ actor }) => actor)).toEqual(['jwt:89']);
  });
});
