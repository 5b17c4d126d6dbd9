import { expect } from 'vitest';
import { fold, type Aggregate } from '../../src/domain/shared/aggregate.ts';
import { ok, type Result } from '../../src/domain/shared/result.ts';

type Refusal = { readonly code: string };
type Decided<Event, Rejection> = readonly Event[] | Result<readonly Event[], Rejection>;

/**
 * `given(orderAggregate, created).when((order) => pay(command, order)).thenEvents(paid)`: what has happened, what is
 * asked for, what comes of it. The word alone, `then`, would make the whole a promise.
 */
export function given<State, Event>(aggregate: Aggregate<State, Event>, ...history: readonly Event[]) {
  const state = fold(aggregate, history);
  return {
    state,
    when<Rejection extends Refusal = never>(decide: (before: State) => Decided<Event, Rejection>) {
      const decided = decide(state);
      const result = 'ok' in decided ? decided : ok(decided);
      return {
        /** Exactly these, in this order; what is decided must also fold. */
        thenEvents: (...events: readonly Event[]): void => {
          expect(result).toEqual(ok(events));
          events.reduce(aggregate.evolve, state);
        },
        thenNothing: (): void => expect(result).toEqual(ok([])),
        thenRejected: (
          code: Rejection['code'],
          details: Partial<Omit<Extract<Rejection, { code: Rejection['code'] }>, 'code'>> = {},
        ): void => expect(result).toMatchObject({ ok: false, error: { code, ...details } }),
      };
    },
  };
}
