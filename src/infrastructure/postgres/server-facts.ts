import type { Pool } from './pool.ts';

/** What a PostgreSQL server says of itself that matters to a log: read by `doctor`, judged there. */
export type ServerFacts = {
  readonly version: string;
  /** 180000 and up for PostgreSQL 18. */
  readonly versionNumber: number;
  readonly settings: Readonly<Record<DurabilitySetting, string>>;
  /** The database's clock less this machine's. */
  readonly clockAheadMs: number;
  /** Half of how long it took to ask: the difference is known no better. */
  readonly clockErrorMs: number;
  readonly preparedTransactions: readonly { readonly name: string; readonly seconds: number }[];
  /** Open for minutes: vacuum can remove nothing that is younger. */
  readonly longTransactions: readonly Backend[];
  readonly longStatements: readonly Backend[];
};

export type DurabilitySetting = 'fsync' | 'full_page_writes' | 'synchronous_commit';

export type Backend = { readonly pid: number; readonly application: string; readonly seconds: number };

export type Patience = { readonly transactionSeconds: number; readonly statementSeconds: number };

export async function readServerFacts(pool: Pool, patience: Patience): Promise<ServerFacts> {
  const { rows } = await pool.query<Pick<ServerFacts, 'version' | 'versionNumber' | 'settings'>>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as "versionNumber",
       json_build_object('fsync', current_setting('fsync'), 'full_page_writes', current_setting('full_page_writes'),
         'synchronous_commit', current_setting('synchronous_commit')) as settings`,
  );
  return {
    ...rows[0]!,
    ...(await compareClocks(pool)),
    preparedTransactions: await preparedTransactions(pool),
    longTransactions: await longTransactions(pool, patience.transactionSeconds),
    longStatements: await longStatements(pool, patience.statementSeconds),
  };
}

async function compareClocks(pool: Pool): Promise<Pick<ServerFacts, 'clockAheadMs' | 'clockErrorMs'>> {
  const before = Date.now();
  const { rows } = await pool.query<{ ms: number }>(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
  );
  const after = Date.now();
  return {
    clockAheadMs: Math.round(rows[0]!.ms - (before + after) / 2),
    clockErrorMs: Math.ceil((after - before) / 2),
  };
}

async function preparedTransactions(pool: Pool): Promise<{ name: string; seconds: number }[]> {
  const { rows } = await pool.query<{ name: string; seconds: number }>(
    `select gid as name, extract(epoch from now() - prepared)::int as seconds from pg_prepared_xacts order by prepared`,
  );
  return rows;
}

// Of other users' sessions an ordinary role is shown only that they are there.
const BACKEND = `select pid, coalesce(nullif(application_name, ''), '(unnamed)') as application`;
const OF_CLIENTS = `from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;

async function longTransactions(pool: Pool, seconds: number): Promise<Backend[]> {
  const { rows } = await pool.query<Backend>(
    `${BACKEND}, extract(epoch from now() - xact_start)::int as seconds ${OF_CLIENTS}
       and xact_start < now() - make_interval(secs => $1) order by xact_start`,
    [seconds],
  );
  return rows;
}

async function longStatements(pool: Pool, seconds: number): Promise<Backend[]> {
  const { rows } = await pool.query<Backend>(
    `${BACKEND}, extract(epoch from now() - query_start)::int as seconds ${OF_CLIENTS}
       and state = 'active' and query_start < now() - make_interval(secs => $1) order by query_start`,
    [seconds],
  );
  return rows;
}
