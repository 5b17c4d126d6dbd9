import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../packages/client/src/client.ts';
import type { Output } from '../../packages/client/src/operation-types.ts';
import { LOOKED_THROUGH_MAX } from '../../src/infrastructure/read-models/log-pages.ts';
import { orderBody } from '../support/api-samples.ts';
import { expectProblem, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { openShop } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';

let api: Api;
let base: string;
let client: Client;
let stranger: Client;
/** The same tenant without the client, for what the client would not send. */
let raw: ApiClient;
beforeAll(async () => {
  api = await startApi();
  base = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
  ({ client } = await openShop(api, base, 'owner'));
  ({ client: stranger } = await openShop(api, base, 'stranger'));
  raw = await api.connect('owner');
});
afterAll(() => api.stop());

/** A paid order that nothing more happens to by itself; its whole history. */
async function soldBy(seller: Client, customerId = 'customer-1') {
  const { orderId } = await seller.createOrder(orderBody({ customerId }));
  const { paymentId } = await seller.createPayment({ orderId, paymentMethod: 'card' });
  const history = await eventually(async () => {
    const { data } = await seller.listOrderEvents({ orderId });
    expect(data.map(({ type }) => type)).toEqual(expect.arrayContaining(['OrderPaid', 'StockReserved']));
    return data;
  });
  return { orderId, paymentId, history };
}

type LogPage = Output<'listLogEvents'>;

const idsOf = ({ data }: Pick<LogPage, 'data'>): string[] => data.map(({ id }) => id);

async function allOf(
  reader: Client,
  asked: Parameters<Client['listLogEvents']>[0],
): Promise<LogPage['data']> {
  const found: LogPage['data'] = [];
  for await (const event of reader.listLogEvents(asked)) found.push(event);
  return found;
}

describe('the log of a tenant', () => {
  it('holds what the histories of its orders hold, and nothing of another tenant', async () => {
    const own = await soldBy(client);
    const theirs = await soldBy(stranger);
    for (const limit of [3, 200]) {
      const events = await allOf(client, { limit });
      const ofOrder = events.filter(({ id }) => own.history.some((entry) => entry.id === id)).toReversed();
      expect(ofOrder).toEqual(
        own.history.map(({ causedBy: _cause, ...entry }) => ({
          ...entry,
          ...{ shard: 0, schemaVersion: expect.any(Number), unreadable: null },
        })),
      );
      const strange = new Set(theirs.history.map(({ eventId }) => eventId));
      expect(events.filter(({ eventId }) => strange.has(eventId))).toEqual([]);
      const recorded = events.map(({ recordedAt }) => recordedAt);
      expect(recorded).toEqual(recorded.toSorted().toReversed());
    }
  });

  it('shows only what the filter names, page by page, from either end', async () => {
    const { orderId, paymentId, history } = await soldBy(client);
    for (const streamId of [orderId, paymentId]) {
      const right = history.filter((entry) => entry.streamId === streamId).map(({ id }) => id);
      expect((await allOf(client, { streamId, limit: 2, order: 'oldest' })).map(({ id }) => id)).toEqual(
        right,
      );
      expect((await allOf(client, { streamId, limit: 2 })).map(({ id }) => id)).toEqual(right.toReversed());
    }
    const paid = await allOf(client, { type: 'OrderPaid', shard: 0, limit: 1 });
    expect(paid.length).toBeGreaterThan(0);
    expect(new Set(paid.map(({ type }) => type))).toEqual(new Set(['OrderPaid']));
    expect(await client.listLogEvents({ shard: 5 })).toMatchObject({ data: [], nextCursor: null });
    expect(await stranger.listLogEvents({ streamId: orderId })).toMatchObject({ data: [], nextCursor: null });
  });

  it('is followed from what was shown first on, without a gap or a repetition', async () => {
    const first = await client.listLogEvents({ limit: 1 });
    expect(first.followCursor).not.toBeNull();
    const { history } = await soldBy(client);
    const told: string[] = [];
    let cursor = first.followCursor!;
    await eventually(async () => {
      const page = await client.listLogEvents({ order: 'oldest', limit: 2, cursor });
      told.push(...idsOf(page));
      cursor = page.followCursor!;
      expect(told).toEqual(expect.arrayContaining(history.map(({ id }) => id)));
    });
    expect(new Set(told).size).toBe(told.length);
    expect(told).not.toContain(idsOf(first)[0]);
  });

  it('says how much it looked through, and links to the next page', async () => {
    const answer = await raw.get('/api/ops/log?limit=2&type=OrderPaid');
    const { lookedThrough } = answer.body as LogPage;
    expect(lookedThrough).toBeGreaterThan(0);
    expect(lookedThrough).toBeLessThanOrEqual(LOOKED_THROUGH_MAX);
    const { headers } = await raw.get('/api/ops/log?limit=1');
    const link = /^<(?<url>[^>]+)>; rel="next"$/.exec(String(headers['link']))?.groups?.['url'];
    expect(await raw.get(link!)).toMatchObject({ status: 200 });
  });

  it('takes a cursor for the list only that it came from', async () => {
    const { nextCursor, followCursor } = await client.listLogEvents({ limit: 1 });
    const refused = [
      `limit=1&cursor=${nextCursor}&type=OrderPaid`,
      `limit=1&cursor=${nextCursor}&order=oldest`,
      `limit=1&cursor=${followCursor}`,
      'cursor=made.up',
    ];
    for (const query of refused)
      expectProblem(await raw.get(`/api/ops/log?${query}`), {
        ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] },
      });
    const other = await api.connect('stranger');
    expectProblem(await other.get(`/api/ops/log?limit=1&cursor=${nextCursor}`), {
      ...{ status: 422, code: 'validation-failed', errors: ['query /cursor'] },
    });
  });

  it('shows neither what can charge a customer again nor what was erased', async () => {
    const customerId = 'ada-lovelace';
    const { orderId, paymentId } = await soldBy(client, customerId);
    const shown = async () => JSON.stringify(await allOf(client, { streamId: orderId }));
    expect(await shown()).toContain(customerId);
    await client.eraseCustomer({ customerId });
    await eventually(async () => {
      expect(await shown()).not.toContain(customerId);
      const [created] = await allOf(client, { streamId: orderId, order: 'oldest' });
      expect(JSON.stringify(await client.getLogEvent({ id: created!.id }))).not.toContain(customerId);
    });
    const [initiated] = await allOf(client, { streamId: paymentId, type: 'PaymentInitiated' });
    expect(initiated!.data).not.toHaveProperty('paymentToken');
  });
});

describe('one event of the log', () => {
  it('is told with what caused it, what it caused and what came with it', async () => {
    const { history } = await soldBy(client);
    const byType = (type: string) => history.find((entry) => entry.type === type)!;
    const captured = byType('OrderPaymentCaptured');
    const found = await client.getLogEvent({ id: captured.id });
    const { causedBy, ...entry } = captured;
    expect(causedBy).toBe(byType('PaymentProcessed').eventId);
    expect(found.event).toMatchObject({ ...entry, causedBy, shard: 0 });
    expect(found.causes.map(({ type }) => type)).toEqual(['PaymentProcessed']);
    expect(found.origin.actor).toMatch(/^key:op_test_/);
    const together = history.filter(({ commandId }) => commandId === captured.commandId);
    expect([captured.id, ...idsOf({ data: found.together })].toSorted()).toEqual(
      together.map(({ id }) => id).toSorted(),
    );

    const cause = await client.getLogEvent({ id: byType('PaymentProcessed').id });
    expect(cause.event.causedBy).toBeNull();
    expect(cause.causes).toEqual([]);
    const caused = history.filter((one) => one.causedBy === cause.event.eventId);
    expect(caused.length).toBeGreaterThan(0);
    expect(cause.effects.filter((one) => one.causedBy === cause.event.eventId).map(({ id }) => id)).toEqual(
      caused.map(({ id }) => id),
    );
  });

  it.each(['0-999999999', '7-1', '0-0', '0-', 'x', '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', '999-1'])(
    'is not there at %s',
    async (id) => {
      expectProblem(await raw.get(`/api/ops/log/${id}`), { status: 404, code: 'event-not-found' });
    },
  );

  it('is not there for another tenant', async () => {
    const { history } = await soldBy(client);
    const other = await api.connect('stranger');
    for (const { id } of history) {
      expectProblem(await other.get(`/api/ops/log/${id}`), { status: 404, code: 'event-not-found' });
      expect((await raw.get(`/api/ops/log/${id}`)).status).toBe(200);
    }
  });
});

describe('the shards of the log', () => {
  it('tell how far they have come, with the events of all tenants', async () => {
    const { history } = await soldBy(client);
    const { data } = await stranger.listShards();
    expect(data.map(({ shard }) => shard)).toEqual([0]);
    const [{ head, events, oldestAt, newestAt }] = data as [(typeof data)[number]];
    expect(Number(head)).toBe(events);
    expect(events).toBeGreaterThanOrEqual(Number(history.at(-1)!.position));
    expect(newestAt! >= history.at(-1)!.recordedAt).toBe(true);
    expect(oldestAt! < newestAt!).toBe(true);
  });
});
