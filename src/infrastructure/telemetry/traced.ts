import type { CheckoutFollower } from '../../application/checkout/follow.ts';
import type { HandleInbound } from '../../application/inbound-commands.ts';
import type { IntegrationMessage } from '../../application/integration-events.ts';
import type { EventLog } from '../../application/ports.ts';
import type { PaymentProvider } from '../../application/provider-ports.ts';
import type { SendWebhook } from '../../application/webhooks/ports.ts';
import type { OpenSpan, SpanOptions, Tracing } from '../../application/telemetry.ts';
import type { Consumers } from '../consumers/on-log.ts';
import type { Publishing } from '../rabbitmq/relay.ts';
import { outcomeOf, withCalls } from './measured.ts';
import { inSpan } from './tracing.ts';

/** The same log; what follows an event names the append as its parent, in whatever process and whenever it happens. */
export const tracedLog = (log: EventLog, tracing: Tracing): EventLog => ({
  ...log,
  append: (unit) => {
    const { context, streams } = unit;
    const parent = tracing.active()?.traceparent ?? context.traceparent;
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': 'append',
      'order_payments.events': streams.reduce((sum, { events }) => sum + events.length, 0),
    };
    return inSpan(tracing, 'append', { kind: 'client', parent, attributes }, async (span) => {
      const traced = { ...context, traceparent: span.traceparent };
      const outcome = await log.append({ ...unit, context: traced });
      span.set({ 'order_payments.outcome': outcome.kind });
      return outcome;
    });
  },
});

export const tracedProvider = (provider: PaymentProvider, tracing: Tracing): PaymentProvider =>
  withCalls(provider, (operation, call) => {
    const attributes = { 'order_payments.provider': provider.name, 'order_payments.operation': operation };
    const options: SpanOptions = { kind: 'client', parent: tracing.active()?.traceparent, attributes };
    return inSpan(tracing, `${operation} ${provider.name}`, options, async (span) => {
      const answer = await call();
      span.set({ 'order_payments.outcome': outcomeOf(answer) });
      return answer;
    });
  });

const messagingOf = (operation: 'send' | 'process', destination: string, id: string) => ({
  'messaging.operation.type': operation,
  'messaging.destination.name': destination,
  'messaging.message.id': id,
});

const processing = (
  consumer: string,
  { id, parent }: { readonly id: string; readonly parent: string | undefined },
): SpanOptions => ({
  kind: 'consumer',
  parent,
  attributes: { ...messagingOf('process', consumer, id), 'messaging.consumer.group.name': consumer },
});

/** One span a message around what is done with all of them; they pass on the spans as what led to them. */
async function eachTraced<T>(
  tracing: Tracing,
  messages: readonly IntegrationMessage[],
  {
    operation,
    optionsOf,
  }: {
    readonly operation: 'publish' | 'process';
    readonly optionsOf: (message: IntegrationMessage) => SpanOptions;
  },
  work: (messages: readonly IntegrationMessage[]) => Promise<T>,
): Promise<T> {
  const spans: OpenSpan[] = [];
  const traced = messages.map((message) => {
    const span = tracing.begin(`${operation} ${message.event.type}`, optionsOf(message));
    spans.push(span);
    return { ...message, traceparent: span.traceparent };
  });
  try {
    return await work(traced);
  } catch (fault) {
    for (const span of spans) span.failed(fault instanceof Error ? fault.name : 'fault');
    throw fault;
  } finally {
    for (const span of spans) span.end();
  }
}

/** From when a message is handed to the broker until that has confirmed it. */
export const tracedPublishing =
  (tracing: Tracing): Publishing =>
  (messages, send) =>
    eachTraced(
      tracing,
      messages,
      {
        operation: 'publish',
        optionsOf: ({ event, messageId, traceparent }) => ({
          kind: 'producer',
          parent: traceparent,
          attributes: {
            'messaging.system': 'rabbitmq',
            ...messagingOf('send', event.type, messageId),
          },
        }),
      },
      send,
    );

const processed = (consumer: string) => ({
  operation: 'process' as const,
  optionsOf: ({ messageId: id, traceparent: parent }: IntegrationMessage) =>
    processing(consumer, { id, parent }),
});

export const tracedConsumers = ({ sql, command }: Consumers, tracing: Tracing): Consumers => {
  return {
    sql: sql.map((one) => ({
      ...one,
      apply: (tx, messages) =>
        eachTraced(tracing, messages, processed(one.name), (traced) => one.apply(tx, traced)),
    })),
    command: command.map((one) => ({
      ...one,
      handle: (message) => {
        const options = processing(one.name, { id: message.messageId, parent: message.traceparent });
        return inSpan(tracing, `process ${message.event.type}`, options, ({ traceparent }) =>
          one.handle({ ...message, traceparent }),
        );
      },
    })),
  };
};

export const tracedCheckout = (follower: CheckoutFollower, tracing: Tracing): CheckoutFollower => ({
  ...follower,
  handle: (recorded) => {
    const { eventId, event, metadata } = recorded;
    const options = processing('checkout', { id: eventId, parent: metadata.traceparent });
    return inSpan(tracing, `process ${event.type}`, options, () => follower.handle(recorded));
  },
});

export const tracedCommands =
  (handle: HandleInbound, tracing: Tracing): HandleInbound =>
  (command) => {
    const { name, messageId: id, traceparent: parent } = command;
    return inSpan(tracing, `process ${name}`, processing('commands', { id, parent }), ({ traceparent }) =>
      handle({ ...command, traceparent }),
    );
  };

export const tracedSender =
  (send: SendWebhook, tracing: Tracing): SendWebhook =>
  (delivery) => {
    const { traceparent: parent, type, messageId } = delivery;
    const attributes = {
      'http.request.method': 'POST',
      'order_payments.message.type': type,
      'messaging.message.id': messageId,
    };
    return inSpan(tracing, 'POST webhook', { kind: 'client', parent, attributes }, async (span) => {
      const attempt = await send(delivery);
      const { statusCode, error } = attempt;
      if (statusCode !== undefined) span.set({ 'http.response.status_code': statusCode });
      if (statusCode === undefined || statusCode >= 400) span.failed(String(statusCode ?? error));
      return attempt;
    });
  };
