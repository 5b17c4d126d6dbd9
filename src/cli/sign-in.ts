import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { keptDemoKey } from '../demo.ts';
import { createSignInLink } from '../infrastructure/access/sessions.ts';
import { findKeysNamed, hashOf, type NamedKey } from '../infrastructure/postgres/api-keys.ts';
import { defaultDataDir } from '../infrastructure/postgres/embedded.ts';
import { noteAction } from '../infrastructure/operator-actions.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { actor } from './actor.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { consoleUrl } from './console-url.ts';
import { CliProblem, EXIT, wrongUsage } from './output.ts';

type Options = JsonOption & { readonly key?: string; readonly reason?: string };

const SEE = '`keys list --tenant <name>` shows prefixes and ids';

export const signInCommand = (cli: Cli): Command =>
  command({
    name: 'sign-in',
    description: 'Make a link that signs in to the console as a key, once, within the hour',
    example: 'sign-in --key op_live_4f9a2c',
  })
    .option('--key <prefix or id>', 'whom the session speaks for; without it, the key of the embedded demo')
    .option('--reason <text>', 'kept in the audit')
    .action((options: Options) =>
      onDatabase(cli, options, async ({ pool, config, output }) => {
        const key =
          options.key === undefined ? await demoKeyOf(cli, config, pool) : await keyNamed(pool, options.key);
        const { link, expiresAt } = await createSignInLink(pool, key.keyHash);
        const { tenantId, keyId, prefix } = key;
        await noteAction(pool, {
          ...{ actor: actor(), action: 'console.sign-in-link', tenantId, reason: options.reason },
          details: { keyId, prefix },
        });
        const url = consoleUrl(baseOf(config), link);
        if (config.publicUrl === undefined)
          output.note(
            `the service is taken to listen on port ${config.port}: set PUBLIC_URL or PORT if it does not`,
          );
        output.answer({ url, prefix, expiresAt }, url);
        return EXIT.done;
      }),
    );

const baseOf = ({ publicUrl, port }: Config): string =>
  publicUrl?.replace(/\/+$/, '') ?? `http://localhost:${port}`;

async function demoKeyOf(
  { projectFolder }: Cli,
  { databaseUrl, dataDir }: Config,
  pool: Pool,
): Promise<NamedKey> {
  const demo =
    databaseUrl === undefined ? await keptDemoKey(pool, dataDir ?? defaultDataDir(projectFolder)) : undefined;
  if (demo === undefined) throw wrongUsage(`--key is missing: name a key by its prefix or id; ${SEE}`);
  const [key] = await findKeysNamed(pool, { keyHash: hashOf(demo) });
  if (!key) throw new CliProblem(`the key of the demo is gone: give --key; ${SEE}`);
  return key;
}

async function keyNamed(pool: Pool, name: string): Promise<NamedKey> {
  const found = await findKeysNamed(pool, { name });
  const good = found.filter(({ isGood }) => isGood);
  const [key, another] = good;
  if (found.length === 0) throw new CliProblem(`there is no key ${JSON.stringify(name)}; ${SEE}`);
  if (!key) throw new CliProblem(`the key ${name} was revoked or has expired; ${SEE}`);
  if (another) throw new CliProblem(`several keys have the prefix ${name}: give the id of one; ${SEE}`);
  return key;
}
