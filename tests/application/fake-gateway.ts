import type { ChargeRequest, PaymentGateway } from '../../src/application/ports.ts';
import type { OperationOutcome } from '../../src/domain/payments/payment.ts';
import type { Around } from '../support/in-memory-log.ts';

export type FakeGateway = PaymentGateway & {
  /** What it was asked, every time, also when the answer never came back. */
  readonly asked: ChargeRequest[];
  /** What it did: at most one entry for each key. Never derived from the log, so the two can be compared. */
  readonly books: ReadonlyMap<string, Booking>;
  charged(): Booking[];
  /** To the next call, instead of what it would do: nothing is booked. */
  answerNext(outcome: OperationOutcome): void;
  /** Drops answers that no call has used yet. */
  answerAsUsual(): void;
};

type Booking = ChargeRequest & { readonly outcome: OperationOutcome };

const CODES: ReadonlyMap<string, string> = new Map([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
]);

/** A provider with its own books: the same key again has no second effect and gives the first outcome. */
export function fakeGateway(around: Around): FakeGateway {
  const asked: ChargeRequest[] = [];
  const books = new Map<string, Booking>();
  const instead: OperationOutcome[] = [];

  function book(request: ChargeRequest): OperationOutcome {
    asked.push(request);
    const scripted = instead.shift();
    if (scripted) return scripted;
    const known = books.get(request.providerKey);
    if (known) return known.outcome;
    const code = CODES.get(request.paymentToken);
    const outcome: OperationOutcome = code
      ? { kind: 'declined', code }
      : { kind: 'succeeded', providerRef: `ref-${request.providerKey}` };
    books.set(request.providerKey, { ...request, outcome });
    return outcome;
  }

  return {
    provider: 'fake',
    charge: (request) => around('charge', async () => book(request)),
    asked,
    books,
    charged: () => [...books.values()].filter(({ outcome }) => outcome.kind === 'succeeded'),
    answerNext: (outcome) => void instead.push(outcome),
    answerAsUsual: () => void instead.splice(0),
  };
}
