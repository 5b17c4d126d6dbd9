import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';

const SHOP = 'https://shop.example';

let api: Api;
let client: ApiClient;
beforeAll(async () => {
  api = await startApi({ corsOrigins: [SHOP, 'http://localhost:5173'] });
  client = await api.connect();
});
afterAll(() => api.stop());

const preflight = (origin: string) =>
  api.service.server.inject({
    method: 'OPTIONS',
    url: '/api/orders',
    headers: { origin, 'access-control-request-method': 'POST' },
  });

describe('a page in a browser', () => {
  it('of an origin that was named may call, and read what our headers say', async () => {
    const asked = await preflight(SHOP);
    expect(asked.statusCode).toBe(204);
    expect(asked.headers['access-control-allow-origin']).toBe(SHOP);
    expect(asked.headers['access-control-allow-headers']).toContain('idempotency-key');

    const answer = await client.get('/api/orders', { origin: SHOP });
    expect(answer.headers['access-control-allow-origin']).toBe(SHOP);
    expect(answer.headers['access-control-expose-headers']).toContain('x-request-id');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    expect(answer.headers['vary']).toMatch(/origin/i);
  });

  it.each(['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null'])(
    'of %s is kept out',
    async (origin) => {
      const asked = await preflight(origin);
      expect(asked.headers['access-control-allow-origin']).not.toBe(origin);
      const answer = await client.get('/api/orders', { origin });
      expect(answer.headers['access-control-allow-origin']).not.toBe(origin);
    },
  );

  it('is told what a path knows as everybody is', async () => {
    const { statusCode, headers } = await api.service.server.inject({
      method: 'OPTIONS',
      url: '/api/orders',
    });
    expect([statusCode, headers['allow']]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    const nowhere = await api.service.server.inject({ method: 'OPTIONS', url: '/nowhere' });
    expect(nowhere.statusCode).toBe(404);
  });

  it('of any origin is kept out where none was named', async () => {
    const closed = await startApi();
    try {
      const answer = await closed.service.server.inject({
        method: 'OPTIONS',
        url: '/api/orders',
        headers: { origin: SHOP, 'access-control-request-method': 'POST' },
      });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    } finally {
      await closed.stop();
    }
  });
});
