import type { BrowsedEvent } from './log-browsing.ts';

export type Caused = { readonly event: BrowsedEvent; readonly effects: readonly Caused[] };

export type Causation = {
  /** What began it: a request, or a clock, by whom. Its id is that of no event. */
  readonly origin: { readonly id: string; readonly actor: string };
  /** From the first event down to the one that was asked about, which is the last. */
  readonly chain: readonly BrowsedEvent[];
  /** What it led to, and so on down. */
  readonly effects: readonly Caused[];
};

/**
 * How an event came about, and what came of it. A command carries the id of the event that led to it as its causation
 * id, and all events of the command carry the command's; `order` holds the events among which they are looked for.
 */
export function causationOf(event: BrowsedEvent, order: readonly BrowsedEvent[]): Causation {
  const byId = new Map(order.map((one) => [one.eventId, one]));
  const chain = [event];
  for (let cause = byId.get(event.causationId); cause; cause = byId.get(cause.causationId)) {
    if (chain.includes(cause)) break; // never in a sound log, and an endless loop in a damaged one
    chain.unshift(cause);
  }
  const { causationId: id, actor } = chain[0]!;
  return {
    origin: { id, actor },
    chain,
    effects: effectsOf(event, order, new Set(chain.map((one) => one.eventId))),
  };
}

function effectsOf(
  event: BrowsedEvent,
  order: readonly BrowsedEvent[],
  above: ReadonlySet<string>,
): Caused[] {
  return order
    .filter(({ causationId, eventId }) => causationId === event.eventId && !above.has(eventId))
    .map((effect) => ({
      event: effect,
      effects: effectsOf(effect, order, new Set([...above, effect.eventId])),
    }));
}

/** An event, how it came about and what came of it. */
export type Explained = Causation & {
  readonly event: BrowsedEvent;
  /** The others of the same command. */
  readonly together: readonly BrowsedEvent[];
};

export const explain = (event: BrowsedEvent, order: readonly BrowsedEvent[]): Explained => ({
  event,
  ...causationOf(event, order),
  together: order.filter((one) => one.commandId === event.commandId && one.id !== event.id),
});
