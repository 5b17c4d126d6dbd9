import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { runDirOf } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { isOwned } from './embedded-ownership.ts';
import { APPLICATION_ROLE, connectionStringOf } from './embedded.ts';

export type FoundEmbedded =
  | { readonly state: 'absent' }
  /** Its files are there and nobody serves them. */
  | { readonly state: 'stopped' }
  /** A process has it, though it may be starting still. */
  | {
      readonly state: 'served';
      readonly connectionString: string;
      readonly applicationConnectionString: string;
    };

/** Looks for the embedded PostgreSQL of a data folder, and makes nothing. */
export async function findEmbeddedPostgres(requestedDir: string): Promise<FoundEmbedded> {
  if (!existsSync(join(requestedDir, 'postgres'))) return { state: 'absent' };
  const runDir = runDirOf(realpathSync(requestedDir));
  if (!existsSync(runDir)) return { state: 'stopped' };
  const owned = await isOwned(runDir).catch((fault: unknown) => {
    throw new EmbeddedPostgresError(
      `cannot look into ${runDir}: ${(fault as Error).message}; run this as the user who started the service, or as root`,
    );
  });
  if (!owned) return { state: 'stopped' };
  const applicationConnectionString = connectionStringOf(runDir, APPLICATION_ROLE);
  return { state: 'served', connectionString: connectionStringOf(runDir), applicationConnectionString };
}
