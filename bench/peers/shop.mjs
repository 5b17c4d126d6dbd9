// Orders and payments as one writes them with Emmett and Fastify: no idempotency keys, no authentication, no messages, no
// read models. PORT and DATABASE_URL come by the environment.
import { randomUUID } from 'node:crypto';
import { CommandHandler, IllegalStateError } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import Fastify from 'fastify';
import pg from 'pg';

const url = process.env.DATABASE_URL;
const pool = new pg.Pool({ connectionString: url, max: 16 });
const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
await store.schema.migrate();

const handleOrder = CommandHandler({
  initialState: () => ({ status: 'absent' }),
  evolve: (state, { type, data }) => {
    if (type === 'OrderCreated') return { status: 'created', total: data.total, due: data.total };
    if (type === 'PaymentClaimed') return { ...state, due: state.due - data.amount };
    if (type === 'OrderPaid') return { ...state, status: 'paid' };
    return state;
  },
});
const handlePayment = CommandHandler({
  initialState: () => ({ status: 'absent' }),
  evolve: (state, { type }) => ({ ...state, status: type === 'PaymentCompleted' ? 'completed' : 'pending' }),
});

const money = {
  type: 'object',
  required: ['amount', 'currency'],
  properties: {
    amount: { type: 'integer', minimum: 0 },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  },
};
const orderBody = {
  type: 'object',
  required: ['customerId', 'items'],
  properties: {
    customerId: { type: 'string' },
    items: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['productId', 'productName', 'quantity', 'unitPrice'],
        properties: {
          productId: { type: 'string' },
          productName: { type: 'string' },
          quantity: { type: 'integer', minimum: 1 },
          unitPrice: money,
        },
      },
    },
  },
};
const paymentBody = {
  type: 'object',
  required: ['orderId', 'paymentMethod'],
  properties: { orderId: { type: 'string', format: 'uuid' }, paymentMethod: { type: 'string' } },
};

const server = Fastify();
const streamOf = (orderId) => `order-${orderId}`;

server.post('/api/orders', { schema: { body: orderBody } }, async (request, reply) => {
  const orderId = randomUUID();
  const { customerId, items } = request.body;
  const total = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
  const created = { orderId, customerId, items, total, at: new Date().toISOString() };
  await handleOrder(store, streamOf(orderId), () => ({ type: 'OrderCreated', data: created }));
  return reply.code(201).send({ ...created, status: 'Created' });
});

server.post('/api/payments', { schema: { body: paymentBody } }, async (request, reply) => {
  const { orderId, paymentMethod } = request.body;
  const paymentId = randomUUID();
  const stream = `payment-${paymentId}`;
  const at = new Date().toISOString();
  let amount = 0;
  await handleOrder(store, streamOf(orderId), (order) => {
    if (order.status !== 'created' || order.due === 0) throw new IllegalStateError('nothing is due');
    amount = order.due;
    return { type: 'PaymentClaimed', data: { orderId, paymentId, amount, at } };
  });
  await handlePayment(store, stream, () => ({
    type: 'PaymentInitiated',
    data: { paymentId, orderId, amount, paymentMethod, at },
  }));
  // Here the payment provider would be asked.
  await handlePayment(store, stream, () => ({
    type: 'PaymentCompleted',
    data: { paymentId, orderId, amount, at },
  }));
  await handleOrder(store, streamOf(orderId), () => ({
    type: 'OrderPaid',
    data: { orderId, paymentId, at },
  }));
  return reply.code(201).send({ paymentId, orderId, amount, status: 'Completed' });
});

await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
console.log('ready');
const stop = async () => {
  await server.close();
  await store.close();
  process.exit(0);
};
process.on('SIGTERM', () => void stop());
