import { countSales, DAILY_SALES_TABLE } from '../read-models/daily-sales.ts';
import type { SqlConsumer } from './sql-consumer.ts';

/** Counts payments, good and failed, and the money taken into the tenant's daily sales. */
export const paymentProcessedConsumer: SqlConsumer = {
  name: 'payment-processed',
  types: ['payment.processed.v1'],
  apply: (tx, messages) => countSales(tx, DAILY_SALES_TABLE, messages),
};
