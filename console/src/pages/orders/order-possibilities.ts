/** What the console looks at of an order to tell what can be done with it; the service decides when it is done. */
export type OrderState = {
  readonly status: string;
  readonly paymentStatus: string;
  readonly items: readonly { readonly lineId: string; readonly quantity: number }[];
  readonly fulfilments: readonly {
    readonly fulfilmentId: string;
    readonly status: string;
    readonly items: readonly LineQuantity[];
  }[];
  readonly returns: readonly {
    readonly returnId: string;
    readonly status: string;
    readonly items: readonly LineQuantity[];
  }[];
};
export type LineQuantity = { readonly lineId: string; readonly quantity: number };

export const ORDER_ACTIONS = ['fulfil', 'ship', 'deliver', 'abandon', 'return', 'receive', 'cancel'] as const;
export type OrderAction = (typeof ORDER_ACTIONS)[number];

const LEFT_THE_HOUSE = ['Shipped', 'Delivered'];
const NOT_COVERED = ['Unpaid', 'Pending', 'PartiallyAuthorized', 'PartiallyPaid'];

const unitsOf = (parts: readonly { readonly items: readonly LineQuantity[] }[], lineId: string): number =>
  parts
    .flatMap(({ items }) => items)
    .filter((line) => line.lineId === lineId)
    .reduce((sum, { quantity }) => sum + quantity, 0);

type HasStatus = { readonly status: string };

const fulfilmentsIn = <One extends HasStatus>(
  { fulfilments }: { readonly fulfilments: readonly One[] },
  ...statuses: readonly string[]
): One[] => fulfilments.filter(({ status }) => statuses.includes(status));

/** Units that no shipment has yet. */
export const leftToFulfil = (order: OrderState): LineQuantity[] =>
  order.items.map(({ lineId, quantity }) => {
    const taken = fulfilmentsIn(order, 'Created', ...LEFT_THE_HOUSE);
    return { lineId, quantity: quantity - unitsOf(taken, lineId) };
  });

/** Units that left the house and are not on their way back. */
export const leftToReturn = (order: OrderState): LineQuantity[] =>
  order.items.map(({ lineId }) => {
    const shipped = unitsOf(fulfilmentsIn(order, ...LEFT_THE_HOUSE), lineId);
    return { lineId, quantity: shipped - unitsOf(order.returns, lineId) };
  });

export const toShip = <One extends HasStatus>(order: { readonly fulfilments: readonly One[] }): One[] =>
  fulfilmentsIn(order, 'Created');
export const toDeliver = <One extends HasStatus>(order: { readonly fulfilments: readonly One[] }): One[] =>
  fulfilmentsIn(order, 'Shipped');
export const toReceive = <One extends HasStatus>(order: { readonly returns: readonly One[] }): One[] =>
  order.returns.filter(({ status }) => status === 'Requested');

export const isAny = (lines: readonly LineQuantity[]): boolean => lines.some(({ quantity }) => quantity > 0);

export function isPossible(action: OrderAction, order: OrderState): boolean {
  switch (action) {
    case 'fulfil':
      return (
        order.status === 'Confirmed' &&
        !NOT_COVERED.includes(order.paymentStatus) &&
        isAny(leftToFulfil(order))
      );
    case 'ship':
    case 'abandon':
      return toShip(order).length > 0;
    case 'deliver':
      return toDeliver(order).length > 0;
    case 'return':
      return isAny(leftToReturn(order));
    case 'receive':
      return toReceive(order).length > 0;
    case 'cancel': {
      const isOpen = order.status === 'Created' || order.status === 'Confirmed';
      return isOpen && fulfilmentsIn(order, 'Created', ...LEFT_THE_HOUSE).length === 0;
    }
  }
}

type Amount = { readonly amount: number };
type OrderMoney = {
  readonly paidAmount: Amount;
  readonly refundedAmount: Amount;
  readonly payments: readonly {
    readonly status: string;
    readonly amount: Amount;
    readonly capturedAmount: Amount;
  }[];
};

/** What a customer has paid and not got back. */
export const keptMinor = ({ paidAmount, refundedAmount }: OrderMoney): number =>
  Math.max(0, paidAmount.amount - refundedAmount.amount);

/** What banks have promised and nobody has taken. */
export const heldMinor = ({ payments }: OrderMoney): number =>
  payments
    .filter(({ status }) => status === 'Authorized' || status === 'PartiallyCaptured')
    .reduce((sum, { amount, capturedAmount }) => sum + amount.amount - capturedAmount.amount, 0);
