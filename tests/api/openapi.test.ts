import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/api/problem.ts';
import { startService } from '../../src/composition.ts';
import { loadContract, type ApiAnswer, type ApiDocument, type Contract } from '../support/api-contract.ts';
import { orderBody } from '../support/api-samples.ts';
import { clientOf, expectProblem, startApi, type Api } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { startPgProxy } from '../support/pg-proxy.ts';
import { MIGRATIONS_FOLDER } from '../support/postgres.ts';

let api: Api;
let document: ApiDocument;
let contract: Contract;

beforeAll(async () => {
  api = await startApi();
  document = (await api.service.server.inject('/openapi.json')).json<ApiDocument>();
  contract = await loadContract(api.service.server);
});
afterAll(() => api.stop());

const operationsOf = ({ paths }: ApiDocument) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

/** Reads Fastify's drawing of its routes, in which each level is four characters further in. */
function routesOf(drawing: string): string[] {
  const branch: string[] = [];
  return drawing
    .trimEnd()
    .split('\n')
    .map((text) => {
      const [, indent = '', path = ''] = /^([│├└─ ]*)(\S+) \(/.exec(text) ?? [];
      branch.splice(indent.length / 4 - 1, Infinity, path);
      return branch.join('');
    });
}

describe('the document', () => {
  it('is the committed one', async () => {
    const file = await readFile(new URL('../../openapi.json', import.meta.url), 'utf8');
    const committed = JSON.parse(file) as ApiDocument & { info: object };
    expect({ ...document, info: {} }).toEqual({ ...committed, info: {} });
  });

  it('names, sums up and sorts every operation', () => {
    expect(document.openapi).toBe('3.1.0');
    const operations = operationsOf(document);
    const tags = document.tags.map(({ name }) => name);
    expect(operations.length).toBeGreaterThan(10);
    for (const operation of operations) {
      expect(operation).toMatchObject({
        operationId: expect.stringMatching(/^[a-z][a-zA-Z]+$/),
        summary: expect.stringMatching(/^[A-Z].{5,}/),
      });
      expect(operation.tags).toHaveLength(1);
      expect(tags).toEqual(expect.arrayContaining([...operation.tags!]));
    }
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('leaves out no route but its own and its page’s', () => {
    const served = routesOf(api.service.server.printRoutes({ commonPrefix: false }));
    const own = served.filter((path) => !/^\/(docs|openapi\.json)/.test(path));
    const documented = Object.keys(document.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
    expect(own.toSorted()).toEqual(documented.toSorted());
  });

  it('asks for a key exactly under /api', () => {
    for (const { path, security } of operationsOf(document)) {
      expect({ path, security }).toEqual({ path, security: path.startsWith('/api/') ? undefined : [] });
    }
    expect(document).toMatchObject({
      security: [{ apiKey: [] }],
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
    });
  });

  it('says that everything under /api may be refused, and how', () => {
    for (const { path, responses } of operationsOf(document).filter((operation) =>
      operation.path.startsWith('/api/'),
    )) {
      for (const range of ['4XX', '5XX']) {
        expect({ path, types: Object.keys(responses[range]?.content ?? {}) }).toEqual({
          path,
          types: ['application/problem+json'],
        });
      }
    }
  });
});

describe('holding answers against the document', () => {
  let good: ApiAnswer;
  beforeAll(async () => {
    const client = await api.connect();
    good = await client.post('/api/orders', orderBody());
  });
  const check = (over: object, method = 'POST') => {
    const answer = { ...good, ...over };
    return () => contract(method, '/api/orders', answer);
  };

  it('accepts one that is right', () => {
    expect(check({})).not.toThrow();
  });

  it.each<[string, object]>([
    ['a status that is not documented', { status: 200 }],
    ['a content type that is not documented', { headers: { 'content-type': 'text/plain' } }],
    ['a property that is missing', { body: {} }],
    ['a body that is no object', { body: [] }],
  ])('notices %s', (_what, over) => {
    expect(check(over)).toThrow(/POST \/api\/orders/);
  });

  it('notices a property that is not documented, one of another type, and one of another format', () => {
    const body = good.body as Record<string, unknown>;
    expect(check({ body: { ...body, tenantId: 'x' } })).toThrow(/must NOT have additional properties/);
    expect(check({ body: { ...body, version: '1' } })).toThrow(/version must be integer/);
    expect(check({ body: { ...body, orderId: 'x' } })).toThrow(/must match format "uuid"/);
    expect(check({ body: { ...body, status: 'Shipped' } })).toThrow(/must be equal to one of/);
  });

  it('notices a body where none belongs', () => {
    const notModified = { ...good, status: 304, text: '{}' };
    expect(() => contract('GET', '/api/orders/019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', notModified)).toThrow(
      /has a body/,
    );
  });
});

const fetched = async (url: string) => api.service.server.inject({ method: 'GET', url });

describe('the page at /docs', () => {
  it('loads everything it needs from here', async () => {
    const page = await fetched('/docs');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\/static\/[\w./-]+$/);
      expect((await fetched(link)).statusCode).toBe(200);
    }
    expect(page.body).not.toMatch(/@import|\burl\(|https?:/);
  });

  it('does not have the document checked by another host', async () => {
    const script = await fetched('/docs/static/swagger-initializer.js');
    expect(script.body).toContain('validatorUrl: null');
    expect(script.body).not.toMatch(/url: "https?:/);
    expect((await fetched('/docs/json')).json()).toEqual(document);
  });
});

describe('the problems that answers name', () => {
  it('are listed', async () => {
    expect((await api.anonymous.get('/problems')).body).toEqual(PROBLEMS);
  });

  it.each(Object.entries(PROBLEMS))('explain themselves: %s', async (code, { status, title }) => {
    const answer = await api.anonymous.get(`/problems/${code}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ code, status, title });
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it.each(['nothing', '__proto__', 'constructor', 'toString', '', 'FORBIDDEN'])(
    'are no others: "%s"',
    async (code) => {
      expectProblem(await api.anonymous.get(`/problems/${code}`), { status: 404, code: 'not-found' });
    },
  );

  it('have a title and a code of their own', () => {
    const titles = Object.values(PROBLEMS).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const code of Object.keys(PROBLEMS)) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});

const checksOf = ({ body }: ApiAnswer) => (body as { checks: object[] }).checks;

describe('health', () => {
  it('is told without a key', async () => {
    expect((await api.anonymous.get('/livez')).body).toEqual({ status: 'ok' });
    const ready = await api.anonymous.get('/readyz');
    expect(ready.status).toBe(200);
    expect(ready.body).toMatchObject({ status: 'ready' });
    expect(checksOf(ready)).toContainEqual(expect.objectContaining({ name: 'postgresql', status: 'ok' }));
  });

  it('is not ready, but alive, without its database, and says so in every answer', async () => {
    const { key, tenantId } = await api.connect();
    const proxy = await startPgProxy(api.database.connectionString);
    const service = await startService({
      databaseUrl: proxy.connectionString,
      migrationsFolder: MIGRATIONS_FOLDER,
      poolMax: 5,
      logger: pino({ level: 'silent' }),
      version: '0.0.0-test',
    });
    try {
      const client = clientOf(service.server, contract, { key, tenantId });
      expect((await client.get('/readyz')).status).toBe(200);
      await proxy.close();

      await eventually(async () => {
        const answer = await client.get('/readyz');
        expect(answer.status).toBe(503);
        expect(answer.body).toMatchObject({ status: 'unavailable' });
        expect(checksOf(answer)).toContainEqual(
          expect.objectContaining({ name: 'postgresql', status: 'failed' }),
        );
      }, 10_000);
      expect((await client.get('/livez')).status).toBe(200);
      const refused = [await client.get('/api/orders'), await client.post('/api/orders', orderBody())];
      for (const answer of refused) {
        expectProblem(answer, { status: 503, code: 'unavailable' });
        expect(answer.headers['retry-after']).toBe('2');
      }
    } finally {
      await service.stop();
    }
  });
});
