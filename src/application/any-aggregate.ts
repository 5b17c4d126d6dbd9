import type { Aggregate } from '../domain/shared/aggregate.ts';
import { foldStream, type History } from './load-aggregates.ts';
import type { DomainEvent, RecordedEvent, StreamId } from './ports.ts';

/** An aggregate whose types are its own business: for work that is done to all of them alike. */
export type AnyAggregate = {
  readonly category: string;
  readonly stateVersion: number;
  /** The state at the end of a stream's first events. */
  readonly stateAfter: (events: readonly RecordedEvent[]) => unknown;
  /** Whether the stream was closed at the version that was read. */
  readonly judge: (history: History, id: StreamId) => { readonly version: number; readonly closed: boolean };
};

export const anyAggregate = <State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
): AnyAggregate => ({
  category: aggregate.category,
  stateVersion: aggregate.stateVersion,
  stateAfter: (events) => foldStream(aggregate, events).state,
  judge: (history, id) => {
    const { state, version } = history.of(aggregate, id);
    return { version, closed: aggregate.isClosed(state) };
  },
});
