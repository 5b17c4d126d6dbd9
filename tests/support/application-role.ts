import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export type LoginRole = {
  readonly name: string;
  /** The same database, entered as this role. */
  enter(connectionString: string): string;
  drop(): Promise<void>;
};

/** A role on the test server that may log in and nothing else. */
export async function createLoginRole(): Promise<LoginRole> {
  const name = `op_role_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await onServer(`create role ${name} login password '${password}'`);
  return {
    name,
    enter: (connectionString) => connectionString.replace(/\/\/(?:[^@/]*@)?/, `//${name}:${password}@`),
    drop: () => onServer(`drop role ${name}`),
  };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
