import { Command, CommanderError } from 'commander';
import { isUnreachable } from '../infrastructure/postgres/pool.ts';
import type { Cli } from './cli.ts';
import { CliProblem, EXIT, type ExitCode } from './output.ts';

const ABOUT =
  'Looks after the log of Order Payments, its read models and everything that follows it. It works on the database at ' +
  'DATABASE_URL, else on the embedded one of the data folder (DATA_DIR), whether or not a service is running.';

/** Each loaded only when it is named, or help is asked for: all together take half a second, most of them a tenth. */
const COMMANDS: ReadonlyMap<string, () => Promise<(cli: Cli) => Command>> = new Map([
  ['migrate', async () => (await import('./migrate.ts')).migrateCommand],
  ['create-key', async () => (await import('./create-key.ts')).createKeyCommand],
  ['keys', async () => (await import('./keys.ts')).keysCommand],
  ['sign-in', async () => (await import('./sign-in.ts')).signInCommand],
  ['tenants', async () => (await import('./tenants.ts')).tenantsCommand],
  ['projections', async () => (await import('./projections.ts')).projectionsCommand],
  ['events', async () => (await import('./events.ts')).eventsCommand],
  ['parked', async () => (await import('./parked.ts')).parkedCommand],
  ['messages', async () => (await import('./messages.ts')).messagesCommand],
  ['dlq', async () => (await import('./dlq.ts')).dlqCommand],
  ['partitions', async () => (await import('./partitions.ts')).partitionsCommand],
  ['ledger', async () => (await import('./ledger.ts')).ledgerCommand],
  ['verify', async () => (await import('./verify.ts')).verifyCommand],
  ['doctor', async () => (await import('./doctor.ts')).doctorCommand],
]);

const EXIT_CODES = `
Exit codes:
  ${EXIT.done}    done
  ${EXIT.failed}    what was checked or asked for failed
  ${EXIT.usage}    wrong usage: an option, an id, a name or a setting
  ${EXIT.unreachable}    no connection to the database
  ${EXIT.interrupted}  interrupted before the end`;

/** Runs the executable on these arguments, those after its own name; returns its exit code. Throws nothing. */
export async function runCli(
  args: readonly string[],
  version: string,
  settings: Omit<Cli, 'endWith'>,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const cli: Cli = { ...settings, endWith: (code) => (exitCode = code) };
  const program = new Command('order-payments').description(ABOUT).version(version);
  const named = COMMANDS.get(args[0] ?? '');
  for (const load of named ? [named] : COMMANDS.values()) program.addCommand((await load())(cli));
  settle(program, cli);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (fault) {
    // Commander has said itself what was wrong, or has shown the help that was asked for.
    if (fault instanceof CommanderError) return fault.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { message, exitCode: code } = problemOf(fault);
    cli.streams.stderr.write(`order-payments: ${message}\n`);
    return code;
  }
}

/** Commander ends the process with 1 for wrong usage, and a subcommand made elsewhere inherits nothing. */
function settle(one: Command, cli: Cli): void {
  const { stdout, stderr } = cli.streams;
  one.exitOverride().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, 'order-payments: ')),
  });
  one.addHelpText('after', EXIT_CODES);
  for (const child of one.commands) settle(child, cli);
}

function problemOf(fault: unknown): { readonly message: string; readonly exitCode: ExitCode } {
  if (fault instanceof CliProblem) return fault;
  const { name, message } = fault instanceof Error ? fault : { name: 'fault', message: String(fault) };
  if (isUnreachable(fault))
    return { message: `the connection was lost: ${message}`, exitCode: EXIT.unreachable };
  // PostgreSQL's own refusals are called just `error`, and ours in migrations are sentences for people.
  return { message: name === 'error' ? message : `${name}: ${message}`, exitCode: EXIT.failed };
}
