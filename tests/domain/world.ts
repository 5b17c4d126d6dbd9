import { factsForOrder } from '../../src/domain/checkout/checkout.ts';
import { decideApproval, decideRefund, type OnBoth } from '../../src/domain/checkout/refunds.ts';
import type { LineQuantity, OrderEvent } from '../../src/domain/orders/order-events.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { applyPayment, claimPayment } from '../../src/domain/orders/order-payments.ts';
import type { PlacedOrder } from '../../src/domain/orders/order.ts';
import { recordOutcome, type OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { initiatePayment } from '../../src/domain/payments/payment-commands.ts';
import type { CaptureMethod, PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import {
  attemptOf,
  type Capture,
  type OperationInFlight,
  type Refund,
  type StartedPayment,
} from '../../src/domain/payments/payment.ts';
import { rejectRefund } from '../../src/domain/payments/refund-approval.ts';
import { recordReport, type ProviderReport } from '../../src/domain/payments/provider-report.ts';
import type { PaymentId } from '../../src/domain/shared/ids.ts';
import type { Money } from '../../src/domain/shared/money.ts';
import type { Result } from '../../src/domain/shared/result.ts';
import { answerTo, ask, openBooks, reportOf, type Books, type EntryOutcome } from './provider-books.ts';
import { created, EXPIRES_AT, ORDER_ID, orderFor, paymentIdOf, T0, usd } from './samples.ts';

export type Check<State, Event> = (before: State | undefined, events: readonly Event[], after: State) => void;
export type Checks = {
  readonly onOrder: Check<PlacedOrder, OrderEvent>;
  readonly onPayment: Check<StartedPayment, PaymentEvent>;
};

/** What a provider knew at one moment. */
export type Snapshot = {
  readonly paymentId: PaymentId;
  readonly report: ProviderReport;
  readonly at: string;
};

/** One order, its payments, their providers and the clock; whatever is decided is folded, then checked. */
export type World = {
  readonly checks: Checks;
  order: PlacedOrder;
  readonly payments: Map<PaymentId, StartedPayment>;
  /** By the key of the attempt that opened them. */
  readonly books: Map<string, Books>;
  readonly snapshots: Snapshot[];
  /** Operations that a provider may have heard of. */
  readonly called: Set<string>;
  /** What was decided and is not done yet. */
  readonly postponed: (() => void)[];
  nowMs: number;
  names: number;
  /** How many events there are. */
  written: number;
};

/** What may go back of one payment without a second person; a third of what there is to buy. */
export const APPROVAL_ABOVE = usd(700);

const LINES = [
  { productId: 'teapot', productName: 'Teapot', quantity: 3, unitPrice: usd(333), taxRateBasisPoints: 1_900 },
  { productId: 'cup', productName: 'Cup', quantity: 7, unitPrice: usd(100), discount: usd(33) },
] as const;

export function newWorld(checks: Checks): World {
  const events = created({ ...orderFor(usd(0)), items: LINES, shipping: usd(500), expiresAt: EXPIRES_AT });
  const order = events.reduce(orderAggregate.evolve, orderAggregate.absent) as PlacedOrder;
  checks.onOrder(undefined, events, order);
  return {
    checks,
    order,
    payments: new Map(),
    books: new Map(),
    snapshots: [],
    called: new Set(),
    postponed: [],
    nowMs: Date.parse(T0),
    names: 0,
    written: events.length,
  };
}

export const now = ({ nowMs }: World): string => new Date(nowMs).toISOString();
export const paymentsOf = ({ payments }: World): StartedPayment[] => [...payments.values()];

export const paymentNow = ({ payments }: World, { paymentId }: StartedPayment): StartedPayment =>
  payments.get(paymentId)!;

/** No two are the same. */
export function newName(world: World, what: string): string {
  world.names += 1;
  return `${what}-${world.names}`;
}

export function onOrder(world: World, events: readonly OrderEvent[]): void {
  const before = world.order;
  world.written += events.length;
  world.order = events.reduce(orderAggregate.evolve, before) as PlacedOrder;
  world.checks.onOrder(before, events, world.order);
}

export function onPayment(world: World, paymentId: PaymentId, events: readonly PaymentEvent[]): void {
  const before = world.payments.get(paymentId);
  world.written += events.length;
  const after = events.reduce(paymentAggregate.evolve, before ?? paymentAggregate.absent) as StartedPayment;
  world.payments.set(paymentId, after);
  world.checks.onPayment(before, events, after);
}

/** What is refused does not happen. */
export const accept = <Event>(
  decided: Result<readonly Event[], unknown>,
  write: (events: readonly Event[]) => void,
): void => (decided.ok ? write(decided.value) : undefined);

export function pay(world: World, captureMethod: CaptureMethod, amount?: Money): void {
  const at = now(world);
  const paymentId = paymentIdOf(world.payments.size + 1);
  const claimed = claimPayment({ paymentId, ...(amount && { amount }), at }, world.order);
  if (!claimed.ok) return;
  const facts = { paymentId, orderId: ORDER_ID, amount: claimed.value[0].amount, captureMethod };
  const means = { paymentMethod: 'card', paymentToken: 'tok', provider: 'first' } as const;
  onPayment(world, paymentId, initiatePayment({ ...facts, ...means, at }));
  onOrder(world, claimed.value);
}

/** Of the provider that is asked about it: the newest. */
export function booksOf(world: World, payment: StartedPayment): Books {
  const { providerKey } = attemptOf(payment);
  const books = world.books.get(providerKey) ?? openBooks(payment.captureMethod, now(world));
  world.books.set(providerKey, books);
  return books;
}

/** `crash`: nobody lives to see the answer. `dead`: it never gets there, and we cannot know. `refused`: we do. */
export type Call = {
  readonly wish: EntryOutcome;
  readonly line: 'works' | 'answer lost' | 'crash' | 'dead' | 'refused';
  /** What it authorizes beyond what was asked for. */
  readonly off: bigint;
  readonly nextProvider?: string;
};

export function call(
  world: World,
  payment: StartedPayment,
  operation: OperationInFlight,
  { nextProvider, ...how }: Call,
): void {
  const { operationId } = operation.operation;
  const outcome = outcomeOfCall(world, payment, operation, how);
  world.called.add(operationId);
  if (how.line === 'crash') return;
  const next = nextProvider && payment.attempts.length < 2 ? { nextProvider } : {};
  const command = { operationId, outcome, evidence: 'answer', ...next, at: now(world) };
  onPayment(world, payment.paymentId, recordOutcome(command, payment));
}

function outcomeOfCall(
  world: World,
  payment: StartedPayment,
  { kind, operation }: OperationInFlight,
  { wish, line, off }: Call,
): OperationOutcome {
  const { operationId } = operation;
  const isFirst = !world.called.has(operationId);
  if (line === 'refused' && isFirst) return { kind: 'not_sent', code: 'refused' };
  if (line === 'dead' || line === 'refused') return { kind: 'unknown', reason: 'timeout' };
  const amounts = {
    authorize: () => payment.amount.amountMinor + off,
    capture: () => (operation as Capture).amount.amountMinor,
    void: () => 0n,
    refund: () => (operation as Refund).amount.amountMinor,
  };
  const final = kind === 'capture' && (operation as Capture).final;
  const wished = kind !== 'authorize' && wish === 'requires_action' ? 'pending' : wish;
  const books = booksOf(world, payment);
  const entry = ask(books, { operationId, kind, amount: amounts[kind](), final }, wished);
  return line === 'works' ? answerTo(books, entry) : { kind: 'unknown', reason: 'timeout' };
}

export function look(world: World, payment: StartedPayment): Snapshot {
  const report = reportOf(booksOf(world, payment));
  const snapshot = { paymentId: payment.paymentId, report, at: now(world) };
  world.snapshots.push(snapshot);
  return snapshot;
}

export function hear(world: World, { paymentId, report, at }: Snapshot, nextProvider?: string): void {
  const payment = world.payments.get(paymentId)!;
  const next = nextProvider && payment.attempts.length < 2 ? { nextProvider } : {};
  onPayment(world, paymentId, recordReport(report, { evidence: 'webhook', ...next, at }, payment));
}

export const tell = (world: World, payment: StartedPayment): void =>
  onOrder(world, applyPayment(factsForOrder(payment), now(world), world.order));

export type RefundAsked = {
  readonly refundId?: string;
  readonly amount?: Money;
  readonly lines?: readonly LineQuantity[];
  readonly reason?: string;
  /** By the service itself. */
  readonly isAutomatic?: boolean;
  readonly overrules?: boolean;
};

const onBoth = (world: World, { paymentId }: StartedPayment, decided: Result<OnBoth, unknown>): void => {
  if (!decided.ok) return;
  onPayment(world, paymentId, decided.value.onPayment);
  onOrder(world, decided.value.onOrder);
};

/** Decides on the order and the payment at once. */
export function refund(world: World, payment: StartedPayment, asked: RefundAsked): void {
  const { isAutomatic = false, ...what } = asked;
  const command = { refundId: asked.refundId ?? newName(world, 'refund'), reason: 'goodwill', ...what };
  const limit = isAutomatic ? { ofExcess: asked.overrules !== true } : { approvalAbove: APPROVAL_ABOVE };
  const decided = decideRefund(
    { ...command, requestedBy: 'first', ...limit, at: now(world) },
    payment,
    world.order,
  );
  onBoth(world, payment, decided);
}

export function approve(world: World, payment: StartedPayment, refundId: string, approvedBy: string): void {
  const command = { refundId, approvedBy, at: now(world) };
  onBoth(world, payment, decideApproval(command, payment, world.order));
}

export function reject(world: World, payment: StartedPayment, refundId: string): void {
  const command = { refundId, rejectedBy: 'second', reason: 'no', at: now(world) };
  accept(rejectRefund(command, payment), (events) => onPayment(world, payment.paymentId, events));
}
