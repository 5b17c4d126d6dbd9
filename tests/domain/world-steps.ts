import fc from 'fast-check';
import { compensations, type Compensation } from '../../src/domain/checkout/checkout.ts';
import {
  cancelFulfilment,
  createFulfilment,
  deliverFulfilment,
  receiveReturn,
  requestReturn,
  shipFulfilment,
} from '../../src/domain/orders/order-fulfilment.ts';
import {
  amendOrder,
  cancelOrder,
  expireOrder,
  rejectStock,
  releaseStock,
  reserveStock,
} from '../../src/domain/orders/order-lifecycle.ts';
import { capturePayment, voidPayment } from '../../src/domain/payments/payment-commands.ts';
import { openOperations, operationsOf, type StartedPayment } from '../../src/domain/payments/payment.ts';
import { lapseApprovals } from '../../src/domain/payments/refund-approval.ts';
import { dispute, lapse, settle, turn, type EntryOutcome } from './provider-books.ts';
import { usd } from './samples.ts';
import * as w from './world.ts';
import type { Call, World } from './world.ts';

/** What chance adds to a step: which one, how much, yes or no. */
export type Roll = {
  readonly pick: number;
  readonly minor: bigint;
  readonly yes: boolean;
  readonly wish: EntryOutcome;
  readonly line: Call['line'];
};

const DISPUTE_STATUSES = ['open', 'under_review', 'won', 'lost'] as const;
const PASSES_MS = [1_000, 30_000, 150_000, 40 * 60_000] as const;

const picked = <T>(all: readonly T[], pick: number): T | undefined => all[pick % all.length];

/** On one of the payments, if there are any. */
const ofPayment =
  (act: (world: World, payment: StartedPayment, roll: Roll) => void) =>
  (world: World, roll: Roll): void => {
    const payment = picked(w.paymentsOf(world), roll.pick);
    if (payment) act(world, payment, roll);
  };

const callable = (payment: StartedPayment) =>
  openOperations(payment).filter(
    ({ kind, operation }) => kind !== 'authorize' || operation.outcome === 'requested',
  );

function compensate(world: World, compensation: Compensation, operationId: string): void {
  const payment = world.payments.get(compensation.paymentId)!;
  const { kind, reason, paymentId } = compensation;
  if (operationsOf(payment).some(({ operation }) => operation.operationId === operationId)) return;
  if (kind === 'refund') {
    const { amount, overrules = false } = compensation;
    w.refund(world, payment, { refundId: operationId, amount, reason, isAutomatic: true, overrules });
    return;
  }
  const decided = voidPayment({ voidId: operationId, reason, remainder: true, at: w.now(world) }, payment);
  w.accept(decided, (events) => w.onPayment(world, paymentId, events));
}

/** What there is to do now. It may be done later, or twice, under the one name it has. */
export const toDo = (world: World): (() => void)[] =>
  compensations(world.order, w.paymentsOf(world)).map((compensation) => {
    const { kind, paymentId } = compensation;
    const { voids, refunds } = world.payments.get(paymentId)!;
    const name = `${paymentId}:${kind}:${kind === 'void' ? voids.length : refunds.length}`;
    return () => compensate(world, compensation, name);
  });

const lineOf = ({ order }: World, pick: number) => picked(order.items, pick)!.lineId;
const quantity = ({ minor }: Roll): number => Number(minor % 4n) + 1;
const onOrder = (world: World) => (events: Parameters<typeof w.onOrder>[1]) => w.onOrder(world, events);

const MONEY = {
  pay: (world: World, { pick, minor, yes }: Roll) =>
    w.pay(world, pick % 2 === 0 ? 'automatic' : 'manual', yes ? undefined : usd(minor)),
  call: ofPayment((world, payment, { pick, yes, minor, wish, line }) => {
    const operation = picked(callable(payment), pick);
    const off = minor % 11n === 0n ? 7n - (minor % 15n) : 0n;
    const safe = payment.amount.amountMinor + off > 0n ? off : 0n;
    if (operation)
      w.call(world, payment, operation, { wish, line, off: safe, ...(yes && { nextProvider: 'second' }) });
  }),
  capture: ofPayment((world, payment, { minor, yes, wish }) => {
    const some = yes ? {} : { amount: usd(minor), final: wish === 'declined' };
    const decided = capturePayment(
      { captureId: w.newName(world, 'capture'), ...some, at: w.now(world) },
      payment,
    );
    w.accept(decided, (events) => w.onPayment(world, payment.paymentId, events));
  }),
  letGo: ofPayment((world, payment, { yes }) => {
    const command = { voidId: w.newName(world, 'void'), reason: 'asked', remainder: yes, at: w.now(world) };
    w.accept(voidPayment(command, payment), (events) => w.onPayment(world, payment.paymentId, events));
  }),
  refund: ofPayment((world, payment, { minor, yes }) =>
    w.refund(world, payment, yes ? {} : { amount: usd(minor) }),
  ),
  refundLines: ofPayment((world, payment, roll) =>
    w.refund(world, payment, { lines: [{ lineId: lineOf(world, roll.pick), quantity: quantity(roll) }] }),
  ),
  approve: ofPayment((world, payment, { pick, yes }) => {
    const approval = picked(payment.approvals, pick);
    if (approval) w.approve(world, payment, approval.refundId, yes ? 'second' : approval.requestedBy);
  }),
  reject: ofPayment((world, payment, { pick }) => {
    const approval = picked(payment.approvals, pick);
    if (approval) w.reject(world, payment, approval.refundId);
  }),
  letLapse: ofPayment((world, payment) => {
    world.nowMs += 7 * 86_400_000;
    w.onPayment(world, payment.paymentId, lapseApprovals(payment, w.now(world)));
  }),
};

const PROVIDER = {
  settle: ofPayment((world, payment, { pick, yes }) => {
    const books = w.booksOf(world, payment);
    const waiting = books.entries.filter(
      ({ outcome }) => outcome === 'pending' || outcome === 'requires_action',
    );
    const entry = picked(waiting, pick);
    if (entry) settle(books, entry, yes ? 'succeeded' : 'declined');
  }),
  turn: ofPayment((world, payment, { pick }) => {
    const books = w.booksOf(world, payment);
    const entry = picked(books.entries, pick);
    if (entry) turn(books, entry);
  }),
  lapse: ofPayment((world, payment) => lapse(w.booksOf(world, payment))),
  dispute: ofPayment((world, payment, { minor, yes }) => {
    const captured = payment.capturedAmount.amountMinor;
    if (captured === 0n) return;
    const status = picked(DISPUTE_STATUSES, Number(minor))!;
    const amount = usd(yes ? captured : 1n + (minor % captured));
    const facts = { amount, fee: usd(1_500), reason: 'fraudulent' };
    dispute(w.booksOf(world, payment), { disputeId: `dispute of ${payment.paymentId}`, ...facts, status });
  }),
};

const CHECKOUT = {
  hear: ofPayment((world, payment, { yes }) =>
    w.hear(world, w.look(world, payment), yes ? 'second' : undefined),
  ),
  hearAgain: (world: World, { pick }: Roll) => {
    const snapshot = picked(world.snapshots, pick);
    if (snapshot) w.hear(world, snapshot);
  },
  tell: ofPayment((world, payment) => w.tell(world, payment)),
  compensate: (world: World, { pick }: Roll) => picked(toDo(world), pick)?.(),
  postpone: (world: World) => void world.postponed.push(...toDo(world)),
  catchUp: (world: World, { pick }: Roll) => picked(world.postponed, pick)?.(),
  pass: (world: World, { pick }: Roll) => void (world.nowMs += picked(PASSES_MS, pick)!),
};

const ORDER = {
  cancel: (world: World) =>
    w.accept(cancelOrder({ by: 'customer', reason: 'asked', at: w.now(world) }, world.order), onOrder(world)),
  expire: (world: World) => w.onOrder(world, expireOrder(w.now(world), world.order)),
  stock: (world: World, { pick }: Roll) =>
    w.onOrder(
      world,
      [
        reserveStock(w.now(world), world.order),
        rejectStock('none left', w.now(world), world.order),
        releaseStock(w.now(world), world.order),
      ][pick % 3]!,
    ),
  amend: (world: World, roll: Roll) => {
    const [first, ...rest] = world.order.items;
    const items = [{ ...first!, quantity: quantity(roll) }, ...rest] as const;
    const command = { amendmentId: w.newName(world, 'amendment'), items, reason: 'asked', at: w.now(world) };
    w.accept(amendOrder(command, world.order), onOrder(world));
  },
};

const GOODS = {
  fulfil: (world: World, roll: Roll) => {
    const lines = [{ lineId: lineOf(world, roll.pick), quantity: quantity(roll) }];
    const command = {
      fulfilmentId: w.newName(world, 'parcel'),
      ...(roll.yes ? {} : { lines }),
      at: w.now(world),
    };
    w.accept(createFulfilment(command, world.order), onOrder(world));
  },
  move: (world: World, { pick, minor }: Roll) => {
    const fulfilmentId = picked(world.order.fulfilments, pick)?.fulfilmentId ?? 'none';
    const step = { fulfilmentId, at: w.now(world) };
    const moves = [
      () => shipFulfilment({ ...step, tracking: null }, world.order),
      () => deliverFulfilment(step, world.order),
      () => cancelFulfilment({ ...step, reason: 'asked' }, world.order),
    ];
    w.accept(picked(moves, Number(minor))!(), onOrder(world));
  },
  giveBack: (world: World, roll: Roll) => {
    const lines = [{ lineId: lineOf(world, roll.pick), quantity: quantity(roll) }];
    const what = { returnId: w.newName(world, 'return'), ...(roll.yes ? {} : { lines }), reason: 'broken' };
    w.accept(requestReturn({ ...what, at: w.now(world) }, world.order), onOrder(world));
  },
  receive: (world: World, { pick }: Roll) => {
    const returnId = picked(world.order.returns, pick)?.returnId ?? 'none';
    w.accept(receiveReturn({ returnId, at: w.now(world) }, world.order), onOrder(world));
  },
};

const ALL = { ...MONEY, ...PROVIDER, ...CHECKOUT, ...ORDER, ...GOODS };
type Kind = keyof typeof ALL;
export type Step = Roll & { readonly kind: Kind };

const often: readonly Kind[] = [
  'pay',
  'call',
  'call',
  'call',
  'capture',
  'settle',
  'hear',
  'tell',
  'tell',
  'compensate',
];
const roll = {
  pick: fc.nat(20),
  minor: fc.bigInt({ min: 1n, max: 1_500n }),
  yes: fc.boolean(),
  wish: fc.constantFrom<EntryOutcome[]>(
    'succeeded',
    'succeeded',
    'succeeded',
    'pending',
    'declined',
    'requires_action',
  ),
  line: fc.constantFrom<Call['line'][]>(
    'works',
    'works',
    'works',
    'works',
    'answer lost',
    'crash',
    'dead',
    'refused',
  ),
};

/** Anything that may happen to an order, in any order; what it needs to happen at all comes up most. */
export const steps = (maxLength: number, ...without: readonly Kind[]): fc.Arbitrary<Step[]> => {
  const kinds = [...often, ...(Object.keys(ALL) as Kind[])].filter((kind) => !without.includes(kind));
  return fc.array(fc.record({ kind: fc.constantFrom(...kinds), ...roll }), { maxLength, size: 'max' });
};

/** Anything that may happen to the goods of an order, and to what it costs. */
export const goodsSteps = (maxLength: number): fc.Arbitrary<Step[]> => {
  const kinds = [...(Object.keys(GOODS) as Kind[]), 'amend', 'refundLines', 'approve', 'reject'] as const;
  return fc.array(fc.record({ kind: fc.constantFrom(...kinds), ...roll }), { maxLength, size: 'max' });
};

export const take = (world: World, { kind, ...rolled }: Step): void => ALL[kind](world, rolled);
