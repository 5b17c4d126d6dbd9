import type { Order } from '@order-payments/client';

export const OrderActions = (_: { readonly order: Order }) => null;
