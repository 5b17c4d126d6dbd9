// What the document shows where a schema brings no example of its own, by the name of the property.

const VALUES: Readonly<Record<string, unknown>> = {
  account: 'psp_clearing:simulated',
  actor: 'key:op_test_4f9a2c',
  amount: '3998',
  attempts: 5,
  balance: '0',
  capturedAmount: '3998',
  behindMs: 120,
  captureId: '0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b',
  closing: '3998',
  code: 'card_declined',
  consumer: 'payment-processed',
  credit: '3998',
  csrfToken: 'pZ3vXhJtq2S0o8mYcE1nKdLrWf5uGbA7iVxQe9sTz4M',
  cancelled: 2,
  cursor: 'eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl',
  customerId: 'customer-42',
  debit: '3998',
  description: 'Our warehouse',
  detail: 'ready',
  disabledReason: 'requested',
  done: '184',
  disputeId: 'du_1NqGx2',
  error: 'connection refused',
  event: 'order.created',
  followCursor: 'eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl',
  evidence: 'Delivered on 2026-01-31, signed for by the customer.',
  faultMessage: 'the warehouse did not answer',
  faultType: 'WarehouseUnavailable',
  fee: '60',
  from: '2026-01-01T00:00:00.000Z',
  generationStatus: 'live',
  head: '190',
  fulfilmentId: '0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b',
  groupId: 'abcdefghijklmnop',
  id: '184',
  lag: '6',
  lastError: 'Error: the warehouse did not answer',
  leaseMs: 4_200,
  lineId: '1',
  messageId: '0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b',
  messagesBehind: 3,
  name: 'postgresql',
  nextCursor: 'eyJhIjoiMDE5YSJ9.c2lnbmF0dXJl',
  opening: '0',
  oldestSeconds: 0.4,
  owner: 'payments-1:4711:9e0f1a',
  parkedId: 'order-summary:1:0-42',
  orderedAmount: '3998',
  paidAmount: '3998',
  position: '184',
  prefix: 'op_live_4f9a2c',
  createdBy: 'key:op_live_8b1d0e',
  rotatedTo: '0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b',
  causedBy: 'order.created',
  expected: '3998',
  actual: '3900',
  day: '2026-01-31',
  decidedBy: 'key:op_live_8b1d0e',
  requestedBy: 'key:op_live_4f9a2c',
  rejectionReason: 'It was delivered after all',
  payoutId: 'po_1NqGx2',
  payload: { orderId: '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' },
  productId: 'sku-1',
  productName: 'Teapot',
  provider: 'simulated',
  reason: 'changed their mind',
  refundedAmount: '1000',
  refundId: '0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b',
  response: 'ok',
  returnId: '0190f0b2-7c3d-8e4f-8a5b-6c7d8e9f0a1b',
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  statusCode: 200,
  status: 404,
  stopped: 'is paused on shard 0',
  subscription: 'order-summary',
  subject: 're_1NqGx2',
  summary: 'Placed',
  taxRate: 2_000,
  to: '2026-02-01T00:00:00.000Z',
  title: 'There is no such order',
  total: '190',
  tracking: 'https://parcels.example/1Z999',
  transactionId: 'txn_1NqGx2',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  type: 'order.created',
  unreadable: 'OrderPaid has schema version 9, which this build does not know',
  version: '1.0.0',
  url: 'https://shop.example/hooks',
  what: 'dead-letters.replay',
};

const usd = (amount: number) => ({ amount, currency: 'USD' });
const ORDER_ID = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const PAYMENT_ID = '019aa1b2-9d10-7a2b-8a5b-0c1d2e3f4a5b';
const PLACED_AT = '2026-01-31T12:00:00.000Z';
const PAID_AT = '2026-01-31T12:01:30.000Z';
const closed = { captures: [], refunds: [], disputes: [], inFlight: [] };

/** Where amounts and statuses must fit each other. */
const SHOWN: Readonly<Record<string, object>> = {
  Order: {
    ...{ orderId: ORDER_ID, customerId: 'customer-42' },
    ...{ status: 'Confirmed', paymentStatus: 'Paid', fulfilmentStatus: 'None' },
    ...{ currency: 'USD', pricesIncludeTax: false },
    items: [
      {
        ...{ lineId: '1', productId: 'sku-1', productName: 'Teapot', quantity: 2 },
        ...{ unitPrice: usd(1_999), discount: usd(0), taxRate: 2_000, net: usd(3_998), tax: usd(800) },
      },
    ],
    totals: { items: usd(3_998), discount: usd(0), tax: usd(800), shipping: usd(0), grand: usd(4_798) },
    ...{ paidAmount: usd(4_798), refundedAmount: usd(0), dueAmount: usd(0) },
    payments: [
      { paymentId: PAYMENT_ID, amount: usd(4_798), capturedAmount: usd(4_798), status: 'Completed' },
    ],
    ...{ fulfilments: [], returns: [], expiresAt: null },
    ...{ version: 3, createdAt: PLACED_AT, updatedAt: PAID_AT },
  },
  Payment: {
    ...{ paymentId: PAYMENT_ID, orderId: ORDER_ID, amount: usd(4_798) },
    ...{ paymentMethod: 'card', captureMethod: 'automatic', status: 'Completed', isSuccessful: true },
    ...{ authorizedAmount: usd(4_798), capturedAmount: usd(4_798), refundedAmount: usd(0), ...closed },
    ...{ version: 2, createdAt: PLACED_AT, updatedAt: PAID_AT },
  },
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
  'date-time': '2026-01-31T12:00:00.000Z',
  date: '2026-01-31',
  currency: 'USD',
};

export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
};

/** Shown where none is known; a test finds it in no example. */
export const UNKNOWN = 'give an example of this in examples.ts';

/** A value that the schema allows. */
export function exampleOf(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  which: 'all properties' | 'required ones',
  name = '',
): unknown {
  const { $ref, examples, properties = {}, items } = schema;
  if ($ref !== undefined) {
    const to = $ref.split('/').at(-1)!;
    return SHOWN[to] ?? exampleOf(schemas[to]!, schemas, which, name);
  }
  if (examples) return examples[0];
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  if ('default' in schema) return schema.default;
  const type = [schema.type].flat().find((one) => one !== 'null');
  switch (type) {
    case 'object': {
      const shown = Object.entries(properties).filter(
        ([key]) => which === 'all properties' || schema.required?.includes(key),
      );
      return Object.fromEntries(shown.map(([key, inner]) => [key, exampleOf(inner, schemas, which, key)]));
    }
    case 'array':
      return items ? [exampleOf(items, schemas, which, name.replace(/s$/, ''))] : [];
    case 'integer':
      return typeof VALUES[name] === 'number' ? VALUES[name] : (schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'string':
      return textOf(schema, name);
    default:
      return VALUES[name] ?? {};
  }
}

function textOf({ format = '' }: Schema, name: string): unknown {
  if (format in FORMATS) return FORMATS[format];
  if (name === 'currency') return FORMATS['currency'];
  if (/(At|Since|Until)$/.test(name)) return FORMATS['date-time'];
  const known = VALUES[name];
  if (typeof known === 'string') return known;
  return name.endsWith('Id') ? FORMATS['uuid'] : UNKNOWN;
}
