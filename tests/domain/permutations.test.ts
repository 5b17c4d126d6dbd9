import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capturePayment, voidPayment } from '../../src/domain/payments/payment-commands.ts';
import { openOperations, operationsOf, type StartedPayment } from '../../src/domain/payments/payment.ts';
import { redelivered } from '../support/arbitraries.ts';
import { checkOrder, checkPayment } from './invariant-checks.ts';
import { dispute, lapse, settle, turn, type EntryOutcome } from './provider-books.ts';
import { usd } from './samples.ts';
import * as w from './world.ts';
import type { Snapshot, World } from './world.ts';

const onePayment = (world: World): StartedPayment => w.paymentsOf(world)[0]!;
const WORKS = { wish: 'succeeded', line: 'works', off: 0n } as const;

function callAll(world: World, how: w.Call): void {
  for (const operation of openOperations(onePayment(world))) w.call(world, onePayment(world), operation, how);
}

function requestCapture(world: World): void {
  const payment = onePayment(world);
  const command = { captureId: 'capture', amount: usd(1_000), at: w.now(world) };
  w.accept(capturePayment(command, payment), (events) => w.onPayment(world, payment.paymentId, events));
}

function requestVoid(world: World): void {
  const payment = onePayment(world);
  const command = { voidId: 'void', reason: 'asked', at: w.now(world) };
  w.accept(voidPayment(command, payment), (events) => w.onPayment(world, payment.paymentId, events));
}

/** What a provider was asked for, and has not answered. */
const SCENARIOS: Record<string, (world: World) => void> = {
  'an automatic payment': (world) => w.pay(world, 'automatic'),
  'an authorization': (world) => w.pay(world, 'manual'),
  'a capture': (world) => {
    w.pay(world, 'manual');
    callAll(world, WORKS);
    requestCapture(world);
  },
  'a void': (world) => {
    w.pay(world, 'manual');
    callAll(world, WORKS);
    requestVoid(world);
  },
  'a void of what waits for the customer': (world) => {
    w.pay(world, 'manual');
    callAll(world, { ...WORKS, wish: 'requires_action' });
    requestVoid(world);
  },
  'two refunds': (world) => {
    w.pay(world, 'automatic');
    callAll(world, WORKS);
    for (const minor of [100, 200]) w.refund(world, onePayment(world), { amount: usd(minor) });
  },
  'refunds of which one was approved and one waits': (world) => {
    w.pay(world, 'automatic');
    callAll(world, WORKS);
    for (const minor of [900, 1]) w.refund(world, onePayment(world), { amount: usd(minor) });
    w.approve(world, onePayment(world), onePayment(world).approvals[0]!.refundId, 'second');
  },
};

const happening = fc.record({
  what: fc.constantFrom('settle', 'settle', 'turn', 'dispute', 'lapse'),
  pick: fc.nat(7),
  yes: fc.boolean(),
});

/** What happened at a provider, as it would have told it after each step. */
const story = fc.record({
  scenario: fc.constantFrom(...Object.keys(SCENARIOS)),
  wish: fc.constantFrom<EntryOutcome[]>('succeeded', 'pending', 'pending', 'requires_action', 'declined'),
  happenings: fc.array(happening, { minLength: 1, maxLength: 8 }),
});
type Story = typeof story extends fc.Arbitrary<infer One> ? One : never;

const DISPUTE_STATUSES = ['open', 'under_review', 'won', 'lost'] as const;

function tellStory({ scenario, wish, happenings }: Story): { world: World; snapshots: Snapshot[] } {
  const world = w.newWorld({ onOrder: checkOrder, onPayment: checkPayment });
  SCENARIOS[scenario]!(world);
  callAll(world, { wish, line: 'crash', off: 0n });
  const books = w.booksOf(world, onePayment(world));
  const snapshots = [w.look(world, onePayment(world))];
  for (const { what, pick, yes } of happenings) {
    const entry = books.entries[pick % books.entries.length]!;
    if (what === 'settle') settle(books, entry, yes ? 'succeeded' : 'declined');
    if (what === 'turn') turn(books, entry);
    if (what === 'lapse') lapse(books);
    const facts = { amount: usd(500), fee: usd(15), reason: 'fraudulent' };
    if (what === 'dispute')
      dispute(books, { disputeId: 'dispute', ...facts, status: DISPUTE_STATUSES[pick % 4]! });
    snapshots.push(w.look(world, onePayment(world)));
  }
  return { world, snapshots };
}

/** All that matters of it. That it was contradicted, and whether a failure was announced first, are of its past. */
function endState({ status, authorizedAmount, capturedAmount, disputes, ...payment }: StartedPayment) {
  const { approvals } = payment;
  const operations = operationsOf({ status, authorizedAmount, capturedAmount, disputes, ...payment });
  const outcomes = operations.map(({ kind, operation: { operationId, outcome } }) => ({
    kind,
    operationId,
    outcome,
  }));
  return { status, authorizedAmount, capturedAmount, disputes, approvals, outcomes };
}

const replicaOf = (world: World): World => ({ ...world, payments: new Map(world.payments) });

function after(world: World, snapshots: readonly Snapshot[]) {
  const replica = replicaOf(world);
  for (const snapshot of snapshots) w.hear(replica, snapshot);
  return endState(onePayment(replica));
}

const told = story.chain((one) => {
  const { world, snapshots } = tellStory(one);
  return fc.record({
    world: fc.constant(world),
    snapshots: fc.constant(snapshots),
    delivered: redelivered(snapshots),
  });
});

describe('what a provider reports', () => {
  it('ends in one state, however often and in whatever order it arrives', () => {
    fc.assert(
      fc.property(told, ({ world, snapshots, delivered }) => {
        expect(after(world, delivered)).toEqual(after(world, snapshots));
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing when it is repeated', () => {
    fc.assert(
      fc.property(told, ({ world, snapshots }) => {
        const replica = replicaOf(world);
        const last = snapshots.at(-1)!;
        w.hear(replica, last);
        const { written } = replica;
        w.hear(replica, last);
        expect(replica.written).toBe(written);
      }),
      { numRuns: 100 },
    );
  });
});
