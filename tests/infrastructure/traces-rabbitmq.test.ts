import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningTracing } from '../../src/infrastructure/telemetry/tracing.ts';
import { orderBody } from '../support/api-samples.ts';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver, treeOf, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { rabbitmqForTests } from '../support/rabbitmq.ts';
import { startTestService } from '../support/service.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const rabbitmq = rabbitmqForTests();

let receiver: OtlpReceiver;
let traces: RunningTracing;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  traces = await receiver.startTracing();
});
afterAll(() => receiver.stop());

it('goes on over the broker: publishing hangs below the append, handling below publishing', async () => {
  const service = await startTestService({ tracing: traces.tracing, amqpUrl: rabbitmq().url });
  try {
    const client = await service.client();
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    expect((await client.post('/api/orders', orderBody(), headers)).status).toBe(201);
    const published = 'POST /api/orders > append > publish order.created.v1';
    await eventually(() => {
      const tree = treeOf(receiver.spans(TRACE), CALLER);
      expect(tree).toContain(`${published} > process order.created.v1`);
    }, 30_000);
    const { text } = await service.service.metrics();
    expect(text).toMatch(/^order_payments_broker_messages_total\{outcome="confirmed"\} [1-9]/m);
    expect(text).toMatch(/^order_payments_relay_lag_messages\{shard="0"\} \d/m);
  } finally {
    await service.stop();
    await traces.stop(); // hands over what is left, to whoever still listens
  }
}, 60_000);
