import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzz, type FuzzReport } from '../fuzz/fuzz.ts';
import { curlOf } from '../fuzz/smallest.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const CASES = 10_000;
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_131);

let database: TestDatabase;
let report: FuzzReport;

beforeAll(async () => {
  database = await createTestDatabase();
  report = await fuzz(database, { seed: SEED, cases: CASES });
}, 300_000);
afterAll(() => database.drop());

/** Asked for by names that nothing has: with a subscription paused nothing that is waited for here would come to rest. */
const ON_MACHINERY = 'pauseSubscription resumeSubscription getProjection rebuildProjection cancelRebuild';

describe('ten thousand requests, right ones and wrong ones', () => {
  it('are all answered as documented: nothing of ours fails, shows or is left changed by what was refused', () => {
    const found = report.findings.map(
      ({ kind, detail, times, request }) =>
        `${kind}, ${times} times: ${detail}\n${request ? curlOf(request) : ''}`,
    );
    expect(found.join('\n'), `npm run fuzz -- --cases ${CASES} --seed ${SEED}`).toBe('');
  });

  it('are as many as they are said to be, over sockets too, and what was refused is looked at once more', () => {
    expect(report.cases).toBeGreaterThanOrEqual(CASES);
    expect(report.overSocket).toBeGreaterThanOrEqual(CASES / 20);
    expect(report.refusedAgain).toBeGreaterThan(200);
  });

  it('reach every operation, and each does what it was asked for at least once', () => {
    expect(Object.keys(report.reached).length).toBeGreaterThan(50);
    const never = Object.entries(report.reached).filter(
      ([id, { done }]) => done === 0 && !ON_MACHINERY.includes(id),
    );
    expect(never, `seed ${SEED}`).toEqual([]);
  });

  it('meet the limits where these are tiny, and nowhere else', () => {
    const { '503 overloaded': overloaded = 0, ...others } = report.limited;
    expect(overloaded).toBeGreaterThan(0);
    expect(Object.keys(others)).toEqual(
      expect.arrayContaining(['429 rate-limited', '429 too-many-attempts']),
    );
  });
});
