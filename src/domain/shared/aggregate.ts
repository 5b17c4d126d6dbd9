/**
 * What turns a stream of events back into the state that decisions are made on. Commands are separate functions
 * beside it, `(command, state) → Result<Event[], Rejection>`, so that each names exactly the refusals it can give.
 */
export type Aggregate<State, Event> = {
  readonly category: string;
  /** Raise it when the shape of the state changes: snapshots taken before then are ignored. */
  readonly stateVersion: number;
  /** The type that every stream of this category begins with. */
  readonly firstEvent: string;
  readonly absent: State;
  readonly evolve: (state: State, event: Event) => State;
  /** Nothing more can happen to it, ever: its events may be moved away. What is absent is not closed. */
  readonly isClosed: (state: State) => boolean;
};

export const fold = <State, Event>(aggregate: Aggregate<State, Event>, events: readonly Event[]): State =>
  events.reduce(aggregate.evolve, aggregate.absent);

/** Decides step by step: what is noted is in the state that the next step looks at. */
export function decideOn<State, Event>(aggregate: Aggregate<State, Event>, before: State) {
  let state = before;
  const events: Event[] = [];
  return {
    state: (): State => state,
    events,
    note: (...news: readonly Event[]): void => {
      for (const event of news) state = aggregate.evolve(state, event);
      events.push(...news);
    },
  };
}
