import { orderCreatedConsumer } from '../consumers/order-created-consumer.ts';
import { paymentProcessedConsumer } from '../consumers/payment-processed-consumer.ts';
import { countSales, DAILY_SALES_TABLE } from '../read-models/daily-sales.ts';
import type { CountedModel } from './sources.ts';

/** Read models that consumers of messages fill; with the projections, all there are. */
export const COUNTED_MODELS: readonly CountedModel[] = [
  {
    name: 'daily-sales',
    table: DAILY_SALES_TABLE,
    consumers: [orderCreatedConsumer, paymentProcessedConsumer],
    count: countSales,
  },
];
