import { setTimeout as sleep } from 'node:timers/promises';
import {
  LogOverloaded,
  LogUnavailable,
  type AppendOutcome,
  type Json,
  type Unit,
} from '../../application/ports.ts';
import type { EventCodec } from '../codecs/event-codec.ts';
import { isUnreachable, type Pool } from '../postgres/pool.ts';
import { newEventId } from '../system.ts';

export type AppenderOptions = {
  /** Units in one call; measured on 2 cores, more than 256 gains nothing. */
  readonly batchMax: number;
  /** Bytes of events and answers in one call, one unit at least: a batch of huge orders must not hold up the rest. */
  readonly batchBytesMax: number;
  /** Units that may wait; one more is refused with `LogOverloaded` before anything is written. */
  readonly queueMax: number;
  /** How long the same units are sent again while PostgreSQL is away, then `LogUnavailable`. */
  readonly resendForMs: number;
  /** Called after each batch that appended something. */
  readonly onAppended: () => void;
};

export type Appender = { append(unit: Unit): Promise<AppendOutcome> };

type EncodedEvent = {
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly dataJson: string;
};

/** A unit as it will be sent, however often: the event ids stay the same. */
type Waiting = {
  readonly unit: Unit;
  readonly events: readonly (readonly EncodedEvent[])[];
  readonly answerJson: string;
  readonly bytes: number;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (fault: unknown) => void;
};

const RESEND_PAUSE_MS = 100;
const PARTITIONS_MISSED_MAX = 5; // others may fill the new one before we come to it
/** Connections that appends to one shard may hold. */
export const CALLS_IN_FLIGHT_MAX = 2;
const CALL_UNITS_MIN = 8;

/**
 * Group commit for one shard: while calls are in flight, the next units gather and go together, so the head lock and
 * the flush are paid once a batch. An idle appender sends at the end of the current turn of the event loop. Two calls
 * overlap: while one holds the head lock, the other is made and parsed (64 writers on 2 cores: 1.4 times as many).
 */
export function startAppender(
  pool: Pool,
  codec: EventCodec,
  shard: number,
  options: AppenderOptions,
): Appender {
  let queue: Waiting[] = [];
  let scheduled = false;
  const inFlight = new Set<readonly Waiting[]>();

  // The units of one turn of the event loop travel together even when the appender was idle.
  function schedule(): void {
    if (scheduled || queue.length === 0 || inFlight.size >= CALLS_IN_FLIGHT_MAX) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      sendNext();
    });
  }

  function sendNext(): void {
    const sent = [...inFlight].flat();
    // Half for each call: with all in one there would be nothing to overlap with.
    const share = Math.max(CALL_UNITS_MIN, Math.ceil((sent.length + queue.length) / CALLS_IN_FLIGHT_MAX));
    const { batch, rest } = nextBatch(queue, sent, {
      ...options,
      batchMax: Math.min(share, options.batchMax),
    });
    if (batch.length === 0) return; // all wait for what is in flight
    queue = rest;
    inFlight.add(batch);
    void settle(batch).then((appended) => {
      inFlight.delete(batch);
      if (appended) options.onAppended();
      schedule();
    });
    schedule();
  }

  /** Answers every unit of the batch; true if one was appended. */
  async function settle(batch: readonly Waiting[]): Promise<boolean> {
    try {
      const outcomes = await sendUntilReached(pool, shard, batch, options.resendForMs);
      batch.forEach(({ resolve }, index) => resolve(outcomes[index]!));
      return outcomes.some((outcome) => outcome.kind === 'appended');
    } catch (fault) {
      if (batch.length === 1 || fault instanceof LogUnavailable) {
        for (const { reject } of batch) reject(fault);
        return false;
      }
      // One unit holds something PostgreSQL refuses: its neighbours must not fail with it.
      let appended = false;
      for (const waiting of batch) appended = (await settle([waiting])) || appended;
      return appended;
    }
  }

  return {
    append: (unit) =>
      new Promise((resolve, reject) => {
        if (queue.length >= options.queueMax) {
          reject(new LogOverloaded(`${queue.length} commands are waiting for shard ${shard}`));
          return;
        }
        queue.push({ ...encode(codec, unit), resolve, reject });
        schedule();
      }),
  };
}

function encode(codec: EventCodec, unit: Unit): Pick<Waiting, 'unit' | 'events' | 'answerJson' | 'bytes'> {
  const answerJson = JSON.stringify(unit.answer);
  let bytes = answerJson.length;
  const events = unit.streams.map((stream) =>
    stream.events.map((event) => {
      const { type, schemaVersion, data } = codec.encode(event);
      const dataJson = JSON.stringify(data);
      bytes += dataJson.length;
      return { eventId: newEventId(), type, schemaVersion, dataJson };
    }),
  );
  return { unit, events, answerJson, bytes };
}

/**
 * Two units of one command, or of one stream, never share a batch, nor are they in flight side by side: the later must
 * see what the earlier did.
 */
function nextBatch(
  queue: readonly Waiting[],
  sent: readonly Waiting[],
  { batchMax, batchBytesMax }: AppenderOptions,
): { batch: Waiting[]; rest: Waiting[] } {
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  const taken = new Set(sent.flatMap(namesOf));
  let bytes = 0;
  for (const [index, waiting] of queue.entries()) {
    const full = batch.length >= batchMax || (batch.length > 0 && bytes + waiting.bytes > batchBytesMax);
    if (full) return { batch, rest: [...rest, ...queue.slice(index)] };
    const names = namesOf(waiting);
    const fits = !names.some((name) => taken.has(name));
    (fits ? batch : rest).push(waiting);
    if (fits) bytes += waiting.bytes;
    // A unit left behind holds its names too: a still later one of the same stream must not overtake it.
    for (const name of names) taken.add(name);
  }
  return { batch, rest };
}

const namesOf = ({ unit: { context, streams } }: Waiting): string[] => [
  context.commandId,
  ...streams.map(({ streamId }) => streamId),
];

/** Sending the same units again is safe: those that were in answer `duplicate`, with the answer they stored. */
async function sendUntilReached(
  pool: Pool,
  shard: number,
  batch: readonly Waiting[],
  resendForMs: number,
): Promise<AppendOutcome[]> {
  const deadline = performance.now() + resendForMs;
  let partitionsMissed = 0;
  for (;;) {
    try {
      return await send(pool, shard, batch);
    } catch (fault) {
      if (isWithoutPartition(fault) && partitionsMissed < PARTITIONS_MISSED_MAX) {
        // Partitions are made ahead by a job; if that was outrun, or never ran, the append makes its own.
        partitionsMissed++;
        await pool.query('select ensure_event_partitions()');
        continue;
      }
      if (!isUnreachable(fault)) throw fault;
      if (performance.now() > deadline)
        throw new LogUnavailable('PostgreSQL cannot be reached', { cause: fault });
      await sleep(RESEND_PAUSE_MS);
    }
  }
}

const APPEND = {
  name: 'append-units',
  text: `select outcome, fingerprint, answer from append_units($1::smallint,
    $2::uuid[], $3::text[], $4::jsonb,
    $5::int[], $6::uuid[], $7::uuid[], $8::text[], $9::int[], $10::int[],
    $11::int[], $12::uuid[], $13::int[], $14::uuid[], $15::text[], $16::smallint[], $17::jsonb, $18::jsonb)`,
};

type Row = { outcome: AppendOutcome['kind']; fingerprint: string; answer: Json };

async function send(pool: Pool, shard: number, batch: readonly Waiting[]): Promise<AppendOutcome[]> {
  const { rows } = await pool.query<Row>({ ...APPEND, values: parameters(shard, batch) });
  return rows.map(({ outcome, fingerprint, answer }) =>
    outcome === 'duplicate' ? { kind: outcome, fingerprint, answer } : { kind: outcome },
  );
}

const isWithoutPartition = (fault: unknown): boolean =>
  fault instanceof Error &&
  'code' in fault &&
  fault.code === '23514' &&
  fault.message.includes('no partition');

/** The function's parallel arrays, payloads as JSON arrays; units and streams are numbered from 1, as PostgreSQL counts. */
function parameters(shard: number, batch: readonly Waiting[]): unknown[] {
  const units: unknown[][] = [[], []];
  const streams: unknown[][] = [[], [], [], [], [], []];
  const events: unknown[][] = [[], [], [], [], [], []];
  const answers: string[] = [];
  const data: string[] = [];
  const metadatas: string[] = [];
  batch.forEach(({ unit, events: encoded, answerJson }, index) => {
    const { fingerprint, ...metadata } = unit.context;
    const metadataJson = JSON.stringify(metadata);
    addRow(units, metadata.commandId, fingerprint);
    answers.push(answerJson);
    unit.streams.forEach(({ streamId, category, expectedVersion }, streamIndex) => {
      const newEvents = encoded[streamIndex]!;
      const version = expectedVersion + newEvents.length;
      addRow(streams, index + 1, streamId, metadata.tenantId, category, expectedVersion, version);
      newEvents.forEach(({ eventId, type, schemaVersion, dataJson }, offset) => {
        const eventVersion = expectedVersion + offset + 1;
        addRow(events, index + 1, streamId, eventVersion, eventId, type, schemaVersion);
        data.push(dataJson);
        metadatas.push(metadataJson);
      });
    });
  });
  return [shard, ...units, jsonArray(answers), ...streams, ...events, jsonArray(data), jsonArray(metadatas)];
}

const jsonArray = (documents: readonly string[]): string => `[${documents.join(',')}]`;

const addRow = (columns: unknown[][], ...values: unknown[]): void =>
  values.forEach((value, column) => columns[column]!.push(value));
