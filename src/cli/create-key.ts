import { Option, type Command } from 'commander';
import { SCOPES } from '../application/access.ts';
import { createApiKey, ensureTenant } from '../infrastructure/postgres/api-keys.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { EXIT, wrongUsage } from './output.ts';

type Options = JsonOption & { readonly tenant: string; readonly mode: 'live' | 'test' };

export const createKeyCommand = (cli: Cli): Command =>
  command({
    name: 'create-key',
    description:
      'Create an API key with every scope for a tenant, which is made if it is new; shown this once',
    example: 'create-key --tenant acme --mode test',
  })
    .requiredOption('--tenant <name>', 'whose key it is')
    .addOption(
      new Option('--mode <mode>', 'what its name says it is for').choices(['live', 'test']).default('live'),
    )
    .action((options: Options) => {
      const { tenant, mode } = options;
      if (tenant.trim() === '') throw wrongUsage('--tenant is empty: give the name of the tenant');
      return onDatabase(cli, options, async ({ pool, output }) => {
        const key = await createApiKey(pool, await ensureTenant(pool, tenant), mode, SCOPES);
        output.answer({ tenant, mode, scopes: SCOPES, key }, key);
        return EXIT.done;
      });
    });
