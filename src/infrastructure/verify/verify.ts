import type { AnyAggregate } from '../../application/any-aggregate.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import type { Pool } from '../postgres/pool.ts';
import { checkChain } from './chain.ts';
import { CHECKS, type CheckName, type CheckResult, type Finding, type Progress } from './findings.ts';
import { checkAgainst } from './head-file.ts';
import { readExtent, type Extent, type Head } from './log-extent.ts';
import { checkPositions } from './positions.ts';
import { checkReadModels, type ReadModelSources } from './read-models.ts';
import { inSnapshot } from './snapshot.ts';
import { checkSnapshots, type SnapshotSample } from './snapshots.ts';
import { checkStreams } from './streams.ts';
import { checkSubscriptions } from './subscriptions.ts';

export type VerifyOptions = ReadModelSources & {
  readonly pool: Pool;
  readonly aggregates: readonly AnyAggregate[];
  readonly checks?: readonly CheckName[];
  readonly snapshots?: SnapshotSample;
  /** Heads exported earlier, which the chain must pass through. */
  readonly against?: readonly Head[] | undefined;
  readonly onProgress?: (check: CheckName, done: number, total: number) => void;
};

export type Verdict = {
  /** No violation. */
  readonly sound: boolean;
  readonly findings: readonly (Finding & { readonly check: CheckName })[];
  readonly checks: readonly (Omit<CheckResult, 'findings'> & {
    readonly check: CheckName;
    readonly seconds: number;
  })[];
  /** Where each shard ended when this began. All checks but that of the chain may have seen more. */
  readonly heads: readonly Head[];
};

const SNAPSHOTS_SAMPLED = 1_000;

/**
 * Checks the log and all that is derived from it, while traffic goes on: each check sees one moment. `busy`: a
 * partition is being detached or attached, which would look like events that come and go.
 */
export async function verify(options: VerifyOptions): Promise<Result<Verdict, 'busy'>> {
  const { pool } = options;
  const lock = await pool.connect();
  let broken = true; // and then the lock goes with the connection
  try {
    const { rows } = await lock.query<{ taken: boolean }>(
      `select pg_try_advisory_lock_shared(hashtextextended('verifying', 0)) as taken`,
    );
    if (!rows[0]!.taken) {
      broken = false;
      return err('busy');
    }
    const extent = await inSnapshot(pool, readExtent);
    const verdict = await runChecks(options, extent);
    await lock.query(`select pg_advisory_unlock_shared(hashtextextended('verifying', 0))`);
    broken = false;
    return ok(verdict);
  } finally {
    lock.release(broken);
  }
}

async function runChecks(options: VerifyOptions, extent: Extent): Promise<Verdict> {
  const wanted = options.checks ?? CHECKS;
  const findings: Verdict['findings'][number][] = [];
  const checks: Verdict['checks'][number][] = [];
  for (const check of CHECKS.filter((name) => wanted.includes(name))) {
    const startedAt = performance.now();
    const onProgress: Progress = (done, total) => options.onProgress?.(check, done, total);
    const result = await CHECKERS[check](options, extent, onProgress);
    findings.push(...result.findings.map((finding) => ({ check, ...finding })));
    checks.push({ check, seconds: (performance.now() - startedAt) / 1_000, counts: result.counts });
  }
  return { sound: findings.every(({ kind }) => kind === 'warning'), findings, checks, heads: extent.heads };
}

type Checker = (options: VerifyOptions, extent: Extent, onProgress: Progress) => Promise<CheckResult>;

const CHECKERS: Readonly<Record<CheckName, Checker>> = {
  chain: async ({ pool, against = [] }, extent, onProgress) => {
    const { findings, counts } = await checkChain(pool, extent, onProgress);
    if (against.length === 0) return { findings, counts };
    const rewritten = await inSnapshot(pool, (tx) => checkAgainst(tx, against, extent.heads));
    return { findings: [...findings, ...rewritten], counts };
  },
  positions: ({ pool }) => inSnapshot(pool, async (tx) => checkPositions(tx, await readExtent(tx))),
  streams: ({ pool }) => inSnapshot(pool, async (tx) => checkStreams(tx, await readExtent(tx))),
  'read-models': ({ pool, ...sources }, _, onProgress) => checkReadModels(pool, sources, onProgress),
  snapshots: ({ pool, snapshots: sample = SNAPSHOTS_SAMPLED, codec, aggregates }, _, onProgress) =>
    inSnapshot(pool, (tx) => checkSnapshots(tx, { codec, aggregates, sample }, onProgress)),
  subscriptions: ({ pool }) => inSnapshot(pool, checkSubscriptions),
};
