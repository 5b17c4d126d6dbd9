import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../src/application/access.ts';
import { COMMANDS, REFUND_APPROVAL_ABOVE, type CommandSample } from '../support/api-commands.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { usd } from '../support/api-samples.ts';
import { problemOf, startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { etagOf, stepsOf, type Steps } from '../support/api-steps.ts';

const ABSENT = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const FORBIDDEN = { status: 403, code: 'forbidden' } as const;
const notFound = ({ on }: Pick<CommandSample, 'on'>) => ({ status: 404, code: `${on}-not-found` }) as const;

let api: Api;
let client: ApiClient;
let steps: Steps;

beforeAll(async () => {
  api = await startApi({ refundApprovalAbove: REFUND_APPROVAL_ABOVE });
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

const commands = Object.entries(COMMANDS);

/** A key of the same tenant that may do all but one thing. */
const holderWithout = (scope: Scope): Promise<ApiClient> =>
  api.connect(
    'acme',
    SCOPES.filter((other) => other !== scope),
  );

const withoutIds = (answer: ApiAnswer): unknown => ({
  ...problemOf(answer),
  traceId: undefined,
  instance: undefined,
});

describe('another tenant', () => {
  it.each(commands)('finds nothing to command: %s', async (_name, sample) => {
    const stranger = await api.connect('stranger');
    const { orderId, url, body, etag } = await sample.prepare(steps);
    const tags = [{}, { 'if-match': etag }, { 'if-match': '"1"' }, { 'idempotency-key': 'k' }];
    for (const headers of tags) {
      const answer = await steps.refused(orderId, () => stranger.post(url, body, headers), notFound(sample));
      const absent = url.replace(/(?<=^\/api\/\w+\/)[^/]+/, ABSENT);
      expect(withoutIds(answer)).toEqual(withoutIds(await stranger.post(absent, body, headers)));
    }
    expect((await client.post(url, body)).status).toBe(sample.status);
  });

  it('finds nothing to amend, to ask about or to read', async () => {
    const stranger = await api.connect('stranger');
    const { order, paymentId } = await steps.placePaid();
    const { orderId } = order;
    const refund = await steps.onPayment(paymentId, 'refunds', { amount: usd(1) });
    const location = String(refund.headers['location']);
    const amend = () =>
      stranger.patch(`/api/orders/${orderId}`, { shipping: usd(1) }, { 'if-match': etagOf(order) });
    await steps.refused(orderId, amend, { status: 404, code: 'order-not-found' });
    for (const send of [
      () => stranger.post(`/api/payments/${paymentId}/sync`, {}),
      () => stranger.get(location),
    ])
      await steps.refused(orderId, send, { status: 404, code: 'payment-not-found' });
    expect((await client.get(location)).status).toBe(200);
  });
});

describe('a key without the scope', () => {
  it.each(commands)('is refused, whatever else it may do: %s', async (_name, sample) => {
    const { orderId, url, body } = await sample.prepare(steps);
    const holder = await holderWithout(sample.scope);
    const answer = await steps.refused(orderId, () => holder.post(url, body), FORBIDDEN);
    expect(problemOf(answer).detail).toContain(sample.scope);
    const right = await api.connect('acme', [sample.scope]);
    expect((await right.post(url, body)).status).toBe(sample.status);
  });

  it('neither amends, nor asks the provider, nor reads a refund', async () => {
    const { order, paymentId } = await steps.placePaid();
    const { orderId } = order;
    const location = String((await steps.onPayment(paymentId, 'refunds')).headers['location']);
    const noOrders = await holderWithout('orders:write');
    const amend = () => noOrders.patch(`/api/orders/${orderId}`, { shipping: usd(1) }, { 'if-match': '*' });
    await steps.refused(orderId, amend, FORBIDDEN);
    const noPayments = await holderWithout('payments:write');
    await steps.refused(orderId, () => noPayments.post(`/api/payments/${paymentId}/sync`, {}), FORBIDDEN);
    const noReading = await holderWithout('orders:read');
    await steps.refused(orderId, () => noReading.get(location), FORBIDDEN);
  });
});
