import { err } from '../../src/domain/shared/result.ts';
import type { AuthorizeRequest, FollowUp, PaymentProvider } from '../../src/application/provider-ports.ts';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import type { DisputeReport } from '../../src/domain/payments/provider-report.ts';
import { addMoney, money, sumMoney, type Money } from '../../src/domain/shared/money.ts';
import type { Around } from '../support/in-memory-log.ts';
import {
  capturedOf,
  heldOf,
  isHeld,
  outcomeOf,
  refundedOf,
  whyNot,
  type Entry,
  type Intent,
  type Kind,
  type Stage,
} from './fake-books.ts';

type Asked = {
  readonly kind: Kind;
  readonly operationId: string;
  readonly paymentId: string;
  readonly amount?: Money;
  readonly paymentToken?: string;
};

/** What becomes of an operation that is new to the books. */
type Plan = { readonly stage: Stage; readonly code?: string; readonly amountOff?: bigint };

const CODES: ReadonlyMap<string, string> = new Map([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
]);
const HOLD_MS = 7 * 86_400_000;
const ACT_WITHIN_MS = 30 * 60_000;

type Options = { readonly name?: string; readonly now?: () => number };

/**
 * A provider with its own books, never derived from the log, so the two can be compared: the same key again has no
 * second effect and gives the first outcome.
 */
export function fakeGateway(around: Around, { name = 'fake', now = Date.now }: Options = {}) {
  const asked: Asked[] = [];
  const books = new Map<string, Entry>();
  const intents = new Map<string, Intent>();
  const instead: OperationOutcome[] = [];
  const plans: { kind: Kind; plan: Plan }[] = [];
  const holds: number[] = [];

  const entriesOf = ({ providerRef }: Intent): Entry[] =>
    [...books.values()].filter((entry) => entry.providerRef === providerRef);
  const intentsOf = (paymentId: string): Intent[] =>
    [...intents.values()].filter((intent) => intent.paymentId === paymentId);

  function planFor(kind: Kind): Plan | undefined {
    const index = plans.findIndex((one) => one.kind === kind);
    return index < 0 ? undefined : plans.splice(index, 1)[0]!.plan;
  }

  function authorize(request: AuthorizeRequest): OperationOutcome {
    const { operationId, paymentId, amount, paymentToken, captureMethod } = request;
    asked.push({ kind: 'authorize', operationId, paymentId, amount, paymentToken });
    const scripted = instead.shift();
    if (scripted) return scripted;
    const known = books.get(operationId);
    if (known) return outcomeOf(intents.get(known.providerRef)!, known);
    const code = CODES.get(paymentToken);
    const plan = planFor('authorize') ?? (code ? { stage: 'declined', code } : { stage: 'succeeded' });
    const moved = addMoney(amount, money(plan.amountOff ?? 0n, amount.currency));
    const providerRef = `${name}-ref-${operationId}`;
    const holdUntilMs = now() + (holds.shift() ?? HOLD_MS);
    const intent: Intent = {
      ...{ providerRef, attemptId: operationId, paymentId, amount: moved, captureMethod },
      ...{ holdUntilMs, actUntilMs: now() + ACT_WITHIN_MS, disputes: [] },
    };
    intents.set(providerRef, intent);
    return book(intent, { kind: 'authorize', operationId, amount: moved, isFinal: true }, plan);
  }

  function followUp(
    kind: Exclude<Kind, 'authorize'>,
    { operationId, paymentId, providerRef }: FollowUp,
    amount: Money | undefined,
    isFinal: boolean,
  ): OperationOutcome {
    asked.push({ kind, operationId, paymentId, ...(amount && { amount }) });
    const scripted = instead.shift();
    if (scripted) return scripted;
    const intent = intents.get(providerRef);
    if (!intent) throw new Error(`there is no ${providerRef}`);
    const known = books.get(operationId);
    if (known) return outcomeOf(intent, known);
    const wanted = amount ?? money(0n, intent.amount.currency);
    const refusal = whyNot(kind, intent, entriesOf(intent), wanted, now());
    const plan = refusal ? { stage: 'declined' as const, code: refusal } : planFor(kind);
    return book(intent, { kind, operationId, amount: wanted, isFinal }, plan ?? { stage: 'succeeded' });
  }

  function book(
    intent: Intent,
    operation: Pick<Entry, 'kind' | 'operationId' | 'amount' | 'isFinal'>,
    { stage, code }: Plan,
  ): OperationOutcome {
    const { paymentId, providerRef } = intent;
    const entry: Entry = { ...operation, paymentId, providerRef, stage, ...(code ? { code } : {}) };
    books.set(entry.operationId, entry);
    const attempt = books.get(intent.attemptId)!;
    // A customer who is let go of can no longer act.
    if (entry.kind === 'void' && stage === 'succeeded' && attempt.stage === 'requires_action')
      books.set(attempt.operationId, { ...attempt, stage: 'declined', code: 'canceled' });
    return outcomeOf(intent, entry);
  }

  function retrieve({ attemptId }: { readonly attemptId: string }) {
    const intent = [...intents.values()].find((one) => one.attemptId === attemptId);
    if (!intent) return { operations: [], disputes: [], isHeld: true };
    const entries = entriesOf(intent);
    const operations = entries.map((entry) => ({
      operationId: entry.operationId,
      outcome: outcomeOf(intent, entry),
    }));
    return { operations, disputes: intent.disputes, isHeld: isHeld(intent, entries, now()) };
  }

  const provider: PaymentProvider = {
    name,
    capabilities: { accepts: () => true, severalCaptures: true, defaultToken: 'tok_success' },
    authorize: (request) => around('authorize', async () => authorize(request)),
    capture: (request) =>
      around('capture', async () => followUp('capture', request, request.amount, request.final)),
    void: (request) => around('void', async () => followUp('void', request, undefined, true)),
    refund: (request) => around('refund', async () => followUp('refund', request, request.amount, true)),
    retrieve: (request) => around('retrieve', async () => retrieve(request)),
    parseWebhook: () => err({ code: 'webhook-unreadable', reason: 'this one sends none' }),
    paymentOf: async () => undefined,
    acceptDispute: async () => {},
    submitEvidence: async () => {},
  };

  const sumOver =
    (measure: (intent: Intent, entries: readonly Entry[], nowMs: number) => Money) =>
    (paymentId: string, { currency }: Money): Money =>
      sumMoney(
        currency,
        intentsOf(paymentId).map((intent) => measure(intent, entriesOf(intent), now())),
      );

  return {
    ...provider,
    /** What it was asked, every time, also when the answer never came back; looking is not asking. */
    asked: asked as readonly Asked[],
    books: books as ReadonlyMap<string, Entry>,
    done: (kind: Kind): Entry[] =>
      [...books.values()].filter((entry) => entry.kind === kind && entry.stage === 'succeeded'),
    charged: (): Entry[] =>
      [...books.values()].filter(({ kind, stage }) => kind === 'authorize' && stage === 'succeeded'),
    captured: sumOver(capturedOf),
    refunded: sumOver(refundedOf),
    held: sumOver(heldOf),
    /** To the next call, instead of what it would do: nothing is booked. */
    answerNext: (outcome: OperationOutcome): void => void instead.push(outcome),
    /** Drops answers that no call has used yet. */
    answerAsUsual: (): void => void instead.splice(0),
    /** The next new operation of this kind is booked so. */
    planNext: (kind: Kind, plan: Plan): void => void plans.push({ kind, plan }),
    holdNextFor: (ms: number): void => void holds.push(ms),
    /** What it said of an operation turns into something else: a bank answered, a customer acted. */
    turn: (operationId: string, stage: Stage, code?: string): void => {
      const entry = books.get(operationId);
      if (!entry) throw new Error(`there is no operation ${operationId}`);
      books.set(operationId, { ...entry, stage, ...(code ? { code } : {}) });
    },
    dispute: (paymentId: string, report: DisputeReport): void => {
      const intent = intentsOf(paymentId).at(-1)!;
      const others = intent.disputes.filter(({ disputeId }) => disputeId !== report.disputeId);
      intents.set(intent.providerRef, { ...intent, disputes: [...others, report] });
    },
    lost: (paymentId: string, { currency }: Money): Money =>
      sumMoney(
        currency,
        intentsOf(paymentId).flatMap(({ disputes }) =>
          disputes.filter(({ status }) => status === 'lost').map(({ amount }) => amount),
        ),
      ),
  };
}
