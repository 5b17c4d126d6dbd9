import type { Aggregate } from '../domain/shared/aggregate.ts';
import { fold } from '../domain/shared/aggregate.ts';
import { invariant } from '../domain/shared/invariant.ts';
import type { TenantId } from '../domain/shared/ids.ts';
import type {
  CachedState,
  DomainEvent,
  EventLog,
  RecordedEvent,
  StateCache,
  StreamAppend,
  StreamId,
} from './ports.ts';

export type Loaded<State> = { readonly state: State; readonly version: number };

/** What was read for a command; `of` folds one stream into its aggregate. */
export type History = {
  of<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: StreamId): Loaded<State>;
};

/** Measured: folding 50 events costs less than the round trip that brings them. */
const SNAPSHOT_EVERY_EVENTS = 50;

export const noCache: StateCache = { get: () => undefined, set: () => {}, delete: () => {} };

/** The current state of one aggregate, from its newest snapshot on. */
export async function loadAggregate<State, Event extends DomainEvent>(
  log: EventLog,
  tenantId: TenantId,
  aggregate: Aggregate<State, Event>,
  id: StreamId,
): Promise<Loaded<State>> {
  const history = await aggregateLoader(log, noCache).load(tenantId, [id]);
  return history.of(aggregate, id);
}

/** With how a stream that begins here is folded, since it was never read. */
export type DecidedAppend = StreamAppend & {
  readonly fold?: { readonly absent: unknown; readonly evolve: Folded['evolve'] };
};

type Base = CachedState & { readonly events: readonly RecordedEvent[] };
type Folded = CachedState & { readonly evolve: (state: unknown, event: DomainEvent) => unknown };

/** Loads aggregates as of now, or as this process last knew them. */
export function aggregateLoader(log: EventLog, cache: StateCache) {
  async function load(tenantId: TenantId, ids: readonly StreamId[]): Promise<LoadedHistory> {
    const known = ids.map((id) => ownOf(tenantId, cache.get(id)));
    const requests = ids.map((streamId, index) => ({ streamId, after: known[index]?.version ?? 0 }));
    const streams = ids.length > 0 ? await log.loadStreams(tenantId, requests) : [];
    const bases = streams.map((stream, index): Base | undefined => {
      if (!stream) return undefined;
      const { category, snapshot, events } = stream;
      const nothing = { version: 0, state: undefined, snapshotVersion: 0 };
      const base = snapshot ? { ...snapshot, snapshotVersion: snapshot.version } : (known[index] ?? nothing);
      return { ...base, tenantId, category, events };
    });
    return historyOf(tenantId, ids, bases);
  }

  /** Without a question to the log; undefined if not all are known here. Others may have changed them since. */
  function recall(tenantId: TenantId, ids: readonly StreamId[]): LoadedHistory | undefined {
    const known = ids.map((id) => ownOf(tenantId, cache.get(id)));
    if (ids.length === 0 || !known.every((state) => state !== undefined)) return undefined;
    return historyOf(
      tenantId,
      ids,
      known.map((state) => ({ ...state, events: [] })),
    );
  }

  function historyOf(
    tenantId: TenantId,
    ids: readonly StreamId[],
    bases: readonly (Base | undefined)[],
  ): LoadedHistory {
    const folded = new Map<StreamId, Folded>();
    return {
      of: (aggregate, id) => {
        const index = ids.indexOf(id);
        if (index < 0) throw new Error(`stream ${id} was not read`);
        const base = bases[index];
        // One of another aggregate, as when a payment's id is given for an order's, is absent.
        if (base?.category !== aggregate.category) return { state: aggregate.absent, version: 0 };
        const current = folded.get(id) ?? foldOnto(aggregate, base);
        if (!folded.has(id)) remember(id, current);
        folded.set(id, current);
        return { state: current.state as typeof aggregate.absent, version: current.version };
      },
      learn: (appends) => {
        for (const { streamId, category, expectedVersion, events, fold: ofNew } of appends) {
          const isNew = expectedVersion === 0 && ofNew !== undefined;
          const nothing = { tenantId, category, version: 0, snapshotVersion: 0 };
          const before = isNew
            ? { ...nothing, state: ofNew.absent, evolve: ofNew.evolve }
            : folded.get(streamId);
          if (!before) continue;
          const state = events.reduce(before.evolve, before.state);
          remember(streamId, { ...before, state, version: before.version + events.length });
        }
      },
      forget: () => ids.forEach((id) => cache.delete(id)),
    };
  }

  function remember(id: StreamId, folded: Folded): void {
    const { evolve: _, ...current } = folded;
    const { category, version, state } = current;
    if ((cache.get(id)?.version ?? 0) > version) return; // another command of this process has seen more
    const due = version - current.snapshotVersion >= SNAPSHOT_EVERY_EVENTS;
    if (due) log.offerSnapshot(id, category, { version, state });
    cache.set(id, { ...current, snapshotVersion: due ? version : current.snapshotVersion });
  }

  return { load, recall };
}

export type LoadedHistory = History & {
  /** These were appended to what was read here. */
  learn(appends: readonly DecidedAppend[]): void;
  /** What was read here turned out to be outdated. */
  forget(): void;
};

const ownOf = (tenantId: TenantId, state: CachedState | undefined): CachedState | undefined =>
  state?.tenantId === tenantId ? state : undefined;

function foldOnto<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  { events, ...base }: Base,
): Folded {
  invariant(
    (events[0]?.version ?? base.version + 1) === base.version + 1,
    'events follow the state they are folded onto',
  );
  const evolve = aggregate.evolve as Folded['evolve'];
  const start: unknown = base.state ?? aggregate.absent;
  const state = events.reduce((before, { event }) => evolve(before, event), start);
  return { ...base, state, version: base.version + events.length, evolve };
}

/** The state at the end of these events, a stream's first ones; one of another aggregate is absent. */
export function foldStream<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  stream: readonly RecordedEvent[],
): Loaded<State> {
  if (stream[0]?.event.type !== aggregate.firstEvent) return { state: aggregate.absent, version: 0 };
  // What begins as one aggregate goes on as it: nothing else is ever appended under its id.
  const events = stream.map((recorded) => recorded.event as Event);
  return { state: fold(aggregate, events), version: stream.length };
}
