#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeConfigProblem, readConfig, type Config } from '../config.ts';
import { EXIT, wrongUsage } from './output.ts';
import { runCli } from './program.ts';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

function config(): Config {
  const parsed = readConfig();
  if (!parsed.ok) throw wrongUsage(parsed.error.map(describeConfigProblem).join('; '));
  return parsed.value;
}

function onInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  const abort = (): void => interrupt.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  return interrupt.signal;
}

process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
  if (fault.code === 'EPIPE') process.exit(EXIT.done); // whoever reads us, such as `head`, has seen enough
  process.stderr.write(`order-payments: stdout: ${fault.message}\n`);
  process.exit(EXIT.failed);
});

const { version } = JSON.parse(await readFile(`${projectFolder}/package.json`, 'utf8')) as {
  version: string;
};
process.exitCode = await runCli(process.argv.slice(2), version, {
  projectFolder,
  migrationsFolder: `${projectFolder}/migrations`,
  config,
  streams: { stdout: process.stdout, stderr: process.stderr },
  onInterrupt,
});
