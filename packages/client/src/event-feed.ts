import { attempt, backoffMs, pause, type Connection } from './connection.ts';
import { ConnectionError, isTransient, ProblemError } from './errors.ts';
import { queryOf } from './request.ts';

/** Something that happened, as the messages say it: see docs/messages.md and asyncapi.json. */
export type FeedEvent = {
  /** Go on after it with `lastEventId`. */
  readonly id: string;
  /** Such as `order.paid.v1`; `unreadable` is what this version of the service cannot read. */
  readonly type: string;
  /** The same on every way the message takes; remember it to tell repetitions. */
  readonly messageId: string;
  readonly correlationId: string;
  /** Of the order or the payment: the version that came of it. */
  readonly sequence: number;
  readonly data: Readonly<Record<string, unknown>>;
};

export type FeedInput = {
  readonly orderId?: string;
  readonly types?: readonly string[];
  /** Where to go on; `0-0` is the beginning of all. Default: with what comes next. */
  readonly lastEventId?: string;
};

export type FeedOptions = {
  readonly signal?: AbortSignal;
  /** Called with true when the service has begun to tell, with false when the connection is lost or left. */
  readonly onConnected?: (isConnected: boolean) => void;
};

type Frame = { readonly id?: string; readonly event?: string; readonly data?: string };

/** The service says something every 15 s; after twice that, and some, nobody is there. */
const SILENT_MAX_MS = 40_000;

/**
 * Follows what happens, live, and does not end: after a lost connection it goes on where it was. Leave the loop, or
 * abort the signal, to stop. Throws a `ProblemError` when the service refuses: after the key was revoked, or, with status
 * 400, where its log no longer reaches as far as this has come, as after a backup was restored.
 */
export async function* followEvents(
  connection: Connection,
  { lastEventId, orderId, types }: FeedInput,
  { signal, onConnected }: FeedOptions,
): AsyncGenerator<FeedEvent, void> {
  const query = queryOf(
    new Map([
      ...(orderId === undefined ? [] : [['orderId', orderId] as const]),
      ...(types === undefined ? [] : [['types', types.join(',')] as const]),
    ]),
  );
  const path = `/api/events${query && `?${query}`}`;
  let place = lastEventId;
  let isConnected = false;
  const tell = (now: boolean): void => {
    if (now !== isConnected) onConnected?.(now);
    isConnected = now;
  };
  for (let failures = 0; ; failures++) {
    let retryAfterSeconds = 0;
    try {
      for await (const frame of framesOf(connection, path, place, signal)) {
        tell(true);
        if (frame.id !== undefined) {
          place = frame.id;
          failures = 0;
        }
        if (frame.data !== undefined) yield eventOf(frame, frame.data);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransient(error)) throw error;
      if (error instanceof ProblemError) retryAfterSeconds = error.retryAfterSeconds ?? 0;
    } finally {
      tell(false);
    }
    await pause(backoffMs(failures, retryAfterSeconds), signal);
  }
}

const eventOf = ({ id = '', event = 'message' }: Frame, data: string): FeedEvent => ({
  id,
  type: event,
  ...(JSON.parse(data) as Omit<FeedEvent, 'id' | 'type'>),
});

async function* framesOf(
  connection: Connection,
  path: string,
  place: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Frame, void> {
  const left = new AbortController();
  const headers = {
    accept: 'text/event-stream, application/problem+json',
    ...(place !== undefined && { 'last-event-id': place }),
  };
  const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  const request = { method: 'GET', path, headers, signal: either };
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => left.abort(new Error('nothing was heard')), SILENT_MAX_MS);
  };
  try {
    heard();
    const facts = { idempotencyKey: undefined };
    const body = await attempt(connection, request, facts, async (response) => response.body);
    if (!body) return;
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield frameOf(block);
    }
  } catch (error) {
    if (error instanceof ProblemError || error instanceof ConnectionError) throw error;
    throw new ConnectionError('the stream broke off', { idempotencyKey: undefined }, error);
  } finally {
    clearTimeout(silence);
    left.abort();
  }
}

/** Lines that begin with a colon are comments: their name is empty, and nobody asks for it. */
const frameOf = (block: string): Frame =>
  Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
