import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { AnsweredRequest, Metrics } from '../../application/telemetry.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What happens as it happens. Every label has few values: never ids, tenants, or anything as it was sent. */
export function openMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `order_payments_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    { labelNames, buckets = SECONDS }: { labelNames: readonly Label[]; buckets?: number[] },
  ) => new Histogram({ name: `order_payments_${name}`, help, labelNames, buckets, registers });

  const requests = ['method', 'route', 'status_class'] as const;
  const metrics = {
    requests: counter('http_requests_total', 'Requests answered', requests),
    requestSeconds: histogram(
      'http_request_duration_seconds',
      'From the first byte of a request to the last of its answer',
      { labelNames: requests },
    ),
    appends: counter('append_commands_total', 'Commands that were to be appended, by what came of them', [
      'outcome',
    ]),
    appendSeconds: histogram('append_duration_seconds', 'Appending one command, its wait included', {
      labelNames: [],
    }),
    appendedEvents: counter('append_events_total', 'Events appended'),
    batchCommands: histogram('append_batch_commands', 'Commands in one call of the group commit', {
      labelNames: [],
      buckets: SIZES,
    }),
    batchSeconds: histogram('append_batch_duration_seconds', 'One call of the group commit', {
      labelNames: [],
    }),
    brokerMessages: counter(
      'broker_messages_total',
      'Messages handed to the broker, and what it said: published, confirmed, nacked, returned',
      ['outcome'],
    ),
    consumed: counter(
      'consumer_messages_total',
      'Messages by what a consumer made of them: handled, duplicate, retried, dead_lettered',
      ['consumer', 'outcome'],
    ),
    consumerSeconds: histogram('consumer_duration_seconds', 'One batch of messages, handled or failed', {
      labelNames: ['consumer'],
    }),
    webhookAttempts: counter(
      'webhook_attempts_total',
      'Webhooks posted to tenants, by what came of it: succeeded, retry, failed',
      ['outcome'],
    ),
    webhookSeconds: histogram('webhook_attempt_duration_seconds', 'One webhook posted to a tenant', {
      labelNames: [],
    }),
    providerSeconds: histogram('provider_call_duration_seconds', 'Calls to payment providers', {
      labelNames: ['provider', 'operation', 'outcome'],
    }),
  };
  return {
    ...metrics,
    registry,
    answered: ({ method, route, status, seconds }: AnsweredRequest): void => {
      const labels = {
        method: METHODS.has(method) ? method : 'other',
        route: route ?? 'unknown',
        status_class: `${Math.floor(status / 100)}xx`,
      };
      metrics.requests.inc(labels);
      metrics.requestSeconds.observe(labels, seconds);
    },
  };
}

export type ServiceMetrics = ReturnType<typeof openMetrics>;

/** Of the process, so there is one; begun with the first scrape: whom nobody scrapes pays nothing for it. */
let processRegistry: Registry | undefined;

export const renderMetrics =
  ({ registry }: ServiceMetrics): Metrics =>
  async () => {
    if (!processRegistry) {
      processRegistry = new Registry();
      collectDefaultMetrics({ register: processRegistry });
    }
    const text = `${await registry.metrics()}\n${await processRegistry.metrics()}`;
    return { contentType: registry.contentType, text };
  };
