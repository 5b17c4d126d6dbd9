import { isTransient, type Tx } from '../postgres/pool.ts';
import type { LogEntry } from '../event-log/read.ts';
import { violation, type Finding } from './findings.ts';

/** A derived table made anew, in a table that lasts as long as the transaction. */
export type Rebuild = {
  readonly name: string;
  /** What it is compared with. */
  readonly table: string;
  readonly scratch: string;
  /** Events that the live one has taken in, of those given. */
  readonly relevant: (tx: Tx, entries: readonly LogEntry[]) => Promise<readonly LogEntry[]>;
  readonly apply: (tx: Tx, scratch: string, entries: readonly LogEntry[]) => Promise<void>;
  /** What is known once all events have been seen, beside the rows. */
  readonly ended: () => readonly Finding[];
};

/** What came of the events so far. */
export type Progressing = {
  readonly rebuild: Rebuild;
  /** Streams with an event that could not be applied: nothing can be said of them. */
  readonly spoilt: Set<string>;
  readonly findings: Finding[];
  taken: number;
};

export async function createScratch(tx: Tx, { scratch }: Rebuild, template: string): Promise<void> {
  await tx.query(`create temporary table ${scratch} (like ${template} including all) on commit drop`);
}

/** Takes in a page of events. One that cannot be applied is found by halving, and its stream left out from there on. */
export async function take(tx: Tx, progressing: Progressing, entries: readonly LogEntry[]): Promise<void> {
  const relevant = await progressing.rebuild.relevant(tx, entries);
  progressing.taken += relevant.length;
  await applyAll(tx, progressing, relevant);
}

async function applyAll(tx: Tx, progressing: Progressing, entries: readonly LogEntry[]): Promise<void> {
  const { rebuild, spoilt } = progressing;
  const good = entries.filter(({ streamId }) => !spoilt.has(streamId));
  if (good.length === 0) return;
  await tx.query('savepoint page');
  try {
    const unreadable = good.find(({ recorded }) => recorded instanceof Error)?.recorded;
    if (unreadable instanceof Error) throw unreadable;
    await rebuild.apply(tx, rebuild.scratch, good);
    await tx.query('release savepoint page');
  } catch (fault) {
    if (isTransient(fault)) throw fault;
    await tx.query('rollback to savepoint page');
    if (good.length === 1) spoil(progressing, good[0]!, fault);
    else {
      const half = good.length >> 1;
      await applyAll(tx, progressing, good.slice(0, half));
      await applyAll(tx, progressing, good.slice(half));
    }
  }
}

function spoil({ rebuild, spoilt, findings }: Progressing, entry: LogEntry, fault: unknown): void {
  const { shard, position, streamId, type } = entry;
  spoilt.add(streamId);
  // The name only: a message may quote what is in the event.
  const why = fault instanceof Error ? fault.name : typeof fault;
  const message =
    `${rebuild.name}: the event at ${position} of shard ${shard} cannot be applied by this build (${why}); ` +
    `nothing can be said of stream ${streamId}`;
  findings.push(
    violation('event-not-applicable', message, {
      name: rebuild.name,
      shard,
      position,
      stream: streamId,
      type,
    }),
  );
}
