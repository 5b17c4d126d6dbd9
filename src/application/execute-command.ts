import type { Aggregate } from '../domain/shared/aggregate.ts';
import type { Result } from '../domain/shared/result.ts';
import { err, ok } from '../domain/shared/result.ts';
import {
  aggregateLoader,
  noCache,
  type DecidedAppend,
  type History,
  type LoadedHistory,
} from './load-aggregates.ts';
import type {
  Clock,
  CommandContext,
  DomainEvent,
  EventLog,
  Json,
  Random,
  StateCache,
  StreamAppend,
  StreamId,
} from './ports.ts';

/** `answer` is kept with the events and given again, word for word, when the command is repeated. */
export type Decision = { readonly appends: readonly DecidedAppend[]; readonly answer: Json };

export type CommandRequest<Rejection> = {
  readonly context: CommandContext;
  /** Streams to read first, all of one order; none for a command that only creates. */
  readonly reads: readonly StreamId[];
  /** Pure; called again on fresh state when another command was faster. */
  readonly decide: (history: History) => Result<Decision, Rejection>;
};

export type Executed = {
  readonly answer: Json;
  readonly replayed: boolean;
  /** Of a rehearsal that would change something: which version of what it reads first it would change. */
  readonly onVersion?: number;
};

/** The refusals that any command can meet, whatever it is about. */
export type CommandRefusal =
  { readonly code: 'concurrent-change' } | { readonly code: 'idempotency-key-reused' } | VersionMismatch;

export type VersionMismatch = { readonly code: 'version-mismatch'; readonly current: number };

export type ExecuteCommand = <Rejection>(
  request: CommandRequest<Rejection>,
) => Promise<Result<Executed, Rejection | CommandRefusal>>;

const ATTEMPTS_MAX = 8;
const BACKOFF_STEP_MS = 5;

/**
 * The one door for writes: load, decide, append; on a conflict again on fresh state, up to 8 times. The first try takes
 * states from the cache: the expected version tells when they are outdated, and nothing is refused on their word.
 */
export function commandExecutor(
  log: EventLog,
  clock: Clock,
  random: Random,
  cache: StateCache = noCache,
): ExecuteCommand {
  const aggregates = aggregateLoader(log, cache);

  return async (request) => {
    const { tenantId } = request.context;
    const recalled = aggregates.recall(tenantId, request.reads);
    const guess = recalled && decideOnRecalled(request, recalled);
    const guessed = guess && (await appendDecision(request, recalled, guess));
    if (guessed?.kind === 'done') return guessed.result;

    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const history = await aggregates.load(tenantId, request.reads);
      const outcome = await appendDecision(request, history, request.decide(history));
      if (outcome.kind === 'done') return outcome.result;
      if (outcome.kind === 'nothing') return answerWithoutEvents(request, outcome.decision);
      history.forget();
      await clock.sleep(random() * BACKOFF_STEP_MS * attempt);
    }
    return err({ code: 'concurrent-change' });
  };

  async function appendDecision<Rejection>(
    { context }: CommandRequest<Rejection>,
    history: LoadedHistory,
    decision: Result<Decision, Rejection>,
  ): Promise<Attempt<Rejection>> {
    const appends = appendsOf(decision);
    const [first, ...rest] = appends;
    if (!decision.ok || !first) return { kind: 'nothing', decision };
    const { answer } = decision.value;
    const outcome = await log.append({ context, streams: [first, ...rest], answer });
    switch (outcome.kind) {
      case 'appended':
        history.learn(appends);
        return { kind: 'done', result: ok({ answer, replayed: false }) };
      case 'duplicate':
        return { kind: 'done', result: replay(outcome, context) };
      case 'conflict':
        return { kind: 'conflict' };
    }
  }

  async function answerWithoutEvents<Rejection>(
    { context, reads }: CommandRequest<Rejection>,
    decision: Result<Decision, Rejection>,
  ): Promise<Result<Executed, Rejection | CommandRefusal>> {
    // That nothing is left to do may be our own doing: a repeated command finds the state it made the first time.
    const stored = reads[0] && (await log.findCommand(reads[0], context.commandId));
    if (stored) return replay(stored, context);
    return decision.ok ? ok({ answer: decision.value.answer, replayed: false }) : decision;
  }
}

/** Decides on what the log holds now, as the command itself would, and leaves it at that: nothing is appended. */
export function commandRehearser(log: EventLog): ExecuteCommand {
  const aggregates = aggregateLoader(log, noCache);
  return async ({ context, reads, decide }) => {
    const decision = decide(await aggregates.load(context.tenantId, reads));
    if (!decision.ok) return decision;
    const first = appendsOf(decision).find(({ streamId }) => streamId === reads[0]);
    return ok({
      answer: decision.value.answer,
      replayed: false,
      ...(first && { onVersion: first.expectedVersion }),
    });
  };
}

/** `nothing`: refused, or nothing left to do. */
type Attempt<Rejection> =
  | { readonly kind: 'done'; readonly result: Result<Executed, CommandRefusal> }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'nothing'; readonly decision: Result<Decision, Rejection> };

const appendsOf = (decision: Result<Decision, unknown>): DecidedAppend[] =>
  decision.ok ? decision.value.appends.filter(({ events }) => events.length > 0) : [];

/** undefined: what is decided on states that may be outdated must not be tried. */
function decideOnRecalled<Rejection>(
  { reads, decide }: CommandRequest<Rejection>,
  recalled: History,
): Result<Decision, Rejection> | undefined {
  try {
    const decision = decide(recalled);
    return everyReadIsAppendedTo(reads, appendsOf(decision)) ? decision : undefined;
  } catch {
    // States of different moments may contradict each other. A fault that is real comes again on fresh ones.
    return undefined;
  }
}

// Only an expected version shows that a recalled state is outdated, and a stream that is merely read has none.
const everyReadIsAppendedTo = (reads: readonly StreamId[], appends: readonly StreamAppend[]): boolean =>
  reads.every((id) => appends.some(({ streamId }) => streamId === id));

function replay(
  stored: { fingerprint: string; answer: Json },
  { fingerprint }: CommandContext,
): Result<Executed, CommandRefusal> {
  if (stored.fingerprint !== fingerprint) return err({ code: 'idempotency-key-reused' });
  return ok({ answer: stored.answer, replayed: true });
}

export const append = <State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  streamId: StreamId,
  expectedVersion: number,
  events: readonly NoInfer<Event>[],
): DecidedAppend => ({
  ...{ streamId, category: aggregate.category, expectedVersion, events },
  ...(expectedVersion === 0 && {
    fold: {
      absent: aggregate.absent,
      evolve: aggregate.evolve as NonNullable<DecidedAppend['fold']>['evolve'],
    },
  }),
});

/** For commands that were decided on a certain version: undefined fits any. */
export const mismatchOf = (
  { version: current }: { readonly version: number },
  expected: number | undefined,
): VersionMismatch | undefined =>
  expected === undefined || expected === current ? undefined : { code: 'version-mismatch', current };
