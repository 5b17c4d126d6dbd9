import type { RequestedItem } from '../domain/orders/order-pricing.ts';
import type { CreateOrderBody } from './order-schemas.ts';
import { toMoney } from './schemas.ts';

type ItemBody = CreateOrderBody['items'][number];

/** Of a request that passed its schema. */
export const toItem = ({ unitPrice, discount, taxRate, ...item }: ItemBody): RequestedItem => ({
  ...item,
  unitPrice: toMoney(unitPrice),
  ...(discount && { discount: toMoney(discount) }),
  ...(taxRate !== undefined && { taxRateBasisPoints: taxRate }),
});
