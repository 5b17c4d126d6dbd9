import { countSales, DAILY_SALES_TABLE } from '../read-models/daily-sales.ts';
import type { SqlConsumer } from './sql-consumer.ts';

/** Counts orders and what they are worth into the tenant's daily sales. */
export const orderCreatedConsumer: SqlConsumer = {
  name: 'order-created',
  types: ['order.created.v1'],
  apply: (tx, messages) => countSales(tx, DAILY_SALES_TABLE, messages),
};
