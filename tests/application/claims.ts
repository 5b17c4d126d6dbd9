import { vi } from 'vitest';
import { append, commandExecutor, type CommandRequest } from '../../src/application/execute-command.ts';
import type { History } from '../../src/application/load-aggregates.ts';
import { createOrderRequest } from '../../src/application/orders/create-order.ts';
import type { CommandContext, StreamId } from '../../src/application/ports.ts';
import { orderAggregate } from '../../src/domain/orders/order-evolution.ts';
import { claimPayment } from '../../src/domain/orders/order-payments.ts';
import type { OrderRejection } from '../../src/domain/orders/order-rejection.ts';
import { ok } from '../../src/domain/shared/result.ts';
import { claimed, ORDER_ID, orderFor, paymentIdOf, T1, usd } from '../domain/samples.ts';
import { inMemoryLog, undisturbed, type InMemoryLog } from '../support/in-memory-log.ts';
import { contextOf } from './virtual-service.ts';

export const TOTAL = usd(1_000);
export const ATTEMPTS = 8;

/** A log that holds one order, the door to it, and what stands between them once the order is there. */
export async function openShop() {
  const pauses: number[] = [];
  const clock = { now: () => new Date(0), sleep: async (ms: number) => void pauses.push(ms) };
  const hook = { around: undisturbed };
  const log = inMemoryLog((call, effect) => hook.around(call, effect));
  const execute = commandExecutor(log, clock, () => 0.5);
  await execute(createOrderRequest(contextOf('create'), orderFor(TOTAL)));
  return { log, execute, pauses, hook };
}

/** Claims part of the order for one payment; answers which, and on what version the order is then. */
export const claim = (number: number, minor: number, context = contextOf(`claim ${number}`)) =>
  ({
    context,
    reads: [ORDER_ID],
    decide: vi.fn((history: History) => {
      const order = history.of(orderAggregate, ORDER_ID);
      const command = { paymentId: paymentIdOf(number), amount: usd(minor), at: T1 };
      const events = claimPayment(command, order.state);
      if (!events.ok) return events;
      return ok({
        appends: [append(orderAggregate, ORDER_ID, order.version, events.value)],
        answer: { claimed: number, version: order.version + events.value.length },
      });
    }),
  }) satisfies CommandRequest<OrderRejection>;

/** Answers what is read, and appends nothing. */
export const look = (reads: readonly StreamId[], context: CommandContext): CommandRequest<never> => ({
  context,
  reads,
  decide: (history) => {
    const { state, version } = history.of(orderAggregate, ORDER_ID);
    return ok({ appends: [], answer: { status: state.status, version } });
  },
});

export async function appendAnother(log: InMemoryLog, number: number, minor: number): Promise<void> {
  const version = log.typesOf(ORDER_ID).length;
  await log.append({
    context: contextOf(`another ${number}`),
    streams: [append(orderAggregate, ORDER_ID, version, [claimed(paymentIdOf(number), usd(minor))])],
    answer: null,
  });
}

export const accepted = (answer: unknown, replayed = false) => ({ ok: true, value: { answer, replayed } });
export const refused = (code: string) => ({ ok: false, error: { code } });

/** A command that decides anew every time: what is due, and something to append only while nothing is claimed. */
export const claimOnce = (context: CommandContext): CommandRequest<OrderRejection> => ({
  context,
  reads: [ORDER_ID],
  decide: (history) => {
    const { state, version } = history.of(orderAggregate, ORDER_ID);
    const isOpen = state.status !== 'absent' && state.payments.length === 0;
    const events = isOpen ? [claimed(paymentIdOf(1), usd(400))] : [];
    return ok({
      appends: [append(orderAggregate, ORDER_ID, version, events)],
      answer: { version: version + events.length },
    });
  },
});

let nextNumber = 200;
const claimAnew = (context: CommandContext): CommandRequest<OrderRejection> =>
  claim(nextNumber++, 10, context);

/** Three ways in which a repeated command may find the state that it, or others since, have made. */
export const REPEATED: readonly [string, (context: CommandContext) => CommandRequest<OrderRejection>][] = [
  ['would be refused now', (context) => claim(1, 1_000, context)],
  ['would decide something else now', (context) => claimAnew(context)],
  ['would decide nothing now', (context) => claimOnce(context)],
];
