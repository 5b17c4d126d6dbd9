import type { DomainEvent, RecordedEvent } from '../../application/ports.ts';
import type { Aggregate } from '../../domain/shared/aggregate.ts';
import { fromJson } from '../codecs/money-json.ts';
import type { Tx } from '../postgres/pool.ts';

/** A read model: a table derived from the log. Each generation of it has a subscription and a table of its own. */
export type Projection = {
  /** The template table is `read_model.<name>`, with underscores. */
  readonly name: string;
  /** Raise it when `project` makes other rows of the same events: the next start then builds a new generation. */
  readonly codeVersion: number;
  /** Of which events it makes something: a batch of others costs no transaction. */
  readonly concerns: (event: DomainEvent) => boolean;
  /** Its rows are sums over many streams: while events of some are elsewhere, none of it can be made anew. */
  readonly addsUp?: true;
  /**
   * Brings `table` up to the last of these events, all of one shard, in order; repeating it changes nothing, unless it
   * adds up.
   */
  readonly project: (tx: Tx, table: string, events: readonly RecordedEvent[]) => Promise<void>;
};

export type StoredState = { readonly id: string; readonly version: number; readonly state: unknown };

/** The state of one stream after a batch, and what else its row needs. */
export type Folded<State> = {
  readonly id: string;
  readonly tenantId: string;
  readonly version: number;
  readonly state: State;
};

/**
 * Folds a batch into the aggregates it touches: states of streams that began earlier come from `load` (one query),
 * those that begin in the batch from nothing.
 */
export async function foldBatch<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  isOwn: (event: DomainEvent) => event is Event,
  events: readonly RecordedEvent[],
  load: (ids: string[]) => Promise<readonly StoredState[]>,
): Promise<Folded<State>[]> {
  const own = events.filter(({ event }) => isOwn(event));
  const begun = new Set(own.filter(({ version }) => version === 1).map(({ streamId }) => streamId));
  const earlier = [...new Set(own.map(({ streamId }) => streamId))].filter((id) => !begun.has(id));
  const stored = earlier.length > 0 ? await load(earlier) : [];
  const before = new Map(
    stored.map((row) => [row.id, { version: row.version, state: fromJson<State>(row.state) }]),
  );

  const after = new Map<string, Folded<State>>();
  for (const { streamId: id, version, event, metadata } of own) {
    const current = after.get(id) ?? before.get(id) ?? { version: 0, state: aggregate.absent };
    // Versions are not checked for gaps: the subscription misses none, and an operator may have discarded one.
    if (version <= current.version) continue;
    const state = aggregate.evolve(current.state, event as Event);
    after.set(id, { id, tenantId: metadata.tenantId, version, state });
  }
  return [...after.values()];
}

/** Turns rows into one array a column, as `unnest` takes them. */
export const columns = (rows: readonly (readonly unknown[])[]): unknown[][] =>
  (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]));
