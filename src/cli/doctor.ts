import type { Command } from 'commander';
import { readLogFacts } from '../infrastructure/event-log/log-facts.ts';
import { migrationState } from '../infrastructure/postgres/pending-migrations.ts';
import { readServerFacts } from '../infrastructure/postgres/server-facts.ts';
import { readWaitingFacts } from '../infrastructure/waiting-facts.ts';
import { command, onAnyDatabase, type Cli, type JsonOption } from './cli.ts';
import {
  connectionCheck,
  LIMITS,
  logChecks,
  migrationCheck,
  serverChecks,
  type DoctorCheck,
} from './doctor-checks.ts';
import { waitingChecks } from './doctor-waiting.ts';
import { EXIT, table } from './output.ts';

export const doctorCommand = (cli: Cli): Command =>
  command({
    name: 'doctor',
    description:
      'Look the whole installation over and say what to do about what is wrong. Warnings are no failure: exit code 0',
    example: 'doctor',
  }).action((options: JsonOption) =>
    onAnyDatabase(cli, options, async ({ config, pool, where, output }) => {
      const server = await readServerFacts(pool, LIMITS);
      const migrations = await migrationState(pool, cli.migrationsFolder);
      // On a schema that is not this build's, the rest could only be guessed at.
      const further =
        migrations.pending.length > 0
          ? []
          : [
              ...logChecks(await readLogFacts(pool), config.logShards),
              ...waitingChecks(await readWaitingFacts(pool, LIMITS)),
            ];
      const checks = [
        connectionCheck(where),
        ...serverChecks(server),
        migrationCheck(migrations),
        ...further,
      ];
      const failed = checks.some(({ status }) => status === 'fail');
      const warned = checks.some(({ status }) => status === 'warn');
      output.answer({ status: failed ? 'fail' : warned ? 'warn' : 'ok', checks }, inTable(checks));
      return failed ? EXIT.failed : EXIT.done;
    }),
  );

const inTable = (checks: readonly DoctorCheck[]): string =>
  table(
    ['', 'CHECK', 'FOUND'],
    checks.flatMap(({ status, name, detail, advice }) => [
      [status, name, detail],
      ...(advice === undefined ? [] : [['', '', `=> ${advice}`]]),
    ]),
  );
