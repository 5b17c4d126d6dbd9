import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SCOPES } from './application/access.ts';
import { createSignInLink } from './infrastructure/access/sessions.ts';
import {
  createApiKey,
  ensureTenant,
  findApiKey,
  hashOf,
  setScopes,
} from './infrastructure/postgres/api-keys.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';

const demoFile = (dataDir: string): string => join(dataDir, 'demo-key');

/** The demo tenant's key, which is kept in the data folder, since the database knows only its hash; undefined: none is good. */
export async function keptDemoKey(pool: Pool, dataDir: string): Promise<string | undefined> {
  const kept = await readFile(demoFile(dataDir), 'utf8').catch(() => '');
  return kept && (await findApiKey(pool, hashOf(kept)))?.outcome.ok ? kept : undefined;
}

export async function demoKey(pool: Pool, dataDir: string): Promise<string> {
  const kept = await keptDemoKey(pool, dataDir);
  if (kept !== undefined) {
    await setScopes(pool, hashOf(kept), SCOPES); // it may be of a version that knew fewer
    return kept;
  }
  const tenantId = await ensureTenant(pool, 'demo');
  const key = await createApiKey(pool, tenantId, 'test', SCOPES);
  await writeFile(demoFile(dataDir), key, { mode: 0o600 });
  return key;
}

/** Signs in to the console as the demo tenant, once. */
export const demoLink = async (pool: Pool, key: string): Promise<string> =>
  (await createSignInLink(pool, hashOf(key))).link;
