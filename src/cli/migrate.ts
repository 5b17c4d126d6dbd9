import type { Command } from 'commander';
import { AccessProblem } from '../infrastructure/postgres/application-role.ts';
import { migrateAs } from '../infrastructure/postgres/migrate.ts';
import { ShardCountProblem } from '../infrastructure/postgres/shard-count.ts';
import { command, onAnyDatabase, type Cli, type JsonOption } from './cli.ts';
import { CliProblem, EXIT } from './output.ts';

export const migrateCommand = (cli: Cli): Command =>
  command({
    name: 'migrate',
    description: 'Bring the schema up to date; the service does the same when it starts',
    example: 'migrate',
  }).action((options: JsonOption) =>
    onAnyDatabase(cli, options, async ({ config, pool, ownerUrl, output }) => {
      const applied = await migrateAs({ ownerUrl, reader: config.databaseReaderRole }, pool, {
        folder: cli.migrationsFolder,
        shardCount: config.logShards,
      }).catch((fault: unknown) => {
        throw fault instanceof ShardCountProblem || fault instanceof AccessProblem
          ? new CliProblem(fault.message)
          : fault;
      });
      const text = applied.map((name) => `applied ${name}`).join('\n');
      output.answer({ applied }, text || 'nothing to apply: the schema is up to date');
      return EXIT.done;
    }),
  );
