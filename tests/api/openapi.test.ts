import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import Fastify from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/api/problem.ts';
import { SCOPES } from '../../src/application/access.ts';
import { UNKNOWN } from '../../src/api/examples.ts';
import { PROBLEM_DOCS } from '../../src/api/problem-docs.ts';
import { startService } from '../../src/composition.ts';
import {
  contractOf,
  holdToContract,
  type ApiAnswer,
  type ApiDocument,
  type Contract,
} from '../support/api-contract.ts';
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
  const { body } = await api.service.server.inject('/openapi.json');
  document = JSON.parse(body) as ApiDocument;
  contract = contractOf(body);
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

it('the description of the messages is the committed one', async () => {
  const served = (await api.service.server.inject('/asyncapi.json')).json<{ info: object }>();
  const file = await readFile(new URL('../../asyncapi.json', import.meta.url), 'utf8');
  const committed = JSON.parse(file) as { info: object };
  expect({ ...served, info: {} }).toEqual({ ...committed, info: {} });
});

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

  it('leaves out no route but its own and those of pages', () => {
    const served = routesOf(api.service.server.printRoutes({ commonPrefix: false }));
    const own = served.filter((path) => !/^\/((console|docs|simulated)|$)/.test(path));
    const documented = Object.keys(document.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
    expect(own.toSorted()).toEqual(documented.toSorted());
  });

  it('asks for a key with a scope exactly under /api and for metrics, but for what providers sign and for signing in', () => {
    const scopes = new Set<string>(SCOPES);
    for (const { path, security, description } of operationsOf(document)) {
      if (path === '/api/session') continue;
      const needsKey = (path.startsWith('/api/') && !path.startsWith('/api/psp/')) || path === '/metrics';
      const [scope = ''] = (security as { apiKey: string[] }[])[0]?.apiKey ?? [];
      expect({ path, needsKey: scopes.has(scope) }).toEqual({ path, needsKey });
      if (needsKey) expect(description).toContain(`Needs the scope \`${scope}\`.`);
    }
    expect(document).toMatchObject({
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: '__Host-order-payments' },
        },
      },
    });
    const { get, post, delete: end } = document.paths['/api/session']!;
    const anyKey = [{ apiKey: [] }, { session: [] }];
    expect([get?.security, end?.security, post?.security]).toEqual([anyKey, anyKey, []]);
  });

  it('names each status by its number, and the codes of every problem', () => {
    for (const { operationId, responses } of operationsOf(document)) {
      for (const [status, { description, content }] of Object.entries(responses)) {
        expect({ operationId, status }).toEqual({
          operationId,
          status: expect.stringMatching(/^([2-5]\d\d|default)$/),
        });
        expect(description).not.toBe('Default Response');
        const { examples } = content?.['application/problem+json'] ?? {};
        for (const code of Object.keys(examples ?? {}))
          expect(PROBLEMS[code as ProblemCode].status).toBe(Number(status));
        if (Number(status) >= 400 && !content?.['application/json']) expect(examples).toBeDefined();
      }
    }
  });

  it('shows a body of every kind, none of it made up for want of an example', () => {
    for (const { operationId, requestBody, responses } of operationsOf(document)) {
      const bodies = [
        requestBody,
        ...Object.entries(responses).map(([status, one]) => status !== 'default' && one),
      ];
      for (const { content = {} } of bodies.filter((body) => typeof body === 'object')) {
        for (const [type, media] of Object.entries(content))
          expect({ operationId, type, shown: 'example' in media || 'examples' in media }).toEqual({
            ...{ operationId, type, shown: true },
          });
      }
    }
    expect(JSON.stringify(document)).not.toContain(UNKNOWN);
  });

  it('promises every answer a name in the logs', () => {
    for (const { responses } of operationsOf(document))
      for (const { headers } of Object.values(responses)) expect(headers).toHaveProperty('X-Request-Id');
  });

  it('lets clients leave out what has a default', () => {
    const { parameters = [] } = document.paths['/api/orders']!['get']!;
    expect(parameters.find(({ name }) => name === 'limit')).toMatchObject({ required: false });
    const { requestBody } = document.paths['/api/ops/dead-letters/discard']!['post']!;
    expect(requestBody).toMatchObject({
      content: { 'application/json': { schema: { required: ['reason'] } } },
    });
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

  it('notices a header that is not documented, and one that is missing', () => {
    const { etag: _missing, ...headers } = good.headers;
    expect(check({ headers: { ...good.headers, 'x-inner': '1' } })).toThrow(
      /header x-inner is not documented/,
    );
    expect(check({ headers })).toThrow(/header etag is missing/);
  });

  it('notices a problem that the operation does not name', async () => {
    const refused = await api.anonymous.get('/api/orders');
    const body = { ...(refused.body as object), code: 'order-not-found' };
    expect(() => contract('GET', '/api/orders', refused)).not.toThrow();
    expect(() => contract('GET', '/api/orders', { ...refused, body })).toThrow(
      /"order-not-found" is not documented/,
    );
  });

  it('notices an Allow that does not name what the path knows', async () => {
    const refused = await api.anonymous.send({ method: 'PUT', url: '/api/orders' });
    const headers = { ...refused.headers, allow: 'GET' };
    expect(() => contract('PUT', '/api/orders', { ...refused, headers })).toThrow(
      /Allow must be "GET, HEAD, OPTIONS, POST"/,
    );
  });

  it('is done for whatever a test injects', async () => {
    expect(api.service.server.inject.name).toBe('injectHeldToContract');
    const planted = Fastify();
    planted.get('/openapi.json', () => document);
    planted.get('/livez', (_request, reply) => reply.header('x-request-id', '1').send({ status: 'tired' }));
    planted.get('/readyz', (_request, reply) => reply.code(418).send({}));
    planted.get('/hidden', () => ({}));
    holdToContract(planted);
    await expect(planted.inject('/livez')).rejects.toThrow(/GET \/livez 200: \/status must be/);
    await expect(planted.inject('/readyz')).rejects.toThrow(/GET \/readyz 418: the status is not documented/);
    await expect(planted.inject('/hidden')).rejects.toThrow(/GET \/hidden 200/);
    await planted.close();
  });

  it('notices a body where none belongs', () => {
    const { location: _none, ...headers } = good.headers;
    const notModified = { ...good, headers, status: 304, text: '{}' };
    expect(() => contract('GET', '/api/orders/019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', notModified)).toThrow(
      /has a body/,
    );
  });
});

const pageAt = (url: string, accept = 'text/html') => api.anonymous.get(url, { accept });
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

  it.each(Object.entries(PROBLEMS))('have a page for people: %s', async (code, { status, title }) => {
    const { text, headers } = await pageAt(`/problems/${code}`);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const { when, remedy } = PROBLEM_DOCS[code as ProblemCode];
    for (const words of [title, when, remedy]) expect(textOf(text)).toContain(words.replaceAll('`', ''));
    expect(textOf(text)).toContain(`HTTP/1.1 ${status}`);
    expect(JSON.parse(/\{[^]*\}/.exec(textOf(/<pre>[^]*<\/pre>/.exec(text)![0]))![0])).toMatchObject({
      code,
      status,
    });
  });

  it('are linked from one page, and lead back to it', async () => {
    const { text } = await pageAt('/problems');
    const links = [...text.matchAll(/href="(\/problems\/[^"]+)"/g)].map(([, link]) => link);
    expect(links).toEqual(Object.keys(PROBLEMS).map((code) => `/problems/${code}`));
    expect((await pageAt(links[0]!)).text).toContain('<a href="/problems">');
  });

  it('have pages that load and run nothing; the one style is known by its hash', async () => {
    for (const url of ['/problems', '/problems/validation-failed']) {
      const { text, headers } = await pageAt(url);
      const [, style = ''] = /<style>([^]*)<\/style>/.exec(text) ?? [];
      const hash = createHash('sha256').update(style).digest('base64');
      expect(headers['content-security-policy']).toContain(`default-src 'none'; style-src 'sha256-${hash}';`);
      expect(text).not.toMatch(/<script|<link|<img|style=|\bon\w+=|https?:/);
    }
  });

  it.each([
    ['*/*', 'application/json'],
    ['application/json, text/html;q=0.9', 'application/json'],
    ['text/html;q=0', 'application/json'],
    ['', 'application/json'],
    ['text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8', 'text/html'],
    ['application/json;q=0.5, text/html;q=0.6', 'text/html'],
  ])('are told to whoever accepts %s as %s', async (accept, type) => {
    const answer = await pageAt('/problems/overloaded', accept);
    expect(String(answer.headers['content-type']).split(';', 1)).toEqual([type]);
    expect(answer.headers['vary']).toBe('Accept');
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

/** A page as a person reads it. */
const textOf = (page: string): string =>
  page
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

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
      holdToContract(service.server);
      const client = clientOf(service.server, { key, tenantId });
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
