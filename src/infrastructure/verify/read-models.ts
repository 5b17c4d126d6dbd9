import type { EventCodec } from '../codecs/event-codec.ts';
import { readShard, type LogEntry } from '../event-log/read.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { listGenerations, tableOf, type Generation } from '../read-models/generations.ts';
import type { Projection } from '../read-models/projection.ts';
import { compare } from './compare.ts';
import { warning, type CheckResult, type Finding, type Progress } from './findings.ts';
import { readExtent, type Extent } from './log-extent.ts';
import { createScratch, take, type Progressing, type Rebuild } from './rebuild.ts';
import { inSnapshot, lookUpByKey } from './snapshot.ts';
import { countedRebuild, projectionRebuild, readReach, type CountedModel } from './sources.ts';

export type ReadModelSources = {
  readonly codec: EventCodec;
  readonly projections: readonly Projection[];
  readonly counted: readonly CountedModel[];
};

const PAGE = 2_000;
const TRIES = 5;

/** A generation was switched between our looking and our locking its table: look again. */
class GenerationGone extends Error {
  override readonly name = 'GenerationGone';
}

/**
 * Every read model is what a rebuild makes of the log: made anew here up to where each stood at one moment, from one
 * reading of the log, and compared row by row in both directions.
 */
export async function checkReadModels(
  pool: Pool,
  sources: ReadModelSources,
  onProgress: Progress,
): Promise<CheckResult> {
  for (let tries = 1; ; tries++) {
    const live = (await listGenerations(pool)).filter(({ status }) => status === 'live');
    try {
      return await inSnapshot(
        pool,
        (tx) => checkLive(tx, live, sources, onProgress),
        (tx) => lockTables(tx, live),
      );
    } catch (fault) {
      if (!(fault instanceof GenerationGone) || tries === TRIES) throw fault;
    }
  }
}

/** Until the end they are not dropped: a rebuild that is done meanwhile waits with its switch. */
async function lockTables(tx: Tx, live: readonly Generation[]): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared(hashtextextended('comparing read models', 0))`);
  for (const { name, generation } of live) {
    try {
      await tx.query(`lock table ${tableOf(name, generation)} in access share mode`);
    } catch (fault) {
      const undefinedTable = fault instanceof Error && 'code' in fault && fault.code === '42P01';
      throw undefinedTable ? new GenerationGone(name, { cause: fault }) : fault;
    }
  }
}

async function checkLive(
  tx: Tx,
  live: readonly Generation[],
  { codec, projections, counted }: ReadModelSources,
  onProgress: Progress,
): Promise<CheckResult> {
  const { rows: now } = await tx.query<Pick<Generation, 'name' | 'generation'>>(
    `select name, generation from projection where status = 'live'`,
  );
  const same = live.every(({ name, generation }) =>
    now.some((row) => row.name === name && row.generation === generation),
  );
  if (!same) throw new GenerationGone('a generation was switched');

  const extent = await readExtent(tx);
  const findings: Finding[] = [];
  const rebuilds: { rebuild: Rebuild; template: string }[] = [];
  let leftOut = 0;
  for (const generation of live) {
    const projection = projections.find(({ name }) => name === generation.name);
    if (projection?.codeVersion !== generation.codeVersion) {
      findings.push(otherCode(generation));
      continue;
    }
    if (projection.addsUp && extent.gaps.length > 0) {
      findings.push(notWhole(projection));
      continue;
    }
    leftOut += (await readReach(tx, generation.name, generation.generation)).setAside;
    const template = `read_model.${generation.name.replaceAll('-', '_')}`;
    rebuilds.push({ rebuild: await projectionRebuild(tx, projection, generation), template });
  }
  for (const model of counted) {
    if (extent.gaps.length > 0) findings.push(notWhole(model));
    else rebuilds.push({ rebuild: await countedRebuild(tx, model), template: model.table });
  }

  const progressing = rebuilds.map(({ rebuild }): Progressing => ({
    rebuild,
    spoilt: new Set(),
    findings: [],
    taken: 0,
  }));
  for (const { rebuild, template } of rebuilds) await createScratch(tx, rebuild, template);
  await lookUpByKey(tx);
  const events = await replay(tx, codec, extent, progressing, onProgress);
  await tx.query('set local enable_seqscan = on; set local enable_bitmapscan = on');

  let rows = 0;
  for (const { rebuild, spoilt, findings: found } of progressing) {
    const exceptions = { streams: [...spoilt], archived: extent.gaps.length > 0 };
    const compared = await compare(tx, rebuild, exceptions);
    rows += compared.rows;
    findings.push(...found, ...compared.findings, ...rebuild.ended());
  }
  return { findings, counts: { events, rows, 'events set aside by operators or errors': leftOut } };
}

/** Reads the log once and gives each page to all; how many events there were. */
async function replay(
  tx: Tx,
  codec: EventCodec,
  { heads, gaps }: Extent,
  progressing: readonly Progressing[],
  onProgress: Progress,
): Promise<number> {
  const total = heads.reduce((sum, { position }) => sum + Number(position), 0);
  let seen = 0;
  for (const { shard } of heads) {
    for (let after = 0n; ;) {
      const page = await readShard(tx, codec, shard, after, PAGE);
      const last = page.at(-1);
      if (!last) break;
      after = last.position;
      const whole = gaps.length > 0 ? await withoutArchived(tx, shard, page) : page;
      for (const one of progressing) await take(tx, one, whole);
      seen += page.length;
      onProgress(seen, total);
    }
  }
  return seen;
}

/** Of an archived stream only some events are here: no state can be made of them. */
async function withoutArchived(tx: Tx, shard: number, page: readonly LogEntry[]): Promise<LogEntry[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select s.stream_id as id from unnest($2::uuid[]) u (id)
     join stream s on s.shard = $1 and s.stream_id = u.id and s.archived`,
    [shard, [...new Set(page.map(({ streamId }) => streamId))]],
  );
  const archived = new Set(rows.map(({ id }) => id));
  return page.filter(({ streamId }) => !archived.has(streamId));
}

function otherCode({ name, generation, codeVersion }: Generation): Finding {
  const message = `${name}: generation ${generation} was made by version ${codeVersion} of the code, which this build has not; it was not compared`;
  return warning('read-model-of-other-code', message, { name, generation, codeVersion });
}

function notWhole({ name }: Pick<CountedModel, 'name'>): Finding {
  const message = `${name}: it counts events of a detached partition too; it was not compared`;
  return warning('read-model-not-compared', message, { name });
}
