import { setTimeout as sleep } from 'node:timers/promises';
import { LogOverloaded, LogUnavailable, type AppendOutcome, type Unit } from '../../application/ports.ts';
import type { EventCodec } from '../codecs/event-codec.ts';
import type { CustomerKeys, SubjectKey } from '../postgres/customer-keys.ts';
import { isUnreachable, type Pool } from '../postgres/pool.ts';
import { encodeUnit, openUnit, type EncodedUnit, type OpenUnit } from './encode-unit.ts';
import { isKeyRetired, isWithoutPartition, sendUnits } from './send-units.ts';

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
  /** Called after each call that PostgreSQL answered. */
  readonly onBatch?: (batch: AppendedBatch) => void;
};

export type AppendedBatch = { readonly commands: number; readonly events: number; readonly seconds: number };

export type Appender = {
  append(unit: Unit): Promise<AppendOutcome>;
  /** Commands that no call has taken up yet. */
  waiting(): number;
};

type Answering = {
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (fault: unknown) => void;
};
type Waiting = EncodedUnit & Answering;
/** `sealed` unset: it waits for a key, and whatever came later of its streams waits for it. */
type Queued = Answering & { readonly open: OpenUnit; sealed?: EncodedUnit };

const RESEND_PAUSE_MS = 100;
const PARTITIONS_MISSED_MAX = 5; // others may fill the new one before we come to it
const SEALINGS_MAX = 5; // of one batch: a customer may be erased again meanwhile
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
  { codec, keys }: { readonly codec: EventCodec; readonly keys: CustomerKeys },
  shard: number,
  options: AppenderOptions,
): Appender {
  let queue: Queued[] = [];
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
    if (batch.length === 0) return; // all wait for what is in flight, or for keys
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
  async function settle(batch: readonly Waiting[], sealings = 1): Promise<boolean> {
    const begun = performance.now();
    try {
      const outcomes = await sendUntilReached(pool, shard, batch, options.resendForMs);
      options.onBatch?.(batchOf(batch, outcomes, begun));
      batch.forEach(({ resolve }, index) => resolve(outcomes[index]!));
      return outcomes.some((outcome) => outcome.kind === 'appended');
    } catch (fault) {
      if (isKeyRetired(fault) && sealings < SEALINGS_MAX) return sealAnew(batch, sealings + 1);
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

  /** A customer was erased since: nothing of the batch is in, and it goes again with the keys in use by now. */
  async function sealAnew(batch: readonly Waiting[], sealings: number): Promise<boolean> {
    keys.forget(batch.flatMap(({ keyIds }) => keyIds));
    try {
      const sealed = await Promise.all(
        batch.map(async (waiting) => ({ ...waiting, ...(await sealedUnit(waiting)) })),
      );
      return await settle(sealed, sealings);
    } catch (fault) {
      for (const { reject } of batch) reject(fault);
      return false;
    }
  }

  /** At once where all keys are known here, so that the units of one turn stay together. */
  function sealedUnit(open: OpenUnit): EncodedUnit | Promise<EncodedUnit> {
    const known = new Map<string, SubjectKey>();
    for (const [name, subject] of open.subjects) {
      const key = keys.recall(subject);
      if (key) known.set(name, key);
    }
    return known.size === open.subjects.size
      ? encodeUnit(open, known)
      : untilReached(options.resendForMs, () => keysFor(open)).then((found) => encodeUnit(open, found));
  }

  async function keysFor({ subjects }: OpenUnit): Promise<Map<string, SubjectKey>> {
    const named = [...subjects].map(async ([name, subject]) => [name, await keys.of(subject)] as const);
    return new Map(await Promise.all(named));
  }

  async function sealLater(queued: Queued, sealing: Promise<EncodedUnit>): Promise<void> {
    try {
      queued.sealed = await sealing;
    } catch (fault) {
      queue = queue.filter((other) => other !== queued);
      queued.reject(fault);
    }
    schedule();
  }

  return {
    waiting: () => queue.length,
    append: (unit) =>
      new Promise((resolve, reject) => {
        if (queue.length >= options.queueMax) {
          reject(new LogOverloaded(`${queue.length} commands are waiting for shard ${shard}`));
          return;
        }
        const queued: Queued = { open: openUnit(codec, shard, unit), resolve, reject };
        const sealed = sealedUnit(queued.open);
        queue.push(queued);
        if (sealed instanceof Promise) {
          void sealLater(queued, sealed);
          return;
        }
        queued.sealed = sealed;
        schedule();
      }),
  };
}

const batchOf = (
  batch: readonly Waiting[],
  outcomes: readonly AppendOutcome[],
  begun: number,
): AppendedBatch => ({
  commands: batch.length,
  events: batch
    .filter((_, index) => outcomes[index]?.kind === 'appended')
    .reduce((sum, { unit }) => sum + unit.streams.reduce((events, one) => events + one.events.length, 0), 0),
  seconds: (performance.now() - begun) / 1_000,
});

/**
 * Two units of one command, or of one stream, never share a batch, nor are they in flight side by side: the later must
 * see what the earlier did.
 */
function nextBatch(
  queue: readonly Queued[],
  sent: readonly Waiting[],
  { batchMax, batchBytesMax }: AppenderOptions,
): { batch: Waiting[]; rest: Queued[] } {
  const batch: Waiting[] = [];
  const rest: Queued[] = [];
  const taken = new Set(sent.flatMap(namesOf));
  let bytes = 0;
  for (const [index, queued] of queue.entries()) {
    const { open, sealed, resolve, reject } = queued;
    const more = sealed?.bytes ?? 0;
    const full = batch.length >= batchMax || (batch.length > 0 && bytes + more > batchBytesMax);
    if (full) return { batch, rest: [...rest, ...queue.slice(index)] };
    const names = namesOf(open);
    const fits = sealed !== undefined && !names.some((name) => taken.has(name));
    if (fits) {
      batch.push({ ...sealed, resolve, reject });
      bytes += more;
    } else rest.push(queued);
    // A unit left behind holds its names too: a still later one of the same stream must not overtake it.
    for (const name of names) taken.add(name);
  }
  return { batch, rest };
}

const namesOf = ({ unit: { context, streams } }: OpenUnit): string[] => [
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
  let partitionsMissed = 0;
  return untilReached(resendForMs, async () => {
    for (;;) {
      try {
        return await sendUnits(pool, shard, batch);
      } catch (fault) {
        if (!isWithoutPartition(fault) || partitionsMissed === PARTITIONS_MISSED_MAX) throw fault;
        // Partitions are made ahead by a job; if that was outrun, or never ran, the append makes its own.
        partitionsMissed++;
        await pool.query('select ensure_event_partitions()');
      }
    }
  });
}

async function untilReached<T>(resendForMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + resendForMs;
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!isUnreachable(fault)) throw fault;
      if (performance.now() > deadline)
        throw new LogUnavailable('PostgreSQL cannot be reached', { cause: fault });
      await sleep(RESEND_PAUSE_MS);
    }
  }
}
