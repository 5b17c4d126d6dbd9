/** What is needed to know of an event in order to place it. */
type Placed = {
  readonly eventId: string;
  readonly streamId: string;
  readonly commandId: string;
  readonly position: string;
  readonly causedBy: string | null;
};

export type Step<E extends Placed> = {
  /** Of the first of its events. */
  readonly key: string;
  /** The event that led to it and its number, if that is of this history. */
  readonly cause: { readonly event: E; readonly number: number } | undefined;
  /** How many steps led to it, one from the other: 0 came from outside. */
  readonly depth: number;
  readonly entries: readonly { readonly event: E; readonly number: number }[];
};

/** One command's events, which were recorded at once by one actor for one reason, make one step. */
export function stepsOf<E extends Placed>(events: readonly E[]): readonly Step<E>[] {
  const numbers = new Map(events.map(({ eventId }, index) => [eventId, index]));
  const depths = new Map<string, number>();
  const steps: (Step<E> & { readonly entries: { readonly event: E; readonly number: number }[] })[] = [];
  for (const [index, event] of events.entries()) {
    const entry = { event, number: index + 1 };
    const last = steps.at(-1);
    const isOfLast = last?.entries[0]?.event.commandId === event.commandId;
    if (last && isOfLast) last.entries.push(entry);
    else {
      const at = event.causedBy === null ? undefined : numbers.get(event.causedBy);
      const causing = at === undefined ? undefined : events[at];
      const cause = causing && at !== undefined ? { event: causing, number: at + 1 } : undefined;
      const depth = cause === undefined ? 0 : (depths.get(cause.event.eventId) ?? 0) + 1;
      steps.push({ key: event.eventId, cause, depth, entries: [entry] });
    }
    depths.set(event.eventId, steps.at(-1)?.depth ?? 0);
  }
  return steps;
}

/** The place of the last event that is not later than a position of the log; the first if all are. */
export function indexAt(events: readonly Placed[], position: string): number {
  const index = events.findLastIndex((event) => BigInt(event.position) <= BigInt(position));
  return Math.max(0, index);
}

/** Where the stream of an event was before it; undefined: the event is its first. */
export function positionBefore(events: readonly Placed[], event: Placed): string | undefined {
  const index = events.findIndex(({ eventId }) => eventId === event.eventId);
  return events.slice(0, index).findLast(({ streamId }) => streamId === event.streamId)?.position;
}

const ACTORS: Readonly<Record<string, string>> = { key: 'API key', system: 'System', message: 'Message of' };

/** `key:op_live_4f9a2c` → `API key op_live_4f9a2c`. */
export function actorInWords(actor: string): string {
  const [, kind = '', name = ''] = /^(\w+):(.+)$/.exec(actor) ?? [];
  return ACTORS[kind] === undefined ? actor : `${ACTORS[kind]} ${name}`;
}
