import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { connectionProblem } from '../infrastructure/postgres/connection-problem.ts';
import { EmbeddedPostgresError } from '../infrastructure/postgres/embedded-error.ts';
import { findEmbeddedPostgres } from '../infrastructure/postgres/embedded-running.ts';
import { defaultDataDir, startEmbeddedPostgres } from '../infrastructure/postgres/embedded.ts';
import { createPool, type Pool } from '../infrastructure/postgres/pool.ts';
import { CliProblem, EXIT, type Output } from './output.ts';

export type Connection = {
  readonly pool: Pool;
  /** Who may change the schema; unset: the role of `pool`, if anybody. */
  readonly ownerUrl: string | undefined;
  /** For people, without what may be secret. */
  readonly where: string;
  close(): Promise<void>;
};

type Server = {
  readonly url: string;
  readonly ownerUrl: string | undefined;
  readonly where: string;
  /** How long it may take until it answers: it may be starting. */
  readonly patienceMs: number;
  readonly stop: () => Promise<void>;
};

const POOL_MAX = 10;
const EMBEDDED_PATIENCE_MS = 15_000;
const POLL_MS = 100;

/**
 * The database at DATABASE_URL, else the embedded one: that of the running service, or started for as long as this
 * command runs. Throws `CliProblem`, and makes no folder, if there is none or it does not answer.
 */
export async function openConnection(
  { config, projectFolder }: { readonly config: Config; readonly projectFolder: string },
  output: Output,
): Promise<Connection> {
  const { databaseUrl, databaseOwnerUrl: ownerUrl, dataDir } = config;
  const server = databaseUrl
    ? { url: databaseUrl, ownerUrl, where: whereOf(databaseUrl), patienceMs: 0, stop: async () => {} }
    : await reachEmbedded(dataDir ?? defaultDataDir(projectFolder), output);
  const pool = createPool({ connectionString: server.url, max: POOL_MAX, onConnectionError: () => {} });
  const close = async (): Promise<void> => {
    await pool.end();
    await server.stop();
  };
  const problem = await untilItAnswers(pool, server.patienceMs);
  if (problem === undefined) return { pool, ownerUrl: server.ownerUrl, where: server.where, close };
  await close();
  throw new CliProblem(`cannot connect to ${server.where}: ${problem}`, EXIT.unreachable);
}

async function untilItAnswers(pool: Pool, patienceMs: number): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const problem = await connectionProblem(pool);
    if (problem === undefined || performance.now() >= deadline) return problem;
    await sleep(POLL_MS);
  }
}

async function reachEmbedded(dataDir: string, output: Output): Promise<Server> {
  const where = `the embedded PostgreSQL of ${dataDir}`;
  try {
    const found = await findEmbeddedPostgres(dataDir);
    switch (found.state) {
      case 'absent':
        throw new CliProblem(
          `there is no database yet in ${dataDir}; npm start makes one, or set DATABASE_URL to yours`,
          EXIT.unreachable,
        );
      case 'served':
        return { ...rolesOf(found), where, patienceMs: EMBEDDED_PATIENCE_MS, stop: async () => {} };
      case 'stopped': {
        output.note('no service is running here: its PostgreSQL is started for this command');
        const started = await startEmbeddedPostgres({ dataDir });
        return { ...rolesOf(started), where, patienceMs: 0, stop: started.stop };
      }
    }
  } catch (fault) {
    if (fault instanceof EmbeddedPostgresError) throw new CliProblem(fault.message, EXIT.unreachable);
    throw fault;
  }
}

/** As the service does, we come as a role that owns nothing. */
const rolesOf = (found: {
  readonly connectionString: string;
  readonly applicationConnectionString: string;
}): Pick<Server, 'url' | 'ownerUrl'> => ({
  url: found.applicationConnectionString,
  ownerUrl: found.connectionString,
});

/** Host and database of a URL; what else it holds may be secret. */
function whereOf(databaseUrl: string): string {
  const [, address = ''] = /^[a-z]+:\/\/(?:.*@)?([^?]*)/.exec(databaseUrl) ?? [];
  return `PostgreSQL at ${address} (DATABASE_URL)`;
}
