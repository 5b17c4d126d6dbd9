import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REMOVALS, soakWhole, soakWithout } from '../soak/profiles.ts';
import { findInSources } from '../soak/program.ts';
import { startSoakServer, type SoakServer } from '../soak/server.ts';

const SEED = 'npm test'; // of the choices; when they are made is another matter, so every run differs

/** The guards that everything rests on. With all of them, SOAK_GUARDS=all, the file takes minutes. */
const ESSENTIAL = ['head-lock', 'expected-version', 'known-command'];
const GUARDS =
  process.env['SOAK_GUARDS'] === 'all' ? REMOVALS : REMOVALS.filter(({ name }) => ESSENTIAL.includes(name));

let server: SoakServer;
beforeAll(async () => {
  server = await startSoakServer();
});
afterAll(() => server.stop());

describe('several processes that are killed, stopped and cut off, as PostgreSQL is', () => {
  it.each([1, 4])(
    'keep every promise of the log, on %i shards',
    async (shards) => {
      const report = await soakWhole(server, { seed: SEED, seconds: 8, shards });
      expect(report.violations).toEqual([]);
      const { commands, events, troubles, processes } = report;
      for (const count of [
        commands.appended,
        commands.duplicate,
        commands.conflict,
        commands.lost,
        processes.reads,
      ])
        expect(count).toBeGreaterThan(0);
      expect(events).toBeGreaterThanOrEqual(commands.appended);
      // Which of them come, and how often, is up to the machine; that many do is not.
      expect(Object.values(troubles).filter((count) => count > 0).length).toBeGreaterThan(3);
    },
    300_000,
  );
});

describe('the soak', () => {
  it.each(REMOVALS.map((removal) => [removal.name, removal] as const))(
    'knows where the guard is: %s',
    (_name, { edits }) => expect(findInSources(edits)).resolves.toBeUndefined(),
  );

  // Two at a time: each needs a processor only now and then.
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];

  it.concurrent.each(GUARDS.map((removal, index) => [removal.name, removal, index % lanes.length] as const))(
    'notices that a guard is missing: %s',
    async (_name, removal, lane) => {
      const soaking = lanes[lane]!.then(() =>
        soakWithout(server, removal, { seed: SEED, seconds: 30, shards: 1 }),
      );
      lanes[lane] = soaking.catch(() => {});
      const { violations } = await soaking;
      const kinds = violations.map(({ kind }) => kind);
      expect(kinds.filter((kind) => removal.caughtBy.includes(kind))).not.toEqual([]);
    },
    300_000,
  );
});
