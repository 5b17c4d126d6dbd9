import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { err, ok } from '../../src/domain/shared/result.ts';
import { keyCache } from '../../src/infrastructure/access/key-cache.ts';
import { hearKeyChanges } from '../../src/infrastructure/access/key-changes.ts';
import { keyUses } from '../../src/infrastructure/access/key-uses.ts';
import {
  createApiKey,
  ensureTenant,
  findApiKey,
  hashOf,
  type FoundKey,
} from '../../src/infrastructure/postgres/api-keys.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { eventually } from '../support/eventually.ts';
import { startPgProxy } from '../support/pg-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const logger = pino({ level: 'silent' });

const GOOD: FoundKey = {
  outcome: ok({ keyId: 'k', tenantId: 't' as TenantId, actor: 'key:op_test_abcdef', scopes: ['ops'] }),
  leftMs: null,
};
const REVOKED: FoundKey = { outcome: err({ reason: 'revoked-key' }), leftMs: null };

/** A cache over a key that is `stored`; each look-up is counted. */
function cacheOf(over: { isCurrent?: () => boolean } = {}) {
  const world = { stored: GOOD as FoundKey | undefined, lookUps: 0, now: 0 };
  const find = async () => {
    world.lookUps++;
    return world.stored;
  };
  const cache = keyCache({ find, isCurrent: () => true, onUse: () => {}, now: () => world.now, ...over });
  return { world, cache, isTaken: async () => (await cache.authenticate('op_test_x')).ok };
}

describe('a key that is remembered', () => {
  it('is looked up once a minute', async () => {
    const { world, isTaken } = cacheOf();
    for (let n = 0; n < 5; n++) expect(await isTaken()).toBe(true);
    expect(world.lookUps).toBe(1);
    world.now = 60_000;
    expect(await isTaken()).toBe(true);
    expect(world.lookUps).toBe(2);
  });

  it('is forgotten when it changes', async () => {
    const { world, cache, isTaken } = cacheOf();
    await isTaken();
    world.stored = REVOKED;
    cache.forget(hashOf('op_test_other').toString('base64'));
    expect(await isTaken()).toBe(true);
    cache.forget(hashOf('op_test_x').toString('base64'));
    expect(await isTaken()).toBe(false);
  });

  it('is not believed while changes are not heard of', async () => {
    let isCurrent = true;
    const { world, isTaken } = cacheOf({ isCurrent: () => isCurrent });
    await isTaken();
    world.stored = REVOKED;
    isCurrent = false;
    expect(await isTaken()).toBe(false);
  });

  it('is good no longer than it has left', async () => {
    const { world, isTaken } = cacheOf();
    world.stored = { ...GOOD, leftMs: 10 };
    await isTaken();
    world.stored = { outcome: err({ reason: 'expired-key' }), leftMs: null };
    world.now = 9;
    expect(await isTaken()).toBe(true);
    world.now = 10;
    expect(await isTaken()).toBe(false);
  });

  it('is not remembered as it was before a change that was heard meanwhile', async () => {
    const answered: ((found: FoundKey) => void)[] = [];
    const cache = keyCache({
      find: () => new Promise((resolve) => answered.push(resolve)),
      isCurrent: () => true,
      onUse: () => {},
    });
    const first = cache.authenticate('op_test_x');
    cache.forget();
    answered[0]!(GOOD);
    expect((await first).ok).toBe(true);
    const second = cache.authenticate('op_test_x');
    answered[1]!(REVOKED);
    expect((await second).ok).toBe(false);
  });

  it('is none that is not there: it may be made any moment', async () => {
    const { world, isTaken } = cacheOf();
    world.stored = undefined;
    expect(await isTaken()).toBe(false);
    world.stored = GOOD;
    expect(await isTaken()).toBe(true);
  });
});

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  let key: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    key = await createApiKey(database.pool, await ensureTenant(database.pool, 'acme'), 'test', ['ops']);
  });
  afterAll(() => database.drop());

  const set = (revokedAt: string) =>
    database.pool.query(`update api_key set revoked_at = ${revokedAt} where key_hash = $1`, [hashOf(key)]);

  function listenBy(hearing: Pool) {
    let lookUps = 0;
    const cache = keyCache({
      find: (keyHash) => {
        lookUps++;
        return findApiKey(database.pool, keyHash);
      },
      isCurrent: () => changes.isCurrent(),
      onUse: () => {},
    });
    const changes = hearKeyChanges(hearing, logger, cache.forget);
    const isTaken = async () => (await cache.authenticate(key)).ok;
    const untilRemembered = () =>
      eventually(async () => {
        expect(await isTaken()).toBe(true);
        const before = lookUps;
        await isTaken();
        expect(lookUps).toBe(before);
      });
    return { changes, isTaken, untilRemembered };
  }

  it('a change by whomever is heard', async () => {
    const { changes, isTaken, untilRemembered } = listenBy(database.pool);
    await untilRemembered();
    await set('now()');
    await eventually(async () => expect(await isTaken()).toBe(false), 5_000);
    await set('null');
    await eventually(async () => expect(await isTaken()).toBe(true), 5_000);
    await changes.stop();
  });

  it('a change that the connection broke over, or that nobody passes on, is heeded all the same', async () => {
    const proxy = await startPgProxy(database.connectionString);
    const hearing = createPool({
      connectionString: proxy.connectionString,
      max: 1,
      onConnectionError: () => {},
    });
    const { changes, isTaken, untilRemembered } = listenBy(hearing);
    await untilRemembered();
    await proxy.holdReplies('select 1', 1); // as if a cable was pulled: open on both sides, and silent
    await set('now()');
    await eventually(async () => expect(await isTaken()).toBe(false), 5_000);
    await set('null');
    await untilRemembered(); // on a connection anew
    await proxy.close();
    await eventually(() => expect(changes.isCurrent()).toBe(false), 5_000);
    await set('now()');
    expect(await isTaken()).toBe(false);
    await set('null');
    await changes.stop();
    await hearing.end();
  });

  it('when a key was used is written by a job, once a minute at most', async () => {
    const uses = keyUses(database.pool);
    const lastUsed = async () => {
      const { rows } = await database.pool.query<{ keyId: string; at: Date | null }>(
        'select key_id as "keyId", last_used_at as at from api_key where key_hash = $1',
        [hashOf(key)],
      );
      return rows[0]!;
    };
    const { keyId } = await lastUsed();
    uses.note(keyId);
    expect((await lastUsed()).at).toBeNull();
    await uses.write();
    const { at } = await lastUsed();
    expect(at).not.toBeNull();
    uses.note(keyId);
    await uses.write();
    expect((await lastUsed()).at).toEqual(at);
    await database.pool.query(`update api_key set last_used_at = now() - interval '2 minutes'`);
    await uses.write();
    expect((await lastUsed()).at!.getTime()).toBeLessThan(at!.getTime());
    uses.note(keyId);
    await uses.write();
    expect((await lastUsed()).at!.getTime()).toBeGreaterThan(at!.getTime());
  });
});
