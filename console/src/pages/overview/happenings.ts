/** Something that happened to an order, as the feed shows it. */
export type Happening = {
  readonly key: string;
  readonly what: string;
  readonly at: string;
  readonly orderId: string;
  readonly money: Money | undefined;
};

type Money = { readonly amount: number; readonly currency: string };

type Told = {
  readonly type: string;
  readonly messageId: string;
  readonly data: Readonly<Record<string, unknown>>;
};

const SHOWN_MAX = 15;

const WORDS: Readonly<Record<string, string>> = {
  'order.created': 'Order created',
  'order.amended': 'Order amended',
  'order.confirmed': 'Order confirmed',
  'order.paid': 'Order paid',
  'order.overpaid': 'Order overpaid',
  'order.payment_authorized': 'Payment authorized',
  'order.payment_captured': 'Payment captured',
  'order.refunded': 'Refunded',
  'order.refund_failed': 'Refund failed',
  'order.charged_back': 'Charged back',
  'order.cancelled': 'Order cancelled',
  'order.expired': 'Order expired',
  'order.shipped': 'Shipment sent',
  'order.delivered': 'Shipment delivered',
  'order.return_requested': 'Return announced',
  'order.returned': 'Return arrived',
  'order.completed': 'Order completed',
};

function wordsOf(type: string, data: Told['data']): string {
  const name = type.replace(/\.v\d+$/, '');
  if (name === 'payment.processed')
    return data['isSuccessful'] === true ? 'Payment succeeded' : 'Payment failed';
  return WORDS[name] ?? name.replaceAll(/[._]/g, ' ');
}

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' &&
  value !== null &&
  'amount' in value &&
  typeof value.amount === 'number' &&
  'currency' in value &&
  typeof value.currency === 'string';

/** Orders are here before anybody tells of them: by the same key, an order created is shown once. */
export const createdKey = (orderId: string): string => `created ${orderId}`;

/** undefined: it is about no order, or this console cannot read it. */
export function happeningOf({ type, messageId, data }: Told): Happening | undefined {
  const { orderId } = data;
  const at = Object.entries(data).find(([name]) => name.endsWith('At'))?.[1];
  if (typeof orderId !== 'string' || typeof at !== 'string') return undefined;
  return {
    key: type.startsWith('order.created.') ? createdKey(orderId) : messageId,
    what: wordsOf(type, data),
    at,
    orderId,
    money: [data['amount'], data['excess'], data['total']].find(isMoney),
  };
}

/** The newest first; what is told twice is there once, and of one moment what was told last is first. */
export function newest(happenings: readonly Happening[]): readonly Happening[] {
  const seen = new Map<string, Happening>();
  for (const happening of happenings) if (!seen.has(happening.key)) seen.set(happening.key, happening);
  return [...seen.values()].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, SHOWN_MAX);
}
