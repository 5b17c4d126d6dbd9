import type {
  AppendOutcome,
  DomainEvent,
  EventLog,
  EventMetadata,
  Json,
  LoadedStream,
  RecordedEvent,
  Snapshot,
  StoredCommand,
  StreamAppend,
  Unit,
  UpTo,
} from '../../src/application/ports.ts';
import { shardOf } from '../../src/infrastructure/system.ts';

/** Stands between a caller and an effect: may wait, fail before the effect or after it, or never come back. */
export type Around = <T>(call: string, effect: () => Promise<T>) => Promise<T>;

export const undisturbed: Around = (_call, effect) => effect();

export type InMemoryLog = EventLog & {
  /** Everything appended, in order. */
  events(): readonly RecordedEvent[];
  typesOf(streamId: string): readonly DomainEvent['type'][];
  /** The next appends that are not duplicates answer `conflict`, as if another command had been faster each time. */
  conflictNext(times: number): void;
};

type Stream = {
  readonly tenantId: string;
  readonly category: string;
  readonly snapshot?: Snapshot;
  readonly events: readonly RecordedEvent[];
};

/** As many as can be: what works with a shard for every ending of an id works with fewer. */
const SHARDS = 65_536;
const RECORDED_AT = '2026-01-01T00:00:00.000Z';

/**
 * What the log on PostgreSQL promises, in one process: a unit is appended to all its streams or to none, each command
 * once and with the answer it stored, every event at its expected version. Events are copied in, so their
 * maker no longer holds them; answers make the way through JSON, as in a `jsonb` column.
 */
export function inMemoryLog(around: Around = undisturbed): InMemoryLog {
  const streams = new Map<string, Stream>();
  const commands = new Map<string, StoredCommand & { readonly shard: number }>();
  const recorded: RecordedEvent[] = [];
  let conflictsAhead = 0;

  function append({ context, streams: appends, answer }: Unit): AppendOutcome {
    requireOneShard(appends.map(({ streamId }) => streamId));
    if (new Set(appends.map(({ streamId }) => streamId)).size < appends.length)
      throw new Error('a unit names a stream twice');
    for (const { streamId, events } of appends) {
      if (events.length === 0) throw new Error(`nothing to append to ${streamId}`);
    }
    const { fingerprint, ...metadata } = context;
    const shard = shardOf(appends[0].streamId, SHARDS);
    const stored = findCommand(context.commandId, (found) => found === shard);
    if (stored) return { kind: 'duplicate', ...stored };
    if (conflictsAhead > 0) {
      conflictsAhead--;
      return { kind: 'conflict' };
    }
    if (!appends.every((candidate) => fits(candidate, context.tenantId))) return { kind: 'conflict' };

    for (const candidate of appends) record(candidate, metadata);
    const copy = JSON.parse(JSON.stringify(answer)) as Json;
    commands.set(context.commandId, { shard, fingerprint, answer: copy });
    return { kind: 'appended' };
  }

  function findCommand(commandId: string, isIn: (shard: number) => boolean): StoredCommand | undefined {
    const found = commands.get(commandId);
    return found && isIn(found.shard) ? { fingerprint: found.fingerprint, answer: found.answer } : undefined;
  }

  function fits({ streamId, expectedVersion }: StreamAppend, tenantId: string): boolean {
    const stream = streams.get(streamId);
    return stream
      ? stream.tenantId === tenantId && stream.events.length === expectedVersion
      : expectedVersion === 0;
  }

  function record({ streamId, category, events }: StreamAppend, metadata: EventMetadata): void {
    const stream = streams.get(streamId);
    const before = stream?.events ?? [];
    const shard = shardOf(streamId, SHARDS);
    const head = recorded.filter((event) => event.shard === shard).length;
    const added = events.map((event, index): RecordedEvent => {
      return {
        shard,
        position: BigInt(head + index + 1),
        streamId,
        version: before.length + index + 1,
        eventId: `event-${recorded.length + index + 1}`,
        event: structuredClone(event),
        metadata,
        recordedAt: RECORDED_AT,
      };
    });
    recorded.push(...added);
    const { tenantId } = metadata;
    streams.set(streamId, { category, ...stream, tenantId, events: [...before, ...added] });
  }

  return {
    append: (unit) => around('append', () => Promise.resolve().then(() => append(unit))),
    readStreams: (tenantId, streamIds, upTo = {}) =>
      around('readStreams', async () => {
        requireOneShard(streamIds);
        return streamIds.map((id) => {
          const stream = streams.get(id);
          return stream?.tenantId === tenantId ? stream.events.filter((event) => isUpTo(event, upTo)) : [];
        });
      }),
    loadStreams: (tenantId, requests) =>
      around('loadStreams', async () => {
        requireOneShard(requests.map(({ streamId }) => streamId));
        return requests.map(({ streamId, after }) => {
          const stream = streams.get(streamId);
          return stream?.tenantId === tenantId ? loaded(stream, after) : undefined;
        });
      }),
    offerSnapshot: (streamId, _category, snapshot) => {
      const stream = streams.get(streamId);
      if (stream && (stream.snapshot?.version ?? 0) < snapshot.version)
        streams.set(streamId, { ...stream, snapshot });
    },
    findCommand: (streamId, commandId) =>
      around('findCommand', async () =>
        findCommand(commandId, (shard) => shard === shardOf(streamId, SHARDS)),
      ),
    findCommandElsewhere: (streamId, commandId) =>
      around('findCommandElsewhere', async () =>
        findCommand(commandId, (shard) => shard !== shardOf(streamId, SHARDS)),
      ),
    events: () => [...recorded],
    typesOf: (streamId) => (streams.get(streamId)?.events ?? []).map(({ event }) => event.type),
    conflictNext: (times) => {
      conflictsAhead = times;
    },
  };
}

function loaded({ category, snapshot, events }: Stream, after: number): LoadedStream {
  const usable = snapshot && snapshot.version > after ? { snapshot } : {};
  const from = usable.snapshot?.version ?? after;
  return { category, ...usable, events: events.filter(({ version }) => version > from) };
}

const isUpTo = (event: RecordedEvent, { version = Infinity, at, position }: UpTo): boolean =>
  event.version <= version &&
  (at === undefined || Date.parse(event.recordedAt) <= Date.parse(at)) &&
  (position === undefined || event.position <= position);

function requireOneShard(streamIds: readonly string[]): void {
  const shards = new Set(streamIds.map((id) => shardOf(id, SHARDS)));
  if (shards.size > 1) throw new Error(`streams of several shards: ${streamIds.join(', ')}`);
}
