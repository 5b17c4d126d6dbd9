import { GUARDS_OF_APPENDING } from './guards-of-appending.ts';
import { GUARDS_OF_FOLLOWING } from './guards-of-following.ts';
import { compileProgram, editFunction } from './program.ts';
import type { Removal } from './removal.ts';
import type { SoakServer } from './server.ts';
import { soak, type SoakOptions, type SoakReport } from './soak.ts';

export const REMOVALS: readonly Removal[] = [...GUARDS_OF_APPENDING, ...GUARDS_OF_FOLLOWING];

type Asked = Pick<SoakOptions, 'seed' | 'seconds' | 'shards'> & Partial<SoakOptions>;

/** Everything there is, at the pace of a bad day. */
export async function soakWhole(server: SoakServer, asked: Asked): Promise<SoakReport> {
  const isLong = asked.seconds > 30;
  const program = await compileProgram();
  const database = await server.createDatabase(asked.shards);
  try {
    const report = await soak({
      databaseUrl: database.url,
      processes: 3,
      writers: 32,
      leaseMs: 1_000,
      effectFails: 0.01,
      batches: [7, 50, 200],
      standstillMs: 30_000,
      partition: isLong ? 100_000 : 1_000,
      cutEveryMs: [200, 800],
      troubles: {
        killBackend: [200, 800],
        killProcess: [1_000, 3_000],
        stopProcess: [500, 2_000],
        rollBack: [50, 200],
        holdHead: [200, 600],
        pauseSubscription: [1_500, 4_000],
        poison: [2_000, 8_000],
        retryParked: [300, 1_000],
        restartServer: isLong ? [20_000, 40_000] : [3_000, 5_000],
      },
      restartServer: server.restart,
      program: program.path,
      ...asked,
    });
    await database.drop();
    return report;
  } finally {
    await program.remove();
  }
}

/** Without one guard, until what should notice does, or for so long. */
export async function soakWithout(server: SoakServer, removal: Removal, asked: Asked): Promise<SoakReport> {
  const program = await compileProgram(removal.edits);
  const database = await server.createDatabase(asked.shards);
  try {
    const report = await soak({
      databaseUrl: database.url,
      processes: removal.needs === 'stop' ? 2 : 1,
      writers: 8,
      leaseMs: 300,
      effectFails: 0.05,
      batches: [removal.batch ?? 2],
      standstillMs: 4_000,
      partition: 200,
      ...(removal.needs === 'cut' ? { cutEveryMs: [30, 60] } : {}),
      troubles: {
        ...(removal.needs === 'pause' ? { pauseSubscription: [100, 300] } : {}),
        ...(removal.needs === 'stop' ? { stopProcess: [0, 100] } : {}),
      },
      program: program.path,
      prepare: (pool) => editFunction(pool, removal.edits),
      endAt: removal.caughtBy,
      ...asked,
    });
    await database.drop();
    return report;
  } finally {
    await program.remove();
  }
}
