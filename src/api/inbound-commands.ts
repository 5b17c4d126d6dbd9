import type { TSchema } from 'typebox';
import type { TakePayment } from '../application/checkout/take-payment.ts';
import type { Executed } from '../application/execute-command.ts';
import type {
  HandleInbound,
  InboundCommand,
  InboundCommandName,
  InboundOutcome,
} from '../application/inbound-commands.ts';
import type { OrderCreator } from '../application/orders/create-order.ts';
import type { Clock, CommandContext, Ids } from '../application/ports.ts';
import { parseOrderId } from '../domain/shared/ids.ts';
import { err, type Result } from '../domain/shared/result.ts';
import { cardNumbersIn } from '../domain/shared/card-numbers.ts';
import { fingerprintOf } from './command-context.ts';
import { decodeUtf8, parseIntegerJson } from './json-body.ts';
import { toOrder } from './order-routes.ts';
import { CreateOrderBody } from './order-schemas.ts';
import { toPayment } from './payment-routes.ts';
import { CreatePaymentBody } from './payment-schemas.ts';
import { PROBLEMS, problemOf, type ProblemDetails } from './problem.ts';
import { describe, type Rejection } from './rejection.ts';
import { traceOf } from './trace.ts';
import { invalid, validatorFor } from './validation.ts';

export type InboundPorts = {
  readonly createOrder: OrderCreator;
  readonly takePayment: TakePayment;
  readonly ids: Ids;
  readonly clock: Clock;
};

/** Nothing was refused: it was not the moment. */
class TryAgain extends Error {
  override readonly name = 'TryAgain';
}

export const INBOUND_BODIES = {
  CreateOrder: CreateOrderBody,
  ProcessPayment: CreatePaymentBody,
} as const satisfies Record<InboundCommandName, TSchema>;

/** The commands that also come by HTTP, by message: the same schemas, the same use cases, the same words. */
export function inboundCommands({ createOrder, takePayment, ids, clock }: InboundPorts): HandleInbound {
  const ajv = validatorFor(false);
  const validators = {
    CreateOrder: ajv.compile<CreateOrderBody>(CreateOrderBody),
    ProcessPayment: ajv.compile<CreatePaymentBody>(CreatePaymentBody),
  };

  return async (command) => {
    const { name } = command;
    const body = parse(command.body);
    if (body === undefined) return refusal('invalid', command, 'malformed-json', {});
    const cards = cardNumbersIn(body);
    if (cards.length > 0) {
      const errors = cards.map(
        (pointer) => ({ in: 'body', pointer, message: 'must not hold a card number' }) as const,
      );
      return refusal('invalid', command, 'validation-failed', { errors });
    }
    const validate = validators[name];
    if (!validate(body))
      return refusal('invalid', command, 'validation-failed', invalid(validate.errors ?? []));
    const done = await carryOut(command, body);
    if (done.ok) return { kind: 'done', answer: done.value.answer };
    const { code } = done.error;
    if (code === 'concurrent-change' || PROBLEMS[code].status >= 500)
      throw new TryAgain(PROBLEMS[code].title);
    return refusal('refused', command, code, describe(done.error));
  };

  function carryOut(command: InboundCommand, body: unknown): Promise<Result<Executed, Rejection>> {
    const context = contextOf(command, body);
    const { commandId } = context;
    if (command.name === 'CreateOrder')
      return createOrder(context, toOrder(body as CreateOrderBody, ids.orderId(commandId), clock.now()));
    const payment = body as CreatePaymentBody;
    const orderId = parseOrderId(payment.orderId);
    if (!orderId) return Promise.resolve(err({ code: 'order-not-found' }));
    return takePayment(context, toPayment(payment, orderId, ids.paymentId(orderId, commandId)));
  }

  function contextOf(command: InboundCommand, body: unknown): CommandContext {
    const { name, messageId, tenantId, sender = 'unknown' } = command;
    const { traceId, traceparent } = traceOf(command.traceparent);
    const commandId = ids.derivedCommandId(tenantId, 'message', name, messageId);
    return {
      commandId,
      tenantId,
      fingerprint: fingerprintOf(body),
      correlationId: command.correlationId ?? traceId,
      causationId: commandId,
      actor: `message:${sender}`,
      traceparent,
    };
  }
}

function parse(body: Buffer): unknown {
  try {
    return parseIntegerJson(decodeUtf8(body));
  } catch {
    return undefined;
  }
}

function refusal(
  kind: 'refused' | 'invalid',
  { name, traceparent }: InboundCommand,
  code: keyof typeof PROBLEMS,
  details: ProblemDetails,
): InboundOutcome {
  const { traceId } = traceOf(traceparent);
  return { kind, problem: problemOf(code, details, { instance: name, traceId }) };
}
