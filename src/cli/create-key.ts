import { parseArgs } from 'node:util';
import { SCOPES } from '../application/access.ts';
import { readConfig } from '../config.ts';
import { createApiKey, ensureTenant } from '../infrastructure/postgres/api-keys.ts';
import { createPool } from '../infrastructure/postgres/pool.ts';

// Creates an API key with every scope for a tenant, which is created if it is new. Prints the key, this once, to
// stdout. Example: DATABASE_URL=postgres://… npm run create-key -- --tenant acme --mode live

const { values } = parseArgs({
  options: { tenant: { type: 'string' }, mode: { type: 'string', default: 'live' } },
});
const { tenant, mode } = values;
const config = readConfig();
if (!config.ok || !config.value.databaseUrl || !tenant || (mode !== 'live' && mode !== 'test')) {
  console.error('Usage: DATABASE_URL=postgres://… npm run create-key -- --tenant <name> [--mode live|test]');
  process.exit(2);
}

const pool = createPool({ connectionString: config.value.databaseUrl, max: 1, onConnectionError: () => {} });
try {
  console.log(await createApiKey(pool, await ensureTenant(pool, tenant), mode, SCOPES));
} finally {
  await pool.end();
}
