import type { Order } from '@order-payments/client';

type Props = { readonly order: Order };

export const OrderActions: (props: Props) => null = () => null;
