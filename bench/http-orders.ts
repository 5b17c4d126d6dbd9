import autocannon from 'autocannon';

// Orders per second over HTTP against a running service, with everything on: authentication, validation, projections,
// consumers. Example: npm start in one terminal, then
//   API_KEY=op_test_… npm run bench:http -- http://127.0.0.1:3000 64 10

const [url = 'http://127.0.0.1:3000', connections = '64', seconds = '10'] = process.argv.slice(2);
const order = {
  customerId: 'bench',
  items: [
    { productId: 'sku-1', productName: 'Teapot', quantity: 2, unitPrice: { amount: 1999, currency: 'USD' } },
  ],
};
const result = await autocannon({
  url: `${url}/api/orders`,
  method: 'POST',
  connections: Number(connections),
  duration: Number(seconds),
  headers: { authorization: `Bearer ${process.env['API_KEY']}`, 'content-type': 'application/json' },
  body: JSON.stringify(order),
});
const { requests, latency, non2xx, errors } = result;
console.log(
  `${requests.average} orders/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms, ${non2xx} refused, ${errors} errors`,
);
