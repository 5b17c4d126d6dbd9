import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client, Input } from '../../packages/client/src/client.ts';
import type { OrderId, PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import type { EventLog, RecordedEvent } from '../../src/application/ports.ts';
import { orderAfter, paymentAfter } from '../support/as-it-was.ts';
import { orderBody, settledOrder, usd } from '../support/api-samples.ts';
import { expectProblem, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { openShop } from '../support/client.ts';
import { openTestLog } from '../support/log.ts';

let api: Api;
let client: Client;
let rest: ApiClient;
/** Reads what there is without the service. */
let log: EventLog;
beforeAll(async () => {
  api = await startApi();
  const base = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
  ({ client } = await openShop(api, base));
  rest = await api.connect();
  ({ log } = openTestLog(api.database.pool));
});
afterAll(() => api.stop());

const payments = fc.array(
  fc.record({
    amount: fc.integer({ min: 1, max: 600 }).map(usd),
    paymentToken: fc.constantFrom('tok_success', 'tok_declined'),
    captureMethod: fc.constantFrom('automatic' as const, 'manual' as const),
  }),
  { maxLength: 3 },
);

/** An order to which this happened, whatever was refused; all events of it and of its payments, by stream. */
async function lived(all: readonly Partial<Input<'createPayment'>>[]) {
  const { orderId } = await client.createOrder(orderBody());
  for (const body of all) await rest.post('/api/payments', { orderId, paymentMethod: 'card', ...body });
  await settledOrder(rest, orderId);
  const { data: history } = await client.listOrderEvents({ orderId });
  const ids = [...new Set(history.map(({ streamId }) => streamId))] as (OrderId & PaymentId)[];
  const streams = await log.readStreams(rest.tenantId as TenantId, ids);
  return { orderId, history, streams: new Map(ids.map((id, index) => [id as string, streams[index] ?? []])) };
}

const upTo = (events: readonly RecordedEvent[], position: string) =>
  events.filter((event) => event.position <= BigInt(position));

it('every step of the history of an order leads to the order and its payments as they were right after it', async () => {
  let together = 0;
  await fc.assert(
    fc.asyncProperty(payments, async (all) => {
      const { orderId, history, streams } = await lived(all);
      together += history.length - new Set(history.map(({ recordedAt }) => recordedAt)).size;
      for (const { position, streamId, version, recordedAt } of history) {
        for (const [id, events] of streams) {
          const then = upTo(events, position);
          if (id === orderId)
            expect(await client.getOrder({ orderId, atPosition: position })).toEqual(orderAfter(then));
          else if (then.length > 0)
            expect(await client.getPayment({ paymentId: id, atPosition: position })).toEqual(
              paymentAfter(then),
            );
          else
            expectProblem(await rest.get(`/api/payments/${id}?atPosition=${position}`), {
              ...{ status: 404, code: 'payment-not-found' },
            });
        }
        // The instant of an event shows it with all that was recorded with it, and nothing later.
        const events = streams.get(streamId)!.filter((event) => event.recordedAt <= recordedAt);
        const path = streamId === orderId ? 'orders' : 'payments';
        const at = await rest.get(`/api/${path}/${streamId}?at=${recordedAt}`);
        expect(at.body).toEqual(streamId === orderId ? orderAfter(events) : paymentAfter(events));
        expect(events.length).toBeGreaterThanOrEqual(version);
      }
      const { position } = history.at(-1)!;
      expect(await client.getOrder({ orderId, atPosition: `${position}0` })).toEqual(
        await client.getOrder({ orderId }),
      );
    }),
    { numRuns: 6 },
  );
  // Otherwise an instant would have told them all apart.
  expect(together).toBeGreaterThan(0);
});
