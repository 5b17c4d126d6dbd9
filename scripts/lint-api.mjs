// Holds openapi.json against the rules in redocly.yaml and .spectral.yaml. Nothing leaves this machine.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
const tool = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));

const LINTERS = [
  [tool('@redocly/cli/bin/cli.js'), 'lint', 'openapi.json'],
  [
    tool('@stoplight/spectral-cli/dist/index.js'),
    'lint',
    'openapi.json',
    '--fail-severity',
    'hint',
    '--quiet',
  ],
];

const lint = (args) =>
  new Promise((done, fail) => {
    const linter = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    for (const stream of [linter.stdout, linter.stderr]) stream.on('data', (chunk) => said.push(chunk));
    linter.once('error', fail);
    linter.once('close', (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(said));
      done(code === 0);
    });
  });

const results = await Promise.all(LINTERS.map(lint));
process.exitCode = results.every(Boolean) ? 0 : 1;
