import { InvalidArgumentError, type Command } from 'commander';
import { SCOPES } from '../application/access.ts';
import type { ApiKeyView, KeyRefusal } from '../application/api-keys.ts';
import { parseOrderId } from '../domain/shared/ids.ts';
import { apiKeys } from '../infrastructure/access/api-keys.ts';
import { findTenant } from '../infrastructure/postgres/api-keys.ts';
import { ids } from '../infrastructure/system.ts';
import { actor } from './actor.ts';
import { parseWhole } from './arguments.ts';
import { command, group, onDatabase, type Cli, type JsonOption, type Session } from './cli.ts';
import { CliProblem, EXIT, table } from './output.ts';

type TenantOption = JsonOption & { readonly tenant: string };
type RotateOptions = TenantOption & { readonly overlap: number; readonly reason?: string };
type RevokeOptions = TenantOption & { readonly reason?: string };

const LIMIT = { fallback: 100, max: 100_000 };
const OVERLAP_SECONDS = { fallback: 86_400, max: 7 * 86_400 };

export const keysCommand = (cli: Cli): Command =>
  group({
    name: 'keys',
    description: 'API keys of a tenant: list, rotate, revoke; create-key makes one',
    example: 'keys list --tenant acme',
  })
    .addCommand(listCommand(cli))
    .addCommand(rotateCommand(cli))
    .addCommand(revokeCommand(cli));

/** Whoever stands at the database may do whatever a key can; the audit names their account. */
async function keysOf({ pool }: Pick<Session, 'pool'>, tenant: string) {
  const tenantId = await findTenant(pool, tenant);
  if (!tenantId) throw new CliProblem(`there is no tenant ${tenant}`);
  // Running processes hear of it from PostgreSQL.
  return { keys: apiKeys(pool, () => {}), by: { tenantId, actor: actor(), scopes: SCOPES } };
}

const listCommand = (cli: Cli): Command =>
  command({
    name: 'list',
    description:
      'Its keys, newest first, by prefix and id, with what they allow and when they were used last',
    example: 'keys list --tenant acme --json',
  })
    .requiredOption('--tenant <name>', 'whose keys')
    .option('--limit <n>', 'as many at most', parseWhole(1, LIMIT.max), LIMIT.fallback)
    .action((options: TenantOption & { readonly limit: number }) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const { keys, by } = await keysOf({ pool }, options.tenant);
        const found = await keys.list(by.tenantId, options.limit + 1);
        if (found.length > options.limit)
          output.note(`there are more: give a --limit above ${options.limit}`);
        const shown = found.slice(0, options.limit);
        output.answer({ keys: shown }, shown.length === 0 ? 'none' : keyTable(shown));
        return EXIT.done;
      }),
    );

const keyTable = (keys: readonly ApiKeyView[]): string =>
  table(
    ['PREFIX', 'ID', 'NAME', 'SCOPES', 'USED', 'EXPIRES', 'REVOKED'],
    keys.map((key) => [
      ...[key.prefix, key.keyId, key.name ?? '-', key.scopes.join(' ')],
      ...[key.lastUsedAt ?? '-', key.expiresAt ?? '-', key.revokedAt ?? '-'],
    ]),
  );

const rotateCommand = (cli: Cli): Command =>
  command({
    name: 'rotate',
    description: 'Make a key in place of another, which is good for a while more; shown this once',
    example: 'keys rotate 019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b --tenant acme --overlap 3600',
  })
    .argument('<key>', 'its id, as `keys list` shows it', parseKeyId)
    .requiredOption('--tenant <name>', 'whose key it is')
    .option(
      '--overlap <seconds>',
      'how long the older one is good too; 0 revokes it at once',
      parseWhole(0, OVERLAP_SECONDS.max),
      OVERLAP_SECONDS.fallback,
    )
    .option('--reason <text>', 'kept in the audit')
    .action((keyId: string, options: RotateOptions) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const { keys, by } = await keysOf({ pool }, options.tenant);
        const context = { commandId: ids.commandId(), fingerprint: '' };
        const wanted = { by, context, keyed: false, reason: options.reason };
        const rotated = await keys.rotate(wanted, keyId, options.overlap);
        if (!rotated.ok) throw problemOf(rotated.error, keyId);
        const { key } = rotated.value;
        output.answer(key, key.secret ?? '');
        return EXIT.done;
      }),
    );

const revokeCommand = (cli: Cli): Command =>
  command({
    name: 'revoke',
    description: 'Have a key refused from now on, by every process',
    example: 'keys revoke 019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b --tenant acme --reason "found in a log"',
  })
    .argument('<key>', 'its id, as `keys list` shows it', parseKeyId)
    .requiredOption('--tenant <name>', 'whose key it is')
    .option('--reason <text>', 'kept in the audit')
    .action((keyId: string, options: RevokeOptions) =>
      onDatabase(cli, options, async ({ pool, output }) => {
        const { keys, by } = await keysOf({ pool }, options.tenant);
        const revoked = await keys.revoke(by, keyId, options.reason);
        if (!revoked.ok) throw problemOf(revoked.error, keyId);
        output.answer(revoked.value, `${revoked.value.prefix}… is revoked since ${revoked.value.revokedAt}`);
        return EXIT.done;
      }),
    );

function problemOf({ code }: KeyRefusal, keyId: string): CliProblem {
  if (code === 'api-key-not-found')
    return new CliProblem(`the tenant has no key ${keyId}: keys list shows those it has`);
  if (code === 'api-key-not-active')
    return new CliProblem(`${keyId} was rotated or revoked, or has expired: create-key makes another`);
  return new CliProblem(`it was refused: ${code}`);
}

function parseKeyId(raw: string): string {
  const keyId = parseOrderId(raw);
  if (keyId === undefined)
    throw new InvalidArgumentError('Give the id of a key, a UUID: keys list shows it.');
  return keyId;
}
