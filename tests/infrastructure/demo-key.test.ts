import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../src/application/access.ts';
import { demoKey } from '../../src/demo.ts';
import {
  createApiKey,
  ensureTenant,
  findApiKey,
  hashOf,
} from '../../src/infrastructure/postgres/api-keys.ts';
import { cliOn, jsonOf } from '../support/cli.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'demo-key-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

async function scopesOf(key: string): Promise<readonly Scope[]> {
  const found = (await findApiKey(database.pool, hashOf(key)))?.outcome;
  return found?.ok ? found.value.scopes : [];
}

describe('the demo key', () => {
  it('may do everything, and is kept', async () => {
    const key = await demoKey(database.pool, folder);
    expect(await scopesOf(key)).toEqual(SCOPES);
    expect(await readFile(join(folder, 'demo-key'), 'utf8')).toBe(key);
    expect(await demoKey(database.pool, folder)).toBe(key);
  });

  it('that an older version made may do everything too', async () => {
    const key = await demoKey(database.pool, folder);
    await database.pool.query('update api_key set scopes = $2 where key_hash = $1', [hashOf(key), ['ops']]);
    const other = await createApiKey(database.pool, await ensureTenant(database.pool, 'demo'), 'test', [
      'ops',
    ]);
    expect(await demoKey(database.pool, folder)).toBe(key);
    expect(await scopesOf(key)).toEqual(SCOPES);
    expect(await scopesOf(other)).toEqual(['ops']);
  });
});

const made = async (...options: readonly string[]): Promise<readonly Scope[]> => {
  const run = await cliOn(database)('create-key', '--tenant', 'acme', '--json', ...options);
  expect(run.exitCode).toBe(0);
  const { key, scopes } = jsonOf(run) as { key: string; scopes: Scope[] };
  expect(await scopesOf(key)).toEqual(scopes);
  return scopes;
};

describe('create-key', () => {
  it('gives all that is a tenant’s own, unless it is told what', async () => {
    expect(await made()).toEqual(SCOPES.filter((scope) => scope !== 'service'));
  });

  it('gives the scope that acts on all tenants only where it is named', async () => {
    expect(await made('--scope', 'service')).toEqual(['service']);
    expect(await made('--scope', 'ops', 'service', '--scope', 'ops')).toEqual(['ops', 'service']);
  });

  it('knows no others', async () => {
    const { exitCode, stderr } = await cliOn(database)('create-key', '--tenant', 'acme', '--scope', 'all');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('orders:read');
  });
});
