import { Option, type Command } from 'commander';
import { SCOPES, TENANT_SCOPES, type Scope } from '../application/access.ts';
import { createApiKey, ensureTenant } from '../infrastructure/postgres/api-keys.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { EXIT, wrongUsage } from './output.ts';

type Options = JsonOption & {
  readonly tenant: string;
  readonly mode: 'live' | 'test';
  readonly scope?: readonly Scope[];
};

export const createKeyCommand = (cli: Cli): Command =>
  command({
    name: 'create-key',
    description:
      'Create an API key for a tenant, which is made if it is new, with all scopes but `service` unless some are named; ' +
      'shown this once',
    example: 'create-key --tenant acme --mode test',
  })
    .requiredOption('--tenant <name>', 'whose key it is')
    .addOption(
      new Option('--mode <mode>', 'what its name says it is for').choices(['live', 'test']).default('live'),
    )
    .addOption(
      new Option('--scope <scope...>', 'what it allows; `service` acts on all tenants').choices(SCOPES),
    )
    .action((options: Options) => {
      const { tenant, mode, scope = TENANT_SCOPES } = options;
      const scopes = [...new Set(scope)];
      if (tenant.trim() === '') throw wrongUsage('--tenant is empty: give the name of the tenant');
      return onDatabase(cli, options, async ({ pool, output }) => {
        const key = await createApiKey(pool, await ensureTenant(pool, tenant), mode, scopes);
        output.answer({ tenant, mode, scopes, key }, key);
        return EXIT.done;
      });
    });
