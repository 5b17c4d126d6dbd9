import { fold, type Aggregate } from '../domain/shared/aggregate.ts';
import type { Result } from '../domain/shared/result.ts';
import { err, ok } from '../domain/shared/result.ts';
import type {
  Clock,
  CommandContext,
  DomainEvent,
  EventLog,
  Json,
  Random,
  RecordedEvent,
  StreamAppend,
  StreamId,
} from './ports.ts';

export type Loaded<State> = { readonly state: State; readonly version: number };

/** What was read for a command; `of` folds one stream into its aggregate. */
export type History = {
  of<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: StreamId): Loaded<State>;
};

/** `answer` is kept with the events and given again, word for word, when the command is repeated. */
export type Decision = { readonly appends: readonly StreamAppend[]; readonly answer: Json };

export type CommandRequest<Rejection> = {
  readonly context: CommandContext;
  /** Streams to read first, all of one order; none for a command that only creates. */
  readonly reads: readonly StreamId[];
  /** Pure; called again on fresh state when another command was faster. */
  readonly decide: (history: History) => Result<Decision, Rejection>;
};

export type Executed = { readonly answer: Json; readonly replayed: boolean };

/** The two refusals that any command can meet, whatever it is about. */
export type CommandRefusal =
  { readonly code: 'concurrent-change' } | { readonly code: 'idempotency-key-reused' };

export type ExecuteCommand = <Rejection>(
  request: CommandRequest<Rejection>,
) => Promise<Result<Executed, Rejection | CommandRefusal>>;

const ATTEMPTS_MAX = 8;
const BACKOFF_STEP_MS = 5;

/** The one door for writes: read, fold, decide, append; on a conflict again on fresh state, up to 8 times. */
export function commandExecutor(log: EventLog, clock: Clock, random: Random): ExecuteCommand {
  return async (request) => {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const outcome = await attemptOnce(log, request);
      if (outcome) return outcome;
      await clock.sleep(random() * BACKOFF_STEP_MS * attempt);
    }
    return err({ code: 'concurrent-change' });
  };
}

/** `undefined`: conflict, try again. */
async function attemptOnce<Rejection>(
  log: EventLog,
  { context, reads, decide }: CommandRequest<Rejection>,
): Promise<Result<Executed, Rejection | CommandRefusal> | undefined> {
  const decision = decide(await readHistory(log, context, reads));
  const appends = decision.ok ? decision.value.appends : [];
  const [first, ...rest] = appends.filter((append) => append.events.length > 0);
  if (!decision.ok || !first) {
    // That nothing is left to do may be our own doing: a repeated command finds the state it made the first time.
    const stored = reads[0] && (await log.findCommand(reads[0], context.commandId));
    if (stored) return replay(stored, context);
    return decision.ok ? ok({ answer: decision.value.answer, replayed: false }) : decision;
  }
  const { answer } = decision.value;
  const outcome = await log.append({ context, streams: [first, ...rest], answer });
  switch (outcome.kind) {
    case 'appended':
      return ok({ answer, replayed: false });
    case 'duplicate':
      return replay(outcome, context);
    case 'conflict':
      return undefined;
  }
}

function replay(
  stored: { fingerprint: string; answer: Json },
  { fingerprint }: CommandContext,
): Result<Executed, CommandRefusal> {
  if (stored.fingerprint !== fingerprint) return err({ code: 'idempotency-key-reused' });
  return ok({ answer: stored.answer, replayed: true });
}

async function readHistory(
  log: EventLog,
  context: CommandContext,
  reads: readonly StreamId[],
): Promise<History> {
  const streams = reads.length > 0 ? await log.readStreams(context.tenantId, reads) : [];
  return {
    of: (aggregate, id) => {
      const index = reads.indexOf(id);
      if (index < 0) throw new Error(`stream ${id} was not read`);
      return foldStream(aggregate, streams[index] ?? []);
    },
  };
}

/** The state of a stream; one of another aggregate, as when a payment's id is given for an order's, is absent. */
export function foldStream<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  stream: readonly RecordedEvent[],
): Loaded<State> {
  if (stream[0]?.event.type !== aggregate.firstEvent) return { state: aggregate.absent, version: 0 };
  // What begins as one aggregate goes on as it: nothing else is ever appended under its id.
  const events = stream.map((recorded) => recorded.event as Event);
  return { state: fold(aggregate, events), version: stream.length };
}

export const append = <State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  streamId: StreamId,
  expectedVersion: number,
  events: readonly NoInfer<Event>[],
): StreamAppend => ({ streamId, category: aggregate.category, expectedVersion, events });
