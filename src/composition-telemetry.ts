import type { CheckoutFollower } from './application/checkout/follow.ts';
import type { HandleInbound } from './application/inbound-commands.ts';
import type { EventLog } from './application/ports.ts';
import type { PaymentProvider } from './application/provider-ports.ts';
import type { Tracing } from './application/telemetry.ts';
import type { SendWebhook, WebhookQueue } from './application/webhooks/ports.ts';
import type { Consumers } from './infrastructure/consumers/on-log.ts';
import type { OnUnhandled } from './infrastructure/consumers/retries.ts';
import type { AppendedBatch } from './infrastructure/event-log/append.ts';
import type { BrokerOutcome } from './infrastructure/rabbitmq/publisher.ts';
import {
  measuredCheckout,
  measuredCommands,
  measuredConsumers,
  measuredLog,
  measuredProvider,
  measuredQueue,
} from './infrastructure/telemetry/measured.ts';
import { openMetrics } from './infrastructure/telemetry/metrics.ts';
import {
  tracedCheckout,
  tracedCommands,
  tracedConsumers,
  tracedLog,
  tracedProvider,
  tracedPublishing,
  tracedSender,
} from './infrastructure/telemetry/traced.ts';

export type Observe = ReturnType<typeof observeWith>;

/** Puts telemetry around ports, so that what is behind them knows nothing of it. Without tracing there is no span. */
export function observeWith(tracing: Tracing | undefined) {
  const metrics = openMetrics();
  return {
    metrics,
    /** What adapters tell of themselves. */
    told: {
      onBatch: ({ commands, events, seconds }: AppendedBatch): void => {
        metrics.batchCommands.observe(commands);
        metrics.appendedEvents.inc(events);
        metrics.batchSeconds.observe(seconds);
      },
      onUnhandled: ((consumer, outcome, messages) =>
        metrics.consumed.inc({ consumer, outcome }, messages)) satisfies OnUnhandled,
      onMessages: (outcome: BrokerOutcome, messages: number): void =>
        metrics.brokerMessages.inc({ outcome }, messages),
      ...(tracing && { publishing: tracedPublishing(tracing) }),
    },
    log: (log: EventLog): EventLog => {
      const measured = measuredLog(log, metrics);
      return tracing ? tracedLog(measured, tracing) : measured;
    },
    provider: (provider: PaymentProvider): PaymentProvider => {
      const measured = measuredProvider(provider, metrics);
      return tracing ? tracedProvider(measured, tracing) : measured;
    },
    consumers: (consumers: Consumers): Consumers => {
      const measured = measuredConsumers(consumers, metrics);
      return tracing ? tracedConsumers(measured, tracing) : measured;
    },
    checkout: (follower: CheckoutFollower): CheckoutFollower => {
      const measured = measuredCheckout(follower, metrics);
      return tracing ? tracedCheckout(measured, tracing) : measured;
    },
    commands: (handle: HandleInbound): HandleInbound => {
      const measured = measuredCommands(handle, metrics);
      return tracing ? tracedCommands(measured, tracing) : measured;
    },
    apart: (work: () => void): void => (tracing ? tracing.apart(work) : work()),
    webhookQueue: (queue: WebhookQueue): WebhookQueue => measuredQueue(queue, metrics),
    webhookSender: (send: SendWebhook): SendWebhook => (tracing ? tracedSender(send, tracing) : send),
  };
}
