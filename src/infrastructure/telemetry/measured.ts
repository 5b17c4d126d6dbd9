import type { CheckoutFollower } from '../../application/checkout/follow.ts';
import type { HandleInbound } from '../../application/inbound-commands.ts';
import { LogOverloaded, LogUnavailable, type EventLog } from '../../application/ports.ts';
import type { PaymentProvider } from '../../application/provider-ports.ts';
import type { WebhookQueue } from '../../application/webhooks/ports.ts';
import type { Consumers } from '../consumers/on-log.ts';
import type { ServiceMetrics } from './metrics.ts';

const secondsSince = (begun: number): number => (performance.now() - begun) / 1_000;

function faultOutcome(thrown: unknown): string {
  if (thrown instanceof LogOverloaded) return 'overloaded';
  return thrown instanceof LogUnavailable ? 'unavailable' : 'failed';
}

/** The same log, each append counted and timed. */
export function measuredLog(log: EventLog, { appends, appendSeconds }: ServiceMetrics): EventLog {
  return {
    ...log,
    append: async (unit) => {
      const begun = performance.now();
      try {
        const outcome = await log.append(unit);
        appends.inc({ outcome: outcome.kind });
        return outcome;
      } catch (thrown) {
        appends.inc({ outcome: faultOutcome(thrown) });
        throw thrown;
      } finally {
        appendSeconds.observe(secondsSince(begun));
      }
    },
  };
}

const PROVIDER_CALLS = [
  ...['authorize', 'capture', 'void', 'refund', 'retrieve'],
  ...['paymentOf', 'acceptDispute', 'submitEvidence'],
] as readonly (keyof PaymentProvider)[];

type Call = (request: never) => Promise<unknown>;

/** The same provider, with `around` about each call of it. */
export const withCalls = (
  provider: PaymentProvider,
  around: (operation: string, call: () => Promise<unknown>) => Promise<unknown>,
): PaymentProvider => ({
  ...provider,
  ...Object.fromEntries(
    PROVIDER_CALLS.map((operation) => {
      const call = provider[operation] as Call;
      return [operation, (request: never) => around(operation, () => call(request))];
    }),
  ),
});

/** What came of a call: what the provider said of an operation, or only that it answered. */
export const outcomeOf = (answer: unknown): string =>
  typeof answer === 'object' && answer !== null && 'kind' in answer ? String(answer.kind) : 'answered';

export const measuredProvider = (
  provider: PaymentProvider,
  { providerSeconds }: ServiceMetrics,
): PaymentProvider =>
  withCalls(provider, async (operation, call) => {
    const begun = performance.now();
    let outcome = 'fault';
    try {
      const answer = await call();
      outcome = outcomeOf(answer);
      return answer;
    } finally {
      providerSeconds.observe({ provider: provider.name, operation, outcome }, secondsSince(begun));
    }
  });

/** One batch of a consumer. */
async function measured<T>(
  { consumed, consumerSeconds }: ServiceMetrics,
  { consumer, messages }: { readonly consumer: string; readonly messages: number },
  work: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  try {
    const result = await work();
    consumed.inc({ consumer, outcome: 'handled' }, messages);
    return result;
  } finally {
    consumerSeconds.observe({ consumer }, secondsSince(begun));
  }
}

export const measuredConsumers = ({ sql, command }: Consumers, metrics: ServiceMetrics): Consumers => ({
  sql: sql.map((one) => ({
    ...one,
    apply: (tx, messages) =>
      measured(metrics, { consumer: one.name, messages: messages.length }, () => one.apply(tx, messages)),
  })),
  command: command.map((one) => ({
    ...one,
    handle: (message) => measured(metrics, { consumer: one.name, messages: 1 }, () => one.handle(message)),
  })),
});

export const measuredCheckout = (follower: CheckoutFollower, metrics: ServiceMetrics): CheckoutFollower => ({
  ...follower,
  handle: (recorded) =>
    measured(metrics, { consumer: 'checkout', messages: 1 }, () => follower.handle(recorded)),
});

export const measuredCommands =
  (handle: HandleInbound, metrics: ServiceMetrics): HandleInbound =>
  (command) =>
    measured(metrics, { consumer: 'commands', messages: 1 }, () => handle(command));

/** What came of each webhook that was posted. */
export const measuredQueue = (
  queue: WebhookQueue,
  { webhookAttempts, webhookSeconds }: ServiceMetrics,
): WebhookQueue => ({
  ...queue,
  settle: (delivery, attempt, verdict) => {
    webhookAttempts.inc({ outcome: verdict.kind });
    webhookSeconds.observe(attempt.durationMs / 1_000);
    return queue.settle(delivery, attempt, verdict);
  },
});
