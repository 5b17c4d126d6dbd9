import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningTracing } from '../../src/infrastructure/telemetry/tracing.ts';
import { orderBody } from '../support/api-samples.ts';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver, treeOf, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { startTestService, type Client, type TestService } from '../support/service.ts';
import { startSink } from '../support/webhook-sink.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

let receiver: OtlpReceiver;
let traces: RunningTracing;
let service: TestService;
let client: Client;
let sink: Awaited<ReturnType<typeof startSink>>;
beforeAll(async () => {
  [receiver, sink] = await Promise.all([startOtlpReceiver(), startSink()]);
  traces = await receiver.startTracing();
  service = await startTestService({ tracing: traces.tracing, webhooksAllowPrivate: true });
  client = await service.client();
});
afterAll(async () => {
  await service.stop();
  await traces.stop();
  await Promise.all([receiver.stop(), sink.stop()]);
});

const traced = (traceId: string, flags = '01') => ({ traceparent: `00-${traceId}-${CALLER}-${flags}` });

describe('a trace', () => {
  it('goes from the request over the log to the consumers, to checkout, the provider and the webhook', async () => {
    const endpoint = { url: `${sink.url}/hooks`, events: ['order.created.v1'] };
    expect((await client.post('/api/webhook-endpoints', endpoint)).status).toBe(201);
    const { body: order } = await client.post('/api/orders', orderBody(), traced(TRACE));
    const payment = { orderId: order.orderId, paymentMethod: 'card' };
    expect((await client.post('/api/payments', payment, traced(TRACE))).status).toBe(201);

    const tree = await eventually(() => {
      const found = treeOf(receiver.spans(TRACE), CALLER);
      for (const name of EXPECTED) expect(found).toContain(name);
      return found;
    });
    expect(new Set(tree.map((path) => path.split(' > ')[0]))).toEqual(
      new Set(['POST /api/orders', 'POST /api/payments']),
    );
  });

  it('that nobody follows is not written down, nor what comes of it', async () => {
    const other = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    await client.post('/api/orders', orderBody(), traced(other, '00'));
    await client.post('/api/orders', orderBody(), traced('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'));
    await eventually(() =>
      expect(receiver.spans('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb').map(({ name }) => name)).toContain(
        'process order.created.v1',
      ),
    );
    expect(receiver.spans(other)).toEqual([]);
  });

  it('begins here without one that can be read, and the answer names it', async () => {
    const { body } = await client.post('/api/orders', { nothing: 1 }, { traceparent: 'nonsense' });
    await eventually(() => {
      const [span] = receiver.spans(body.traceId);
      expect(span).toMatchObject({ name: 'POST /api/orders', kind: 2 });
      expect(span?.parentSpanId ?? '').toBe('');
    });
  });

  it('names the template of a route, and nothing for what is none', async () => {
    const { body } = await client.get('/api/orders/secret-path');
    const { body: nowhere } = await client.get('/api/secret-path');
    await eventually(() => {
      expect(receiver.spans(body.traceId).map(({ name }) => name)).toEqual(['GET /api/orders/:orderId']);
      expect(receiver.spans(nowhere.traceId).map(({ name }) => name)).toEqual(['GET']);
    });
    expect(receiver.bodies.join('')).not.toContain('secret-path');
  });
});

const EXPECTED = [
  'POST /api/orders',
  'POST /api/orders > append',
  'POST /api/orders > append > process order.created.v1',
  'POST /api/orders > append > process order.created.v1 > POST webhook',
  'POST /api/payments > append',
  'POST /api/payments > authorize simulated',
  'POST /api/payments > append > process payment.processed.v1',
  'POST /api/payments > append > process PaymentProcessed',
  'POST /api/payments > append > process PaymentProcessed > append',
];
