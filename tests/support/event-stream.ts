/** One block of a stream of Server-Sent Events, as a browser reads it. */
export type StreamEvent = { readonly event: string; readonly id: string; readonly data: unknown };

export type EventStream = {
  readonly status: number;
  readonly type: string;
  /** The next events, as many as asked for; waits for them. Fewer: the stream has ended. */
  take(count: number): Promise<StreamEvent[]>;
  /** Of whatever came last, a heartbeat included. */
  lastId(): string;
  /** Resolves when the server ends it. */
  ended(): Promise<void>;
  /** As if the client lost its connection. */
  drop(): void;
};

/** Follows `/api/events` as a client that keeps nothing but the id of what it has seen. */
export async function openEventStream(
  url: string,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const dropped = new AbortController();
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers },
    signal: dropped.signal,
  });
  // Taken hold of at once: the body of an answer that nobody reads yet is cancelled with the answer, when that is collected.
  const blocks = blocksOf(answer.body!.pipeThrough(new TextDecoderStream()));
  let lastId = '';

  async function next(): Promise<StreamEvent | undefined> {
    for (;;) {
      const { value: block, done } = await blocks.next();
      if (done) return undefined;
      const fields = new Map(
        block
          .split('\n')
          .filter((line) => !line.startsWith(':'))
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
      );
      lastId = fields.get('id') ?? lastId;
      const data = fields.get('data');
      if (data !== undefined)
        return { event: fields.get('event') ?? '', id: lastId, data: JSON.parse(data) as unknown };
    }
  }

  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    take: async (count) => {
      const events: StreamEvent[] = [];
      while (events.length < count) {
        const event = await next();
        if (!event) break;
        events.push(event);
      }
      return events;
    },
    lastId: () => lastId,
    ended: async () => {
      while (await next());
    },
    drop: () => dropped.abort(),
  };
}

async function* blocksOf(body: ReadableStream<string>): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const text of body) {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop()!;
    yield* parts;
  }
  return undefined;
}
