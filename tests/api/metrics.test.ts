import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startMetricsServer } from '../../src/infrastructure/telemetry/metrics-server.ts';
import { orderBody } from '../support/api-samples.ts';
import { eventually } from '../support/eventually.ts';
import { startTestService, type Client, type TestService } from '../support/service.ts';

let api: TestService;
let client: Client;
beforeAll(async () => {
  api = await startTestService();
  client = await api.client();
});
afterAll(() => api.stop());

/** `name{label="value"}` and the value of each sample. */
async function samples(): Promise<ReadonlyMap<string, number>> {
  const { text } = await api.service.metrics();
  return new Map(
    [...text.matchAll(/^([a-z_]+(?:\{.*\})?) (\S+)$/gm)].map(([, of, value]) => [of!, Number(value)]),
  );
}

const labelOf = (label: string, sample: string): string | undefined =>
  new RegExp(`[{,]${label}="([^"]*)"`).exec(sample)?.[1];

const ordersBy = (status: string) => `{method="POST",route="/api/orders",status_class="${status}"}`;
const get = (authorization?: string) =>
  api.service.server.inject({ url: '/metrics', headers: authorization ? { authorization } : {} });

describe('/metrics', () => {
  it('is answered to keys of the scope ops only', async () => {
    expect((await get()).statusCode).toBe(401);
    const orders = await api.client('acme', ['orders:read', 'admin']);
    expect((await get(`Bearer ${orders.key}`)).statusCode).toBe(403);
    const ops = await api.client('acme', ['ops']);
    const answer = await get(`Bearer ${ops.key}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.body).toMatch(/^order_payments_http_requests_total\{/m);
  });

  it('is answered without a key on a port of its own, and nothing else is', async () => {
    const server = await startMetricsServer(api.service.metrics, { host: '127.0.0.1', port: 0 });
    const url = `http://127.0.0.1:${server.port}`;
    const found = await fetch(`${url}/metrics`);
    expect([found.status, await found.text()]).toEqual([200, expect.stringContaining('order_payments_')]);
    for (const [path, method] of [
      ['/', 'GET'],
      ['/api/orders', 'GET'],
      ['/metrics', 'POST'],
    ] as const)
      expect((await fetch(url + path, { method })).status).toBe(404);
    await server.stop();
  });

  it('counts and times what happens', async () => {
    const before = await samples();
    const { body: order } = await client.post('/api/orders', orderBody());
    await client.post('/api/payments', { orderId: order.orderId, paymentMethod: 'card' });
    await client.post('/api/orders', {});
    await eventually(async () => {
      const after = await samples();
      const gained = (sample: string) => (after.get(sample) ?? 0) - (before.get(sample) ?? 0);
      expect(gained(`order_payments_http_requests_total${ordersBy('2xx')}`)).toBe(1);
      expect(gained(`order_payments_http_request_duration_seconds_count${ordersBy('4xx')}`)).toBe(1);
      expect(gained('order_payments_append_commands_total{outcome="appended"}')).toBeGreaterThanOrEqual(3);
      expect(gained('order_payments_append_events_total')).toBeGreaterThanOrEqual(5);
      expect(gained('order_payments_append_batch_commands_count')).toBeGreaterThanOrEqual(1);
      const authorized = '{provider="simulated",operation="authorize",outcome="succeeded"}';
      expect(gained(`order_payments_provider_call_duration_seconds_count${authorized}`)).toBe(1);
      const handled = '{consumer="order-created",outcome="handled"}';
      expect(gained(`order_payments_consumer_messages_total${handled}`)).toBe(1);
    });
  });

  it('tells what is behind, what waits, and the pools', async () => {
    const all = await eventually(async () => {
      const found = await samples();
      const names = [...found.keys()].filter((name) =>
        name.startsWith('order_payments_subscription_lag_events{'),
      );
      expect(names.map((name) => labelOf('subscription', name))).toEqual(
        expect.arrayContaining(['order-summary', 'checkout', 'order-created', 'webhooks']),
      );
      return found;
    });
    expect(all.get('order_payments_backlog_readable')).toBe(1);
    expect(all.get('order_payments_webhook_deliveries_waiting')).toBe(0);
    expect(all.get('order_payments_append_waiting_commands{shard="0"}')).toBe(0);
    expect(all.get('order_payments_pool_waiting_queries{pool="append"}')).toBe(0);
  });

  it('has no label that whoever sends requests can make up', async () => {
    const made = 'made-up-by-a-stranger';
    const { server } = api.service;
    await client.get(`/api/orders/${made}`);
    await client.get(`/${made}`);
    await client.get(`/api/${made}?${made}=${made}`);
    await client.get(`/%${made}`);
    await server.inject({ method: 'PROPFIND' as 'GET', url: `/${made}` });
    await client.post(`/api/orders?customerId=${made}`, orderBody({ customerId: made }), {
      'idempotency-key': made,
    });
    const { text } = await api.service.metrics();
    expect(text).not.toContain(made);
    expect(text).not.toContain(client.tenantId);
    const routes = new Set([...(await samples()).keys()].flatMap((sample) => labelOf('route', sample) ?? []));
    expect(routes).toContain('unknown');
    expect(routes).toContain('/api/orders/:orderId');
    const methods = new Set(
      [...(await samples()).keys()].flatMap((sample) => labelOf('method', sample) ?? []),
    );
    expect([...methods].filter((method) => !/^(GET|POST|other)$/.test(method))).toEqual([]);
  });

  it('keeps to the conventions: base units, totals, and a help text for each', async () => {
    const { text } = await api.service.metrics();
    const types = [...text.matchAll(/^# TYPE (order_payments_\S+) (\w+)$/gm)];
    expect(types.length).toBeGreaterThan(20);
    for (const [, name = '', type] of types) {
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|percent)\b/);
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.{5,}$`, 'm'));
    }
  });

  it('has the others although PostgreSQL does not answer', async () => {
    const own = await startTestService();
    await own.service.pool.end();
    const { text } = await own.service.metrics();
    expect(text).toContain('order_payments_backlog_readable 0');
    expect(text).not.toMatch(/^order_payments_subscription_lag_events\{/m);
    expect(text).toContain('order_payments_webhook_deliveries_waiting Nan');
    await own.stop().catch(() => {});
  });
});

const read = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../infra/${path}`, import.meta.url)), 'utf8');

describe('what Prometheus and Grafana are given', () => {
  type Rule = {
    alert: string;
    expr: string;
    for: string;
    labels: object;
    annotations: Record<string, string>;
  };

  it.each(['prometheus/alerts.yml', 'grafana/dashboards/order-payments.json'])(
    '%s names only metrics that there are',
    async (path) => {
      const { text } = await api.service.metrics();
      const there = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
      const named = [...(await read(path)).matchAll(/\b(?:order_payments|nodejs|process)_[a-z0-9_]+/g)];
      expect(named.length).toBeGreaterThan(10);
      const unknown = named
        .map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
        .filter((name) => !there.has(name));
      expect(unknown).toEqual([]);
    },
  );

  it('every metric of ours is on the dashboard', async () => {
    const { text } = await api.service.metrics();
    const dashboard = await read('grafana/dashboards/order-payments.json');
    const ours = [...text.matchAll(/^# TYPE (order_payments_\S+)/gm)].map(([, name]) => name!);
    expect(ours.filter((name) => !dashboard.includes(name))).toEqual([]);
  });

  it('every alert says what is wrong and what to do', async () => {
    const { groups } = parse(await read('prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] };
    const rules = groups.flatMap((group) => group.rules);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations, labels, ...rule } of rules) {
      expect(rule.for).toMatch(/^\d+m$/);
      expect(labels).toMatchObject({ severity: expect.stringMatching(/^(page|ticket)$/) as string });
      expect(annotations['summary']).toMatch(/^.{20,}$/);
      expect(annotations['action']).toMatch(/^.{40,}$/);
    }
  });
});
