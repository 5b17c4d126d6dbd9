import { Command } from 'commander';
import type { Config } from '../config.ts';
import { migrationState } from '../infrastructure/postgres/pending-migrations.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { readShardCount } from '../infrastructure/postgres/shard-count.ts';
import { openConnection } from './connection.ts';
import { CliProblem, openOutput, type ExitCode, type Output, type Streams } from './output.ts';

/** What every command needs of the executable that it is part of. */
export type Cli = {
  readonly projectFolder: string;
  readonly migrationsFolder: string;
  /** Throws `CliProblem` when a setting is wrong. */
  readonly config: () => Config;
  readonly streams: Streams;
  /** From now on Ctrl-C and SIGTERM abort this signal instead of ending the process. */
  readonly onInterrupt: () => AbortSignal;
  /** The process ends with this code once everything is closed. */
  readonly endWith: (code: ExitCode) => void;
};

/** What a command works with while it runs. */
export type Session = {
  readonly config: Config;
  readonly pool: Pool;
  /** Who may change the schema; unset: the role of `pool`, if anybody. */
  readonly ownerUrl: string | undefined;
  /** Which database it is, for people. */
  readonly where: string;
  readonly output: Output;
};

export type JsonOption = { readonly json?: boolean };

export type CommandSpec = {
  readonly name: string;
  readonly description: string;
  /** What follows `order-payments`. */
  readonly example: string;
};

/** A command with what all of them have: `--json`, and an example in its help. */
export const command = (spec: CommandSpec): Command =>
  group(spec).option('--json', 'print JSON, for scripts');

/** What only holds other commands. */
export const group = ({ name, description, example }: CommandSpec): Command =>
  new Command(name).description(description).addHelpText('after', `\nExample:\n  order-payments ${example}`);

/** Connects, works, disconnects, whatever the state of the schema. The process ends with what `work` returns. */
export async function onAnyDatabase(
  cli: Cli,
  { json = false }: JsonOption,
  work: (session: Session) => Promise<ExitCode>,
): Promise<void> {
  const output = openOutput(cli.streams, json);
  const config = cli.config();
  const { close, ...connection } = await openConnection({ config, projectFolder: cli.projectFolder }, output);
  try {
    cli.endWith(await work({ ...connection, config, output }));
  } finally {
    await close();
  }
}

/** The same, for a command that needs the schema of this build. */
export const onDatabase = (
  cli: Cli,
  options: JsonOption,
  work: (session: Session & { readonly shardCount: number }) => Promise<ExitCode>,
): Promise<void> =>
  onAnyDatabase(cli, options, async (session) => {
    const { pending } = await migrationState(session.pool, cli.migrationsFolder);
    if (pending.length > 0)
      throw new CliProblem(`the database lacks ${pending.join(', ')}: run order-payments migrate first`);
    return work({ ...session, shardCount: await readShardCount(session.pool) });
  });
