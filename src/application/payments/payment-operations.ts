import { recordOutcome, type OperationOutcome } from '../../domain/payments/operation-outcome.ts';
import type { PaymentRejection } from '../../domain/payments/payment-commands.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import type { PaymentEvent } from '../../domain/payments/payment-events.ts';
import {
  attemptOf,
  isOpen,
  openOperations,
  operationsOf,
  type Attempt,
  type Capture,
  type OperationInFlight,
  type Payment,
  type Refund,
  type StartedPayment,
} from '../../domain/payments/payment.ts';
import { recordReport, type ProviderReport } from '../../domain/payments/provider-report.ts';
import type { OrderId, PaymentId, TenantId } from '../../domain/shared/ids.ts';
import { assertNever, invariant } from '../../domain/shared/invariant.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { append, type CommandRefusal, type ExecuteCommand, type Executed } from '../execute-command.ts';
import { loadAggregate, type Loaded } from '../load-aggregates.ts';
import type { Clock, CommandContext, EventLog, Ids } from '../ports.ts';
import type { PaymentRouting } from '../provider-ports.ts';
import { viewPayment } from './payment-view.ts';

export type OperationsPorts = {
  readonly log: EventLog;
  readonly execute: ExecuteCommand;
  readonly routing: PaymentRouting;
  /** Whether the order still takes money. */
  readonly isStillWanted: (tenantId: TenantId, orderId: OrderId) => Promise<boolean>;
  readonly ids: Ids;
  readonly clock: Clock;
  /** For the service's own log: the provider's words may quote a token and have no place among the events. */
  readonly onProviderFault: (fault: unknown, paymentId: PaymentId) => void;
};

const RECORD_ROUNDS_MAX = 10;

export type OperationResult = Result<Executed, PaymentRejection | CommandRefusal>;
/** `heard`: every provider that was asked said what it knows. */
export type SyncResult = Result<Executed & { readonly heard: boolean }, PaymentRejection | CommandRefusal>;
export type PaymentOperations = ReturnType<typeof paymentOperations>;

type CarryOutOptions = {
  readonly isFirstCall: boolean;
  /** The payment as it was left by the append that committed to the operation: it need not be read again. */
  readonly committed?: Loaded<Payment> | undefined;
};

/**
 * Calls providers about operations that were committed before, and writes down what they say. Each step may be repeated
 * after a crash: the provider's key is the operation's id, and what is known already is not written again.
 */
export function paymentOperations(ports: OperationsPorts) {
  const { log, execute, routing, isStillWanted, ids, clock, onProviderFault } = ports;

  const load = async (context: CommandContext, paymentId: PaymentId) =>
    loadAggregate(log, context.tenantId, paymentAggregate, paymentId);

  /**
   * Carries out an operation that was committed. The context's command id is kept for the answer that ends it, so that
   * repeating the command gives that answer; on the way there others are used.
   */
  async function carryOut(
    context: CommandContext,
    paymentId: PaymentId,
    operationId: string,
    { isFirstCall, committed }: CarryOutOptions,
  ): Promise<OperationResult> {
    const { state: payment, version } = committed ?? (await load(context, paymentId));
    if (payment.status === 'absent') return err({ code: 'payment-not-found' });
    const found = operationsOf(payment).find(({ operation }) => operation.operationId === operationId);
    if (!found || !isOpen(found.operation))
      return ok({ answer: viewPayment(payment, version), replayed: false });

    const said = await ask(payment, found);
    // That this call was not sent is no evidence about an earlier one, before a crash perhaps: money may have moved.
    const outcome: OperationOutcome =
      said.kind === 'not_sent' && !isFirstCall ? { kind: 'unknown', reason: said.code } : said;
    const nextProvider = found.kind === 'authorize' ? await nextProviderFor(context, payment) : undefined;
    const isLast = outcome.kind === 'succeeded' || (isFailure(outcome) && !nextProvider);
    const kept = isLast ? context : onTheWay(context, operationId, outcome.kind);
    const at = clock.now().toISOString();
    const recorded = await record(kept, paymentId, (before) =>
      recordOutcome(
        { operationId, outcome, evidence: 'answer', ...(nextProvider && { nextProvider }), at },
        before,
      ),
    );
    if (!recorded.ok || !isFailure(outcome)) return recorded;
    if (nextProvider) return carryOutNext(context, paymentId, recorded);
    // Why it cannot be let go of only the provider knows: it was taken, or has run out.
    if (found.kind === 'void') await sync(context, paymentId, 'answer');
    return recorded;
  }

  /** After a decline the payment may have gone to another provider. */
  async function carryOutNext(
    context: CommandContext,
    paymentId: PaymentId,
    recorded: OperationResult,
  ): Promise<OperationResult> {
    const { state: payment } = await load(context, paymentId);
    if (payment.status === 'absent' || attemptOf(payment).outcome !== 'requested') return recorded;
    return carryOut(context, paymentId, attemptOf(payment).operationId, { isFirstCall: true });
  }

  /**
   * Asks the provider for all it knows and writes down what is new; what it never received is sent again under the same
   * key. `evidence` says why it was asked: `poll`, `webhook`, or `operator:<who>`.
   */
  async function sync(context: CommandContext, paymentId: PaymentId, evidence: string): Promise<SyncResult> {
    const { state: payment, version } = await load(context, paymentId);
    if (payment.status === 'absent') return err({ code: 'payment-not-found' });
    let latest: OperationResult = ok({ answer: viewPayment(payment, version), replayed: false });
    let known: ReadonlySet<string> | undefined;
    let heard = true;
    // Earlier ones too: a provider that declined may have taken the money after all.
    for (const attempt of payment.attempts) {
      const report = await retrieve(paymentId, attempt);
      known = report && new Set(report.operations.map(({ operationId }) => operationId));
      heard &&= report !== undefined;
      if (!report) continue;
      latest = await recordReported(context, payment, attempt, { report, evidence });
      if (!latest.ok) return latest;
    }
    // Those of the newest, with whom all operations that may be open are.
    if (known) latest = await sendAgain(context, paymentId, known, latest);
    return latest.ok ? ok({ ...latest.value, heard }) : latest;
  }

  const retrieve = (
    paymentId: PaymentId,
    { operationId: attemptId, provider, providerRef }: Attempt,
  ): Promise<ProviderReport | undefined> =>
    tolerate(paymentId, () =>
      routing
        .provider(provider)
        .retrieve({ paymentId, attemptId, ...(providerRef === undefined ? {} : { providerRef }) }),
    );

  async function recordReported(
    context: CommandContext,
    payment: StartedPayment,
    { operationId: attemptId }: Attempt,
    { report, evidence }: { readonly report: ProviderReport; readonly evidence: string },
  ): Promise<OperationResult> {
    const nextProvider = await nextProviderFor(context, payment);
    const at = clock.now().toISOString();
    const told = { evidence, attemptId, ...(nextProvider && { nextProvider }), at };
    return record(onTheWay(context, 'report', attemptId, at), payment.paymentId, (before) =>
      recordReport(report, told, before),
    );
  }

  async function sendAgain(
    context: CommandContext,
    paymentId: PaymentId,
    known: ReadonlySet<string>,
    recorded: OperationResult,
  ): Promise<OperationResult> {
    const { state: payment } = await load(context, paymentId);
    if (payment.status === 'absent') return recorded;
    // An attempt that was called and is not known there may still arrive: it is waited for, not called again.
    const missing = openOperations(payment).filter(
      ({ kind, operation }) =>
        !known.has(operation.operationId) && (kind !== 'authorize' || operation.outcome === 'requested'),
    );
    let latest = recorded;
    for (const { operation } of missing) {
      const { operationId } = operation;
      const marked = await doubt(context, paymentId, operationId);
      if (!marked.ok) return marked;
      latest = await carryOut(context, paymentId, operationId, { isFirstCall: false });
      if (!latest.ok) return latest;
    }
    return latest;
  }

  // Whoever committed to it may be calling at this moment: that their call was not sent must not speak for ours.
  function doubt(
    context: CommandContext,
    paymentId: PaymentId,
    operationId: string,
  ): Promise<OperationResult> {
    const outcome = { kind: 'unknown', reason: 'sent again' } as const;
    const at = clock.now().toISOString();
    return record(onTheWay(context, operationId, 'again'), paymentId, (before) =>
      recordOutcome({ operationId, outcome, evidence: 'answer', at }, before),
    );
  }

  /** What a provider said must be kept, however many others change the payment at the same time. */
  async function record(
    context: CommandContext,
    paymentId: PaymentId,
    decide: (payment: Payment) => readonly PaymentEvent[],
  ): Promise<OperationResult> {
    for (let round = 0; round < RECORD_ROUNDS_MAX; round++) {
      const recorded = await recordOnce(context, paymentId, decide);
      if (recorded.ok || recorded.error.code !== 'concurrent-change') return recorded;
    }
    // To refuse now would be to deny what was done: the operation stays open, and a timer asks about it.
    const { state: payment, version } = await load(context, paymentId);
    invariant(payment.status !== 'absent', 'a begun payment exists');
    return ok({ answer: viewPayment(payment, version), replayed: false });
  }

  const recordOnce = (
    context: CommandContext,
    paymentId: PaymentId,
    decide: (payment: Payment) => readonly PaymentEvent[],
  ): Promise<OperationResult> =>
    execute({
      context,
      reads: [paymentId],
      decide: (history) => {
        const before = history.of(paymentAggregate, paymentId);
        const events = decide(before.state);
        const after = events.reduce(paymentAggregate.evolve, before.state);
        invariant(after.status !== 'absent', 'a begun payment exists');
        return ok({
          appends: [append(paymentAggregate, paymentId, before.version, events)],
          answer: viewPayment(after, before.version + events.length),
        });
      },
    });

  async function ask(
    payment: StartedPayment,
    { kind, operation }: OperationInFlight,
  ): Promise<OperationOutcome> {
    const { paymentId } = payment;
    const { operationId } = operation;
    const { provider: name, providerRef } = attemptOf(payment);
    const provider = routing.provider(name);
    const followUp = () => {
      invariant(providerRef, 'what follows an authorization names it');
      return { operationId, paymentId, providerRef };
    };
    const call = (): Promise<OperationOutcome> => {
      switch (kind) {
        case 'authorize': {
          const { amount, paymentMethod, paymentToken, captureMethod } = payment;
          const { providerKey } = operation as Attempt;
          const request = { paymentId, amount, paymentMethod, paymentToken, captureMethod };
          return provider.authorize({ ...request, operationId: providerKey });
        }
        case 'capture': {
          const { amount, final } = operation as Capture;
          return provider.capture({ ...followUp(), amount, final });
        }
        case 'void':
          return provider.void(followUp());
        case 'refund':
          return provider.refund({ ...followUp(), amount: (operation as Refund).amount });
        default:
          return assertNever(kind);
      }
    };
    // The call may have reached the provider, so this is not a failure: asking again under the same key tells.
    const reason = { kind: 'unknown', reason: 'no answer' } as const;
    return (await tolerate(paymentId, call)) ?? reason;
  }

  async function tolerate<T>(paymentId: PaymentId, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (fault) {
      onProviderFault(fault, paymentId);
      return undefined;
    }
  }

  /** None once the order is being cancelled: it would be taken only to be given back. */
  async function nextProviderFor(
    { tenantId }: CommandContext,
    payment: StartedPayment,
  ): Promise<string | undefined> {
    const tried = new Set(payment.attempts.map(({ provider }) => provider));
    const next = routing.routeFor(payment).find((name) => !tried.has(name));
    if (next === undefined) return undefined;
    return (await isStillWanted(tenantId, payment.orderId)) ? next : undefined;
  }

  // No final answer: the command's own id stays free for the one to come.
  const onTheWay = (context: CommandContext, ...parts: readonly string[]): CommandContext => ({
    ...context,
    commandId: ids.derivedCommandId(context.commandId, ...parts),
  });

  return { carryOut, sync };
}

const isFailure = ({ kind }: OperationOutcome): boolean => kind === 'declined' || kind === 'not_sent';
