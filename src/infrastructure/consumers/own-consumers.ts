import type { Subscriber } from '../rabbitmq/topology.ts';
import type { Consumers } from './on-log.ts';
import { orderCreatedConsumer } from './order-created-consumer.ts';
import { paymentProcessedConsumer } from './payment-processed-consumer.ts';
import { webhooksConsumer } from './webhooks-consumer.ts';

/** The consumers of this service: with a broker each has a queue, which the description of the messages names. */
export const OWN_CONSUMERS: Consumers = {
  sql: [orderCreatedConsumer, paymentProcessedConsumer, webhooksConsumer],
  command: [],
};

export const OWN_SUBSCRIBERS: readonly Subscriber[] = [...OWN_CONSUMERS.sql, ...OWN_CONSUMERS.command];
