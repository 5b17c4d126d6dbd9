import type {
  AppendOutcome,
  DomainEvent,
  EventLog,
  EventMetadata,
  Json,
  RecordedEvent,
  StoredCommand,
  StreamAppend,
  Unit,
} from '../../src/application/ports.ts';

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

type Stream = { readonly tenantId: string; readonly events: readonly RecordedEvent[] };

const RECORDED_AT = '2026-01-01T00:00:00.000Z';

/**
 * What the log on PostgreSQL promises, in one process: a unit is appended to all its streams or to none, each command
 * once and with the answer it stored, every event at its expected version. Events are copied in, so their
 * maker no longer holds them; answers make the way through JSON, as in a `jsonb` column.
 */
export function inMemoryLog(around: Around = undisturbed): InMemoryLog {
  const streams = new Map<string, Stream>();
  const commands = new Map<string, StoredCommand>();
  const recorded: RecordedEvent[] = [];
  let conflictsAhead = 0;

  function append({ context, streams: appends, answer }: Unit): AppendOutcome {
    requireOneShard(appends.map(({ streamId }) => streamId));
    for (const { streamId, events } of appends) {
      if (events.length === 0) throw new Error(`nothing to append to ${streamId}`);
    }
    const { fingerprint, ...metadata } = context;
    const stored = commands.get(context.commandId);
    if (stored) return { kind: 'duplicate', ...stored };
    if (conflictsAhead > 0) {
      conflictsAhead--;
      return { kind: 'conflict' };
    }
    if (!appends.every((candidate) => fits(candidate, context.tenantId))) return { kind: 'conflict' };

    for (const { streamId, events } of appends) record(streamId, events, metadata);
    commands.set(context.commandId, { fingerprint, answer: JSON.parse(JSON.stringify(answer)) as Json });
    return { kind: 'appended' };
  }

  function fits({ streamId, expectedVersion }: StreamAppend, tenantId: string): boolean {
    const stream = streams.get(streamId);
    return stream
      ? stream.tenantId === tenantId && stream.events.length === expectedVersion
      : expectedVersion === 0;
  }

  function record(streamId: string, events: readonly DomainEvent[], metadata: EventMetadata): void {
    const before = streams.get(streamId)?.events ?? [];
    const added = events.map((event, index): RecordedEvent => {
      const position = recorded.length + index + 1;
      return {
        shard: 0,
        position: BigInt(position),
        streamId,
        version: before.length + index + 1,
        eventId: `event-${position}`,
        event: structuredClone(event),
        metadata,
        recordedAt: RECORDED_AT,
      };
    });
    recorded.push(...added);
    streams.set(streamId, { tenantId: metadata.tenantId, events: [...before, ...added] });
  }

  return {
    append: (unit) => around('append', () => Promise.resolve().then(() => append(unit))),
    readStreams: (tenantId, streamIds) =>
      around('readStreams', async () => {
        requireOneShard(streamIds);
        return streamIds.map((id) => {
          const stream = streams.get(id);
          return stream?.tenantId === tenantId ? stream.events : [];
        });
      }),
    findCommand: (_streamId, commandId) => around('findCommand', async () => commands.get(commandId)),
    events: () => [...recorded],
    typesOf: (streamId) => (streams.get(streamId)?.events ?? []).map(({ event }) => event.type),
    conflictNext: (times) => {
      conflictsAhead = times;
    },
  };
}

/** However many shards there are, ids that end alike share one; others may not. */
function requireOneShard(streamIds: readonly string[]): void {
  const endings = new Set(streamIds.map((id) => id.slice(-4)));
  if (endings.size > 1) throw new Error(`streams of several shards: ${streamIds.join(', ')}`);
}
