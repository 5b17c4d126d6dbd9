import { Option, type Command } from 'commander';
import { demandKeys, listTenants, type Tenant } from '../infrastructure/access/key-demands.ts';
import { noteAction } from '../infrastructure/operator-actions.ts';
import { actor } from './actor.ts';
import { parseWhole } from './arguments.ts';
import { command, group, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { CliProblem, EXIT, table } from './output.ts';

type SetOptions = JsonOption & { readonly requireIdempotencyKey: 'on' | 'off' };

const LIMIT = { fallback: 100, max: 100_000 };

export const tenantsCommand = (cli: Cli): Command =>
  group({
    name: 'tenants',
    description: 'Tenants and what they demand; create-key makes one with its first key',
    example: 'tenants list',
  })
    .addCommand(listCommand(cli))
    .addCommand(setCommand(cli));

const listCommand = (cli: Cli): Command =>
  command({
    name: 'list',
    description: 'All tenants, by name',
    example: 'tenants list --json',
  })
    .option('--limit <n>', 'as many at most', parseWhole(1, LIMIT.max), LIMIT.fallback)
    .action((options: JsonOption & { readonly limit: number }) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const found = await listTenants(pool, options.limit + 1);
        if (found.length > options.limit)
          output.note(`there are more: give a --limit above ${options.limit}`);
        const shown = found.slice(0, options.limit);
        output.answer({ tenants: shown }, shown.length === 0 ? 'none' : tenantTable(shown));
        return EXIT.done;
      }),
    );

const setCommand = (cli: Cli): Command =>
  command({
    name: 'set',
    description: 'What the tenant demands of its clients; running services hear of it within seconds',
    example: 'tenants set acme --require-idempotency-key on',
  })
    .argument('<tenant>', 'its name')
    .addOption(
      new Option('--require-idempotency-key <on|off>', 'whether commands without one are refused')
        .choices(['on', 'off'])
        .makeOptionMandatory(),
    )
    .action((name: string, options: SetOptions) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const tenant = await demandKeys(pool, name, options.requireIdempotencyKey === 'on');
        if (!tenant) throw new CliProblem(`there is no tenant ${name}: tenants list shows them`);
        const { tenantId, ...details } = tenant;
        await noteAction(pool, { actor: actor(), action: 'tenant.set', tenantId, details });
        output.answer(tenant, tenantTable([tenant]));
        return EXIT.done;
      }),
    );

const tenantTable = (tenants: readonly Tenant[]): string =>
  table(
    ['NAME', 'ID', 'IDEMPOTENCY-KEY'],
    tenants.map(({ name, tenantId, requiresIdempotencyKey }) => [
      ...[name, tenantId, requiresIdempotencyKey ? 'required' : 'optional'],
    ]),
  );
