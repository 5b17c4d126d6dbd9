import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, problemOf, startApi, type Api } from '../support/api-service.ts';
import { eventually } from '../support/eventually.ts';
import { portOf, sendRaw } from '../support/raw-http.ts';

const PAGE = '<!doctype html><title>Console</title>';
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))})`;
const SECRET = 'a line that nobody is to see';
const NOT_FOUND = { status: 404, code: 'not-found' } as const;

let api: Api;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-payments-console-'));
  await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
  await writeFile(join(folder, 'package.json'), SECRET);
  await writeFile(join(folder, 'secret'), SECRET);
  await writeFile(join(folder, 'dist', '.env'), SECRET);
  await writeFile(join(folder, 'dist', 'index.html'), PAGE);
  await writeFile(join(folder, 'dist', 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const script = join(folder, 'dist', 'assets', 'index-Bq3x_-9a.js');
  await writeFile(script, SCRIPT);
  await writeFile(`${script}.br`, brotliCompressSync(SCRIPT));
  await writeFile(`${script}.gz`, gzipSync(SCRIPT));
  await writeFile(join(folder, 'dist', 'assets', 'plain-1a2b3c4d.css'), 'body { margin: 0 }');
  api = await startApi({ consoleFolder: join(folder, 'dist') });
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) =>
  api.service.server.inject({ method: 'GET', url, headers });

const SCRIPT_URL = '/console/assets/index-Bq3x_-9a.js';

describe('the console', () => {
  it.each(['/console', '/console/', '/console/index.html', '/console/orders', '/console/orders/a/b?c=d.e'])(
    'is its page at %s, asked for each time',
    async (url) => {
      const { statusCode, headers, body } = await get(url);
      expect([statusCode, body]).toEqual([200, PAGE]);
      expect(headers['content-type']).toMatch(/^text\/html; charset=utf-8$/i);
      expect(headers['cache-control']).toBe('no-cache');
      const again = await get(url, { 'if-none-match': String(headers['etag']) });
      expect(again.statusCode).toBe(304);
    },
  );

  it('is where the service’s own address leads', async () => {
    const { statusCode, headers } = await get('/');
    expect([statusCode, headers['location']]).toEqual([302, '/console/']);
  });

  it('is kept for good where names hold a hash, and only if it is there', async () => {
    const found = await get(SCRIPT_URL);
    expect([found.statusCode, found.body]).toEqual([200, SCRIPT]);
    expect(found.headers['content-type']).toMatch(/javascript/);
    expect(found.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await get('/console/favicon.svg')).headers['cache-control']).toBe('no-cache');
    for (const missing of [
      '/console/assets/gone-1.js',
      '/console/assets/gone',
      '/console/gone.png',
      '/console/assets/',
    ]) {
      const answer = await api.anonymous.get(missing);
      expectProblem(answer, NOT_FOUND);
      expect(answer.headers['cache-control']).toBeUndefined();
    }
  });

  it.each([
    ['br', 'gzip, deflate, br', brotliCompressSync(SCRIPT)],
    ['gzip', 'gzip', gzipSync(SCRIPT)],
    [undefined, 'identity', Buffer.from(SCRIPT)],
  ])('comes compressed as %s to who accepts %s', async (encoding, accepted, bytes) => {
    const { headers, rawPayload } = await get(SCRIPT_URL, { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['content-type']).toMatch(/javascript/);
    expect(headers['vary']).toBe('accept-encoding');
    expect(rawPayload.equals(bytes)).toBe(true);
    const plain = await get('/console/assets/plain-1a2b3c4d.css', { 'accept-encoding': accepted });
    expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, 'body { margin: 0 }']);
  });

  it.each(['/console', SCRIPT_URL, '/console/orders', '/console/gone.png', '/'])(
    'runs nothing that is not its own, and is framed by nobody: %s',
    async (url) => {
      const { headers } = await get(url);
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
          "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()') as string,
      });
    },
  );

  it('can be read and no more', async () => {
    for (const url of ['/console', '/console/orders', SCRIPT_URL]) {
      const head = await api.service.server.inject({ method: 'HEAD', url });
      expect([head.statusCode, head.body]).toEqual([200, '']);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const answer = await api.service.server.inject({ method, url });
        expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
      }
    }
  });

  it('leads out of its folder by no spelling of a path', async () => {
    await api.service.server.listen({ port: 0, host: '127.0.0.1' });
    const up = ['..%2f', '../', '%2e%2e/', '%2e%2e%2f', '..%5c', '..\\', '%252e%252e%252f', './../', '.%2e/'];
    const paths = up.flatMap((step) => [
      ...[
        `/console/${step}package.json`,
        `/console/${step}secret`,
        `/console/assets/${step}${step}package.json`,
      ],
      ...[`/console/assets/${step}${step}secret`, `/console/${step}${step}secret`, `/console/x/${step}.env`],
    ]);
    for (const path of [
      ...[...paths, '/console/.env', '/console/%2eenv', '/console/assets/..%2f.env', '/console//etc/passwd'],
      ...['/console/%2fetc%2fpasswd', '/console/%00.js', '/console/secret%00.js', '/console/assets/%'],
    ]) {
      const [answer] = await sendRaw(
        portOf(api.service.server),
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      );
      const { status, body } = answer!;
      expect({ path, status, body }).toMatchObject({
        ...{ path, status: expect.toBeOneOf([200, 400, 404]) as number },
        body: expect.not.stringMatching(`${SECRET}|root:`) as string,
      });
      if (status === 200) expect({ path, body }).toEqual({ path, body: PAGE });
    }
  });

  it('is in no description of the API', async () => {
    const { paths } = (await get('/openapi.json')).json<{ paths: object }>();
    expect(Object.keys(paths).filter((path) => path === '/' || path.startsWith('/console'))).toEqual([]);
  });
});

describe('the console that is not built', () => {
  it('says so, and appears once it is', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'order-payments-console-'));
    const later = await startApi({ consoleFolder: join(empty, 'dist') });
    try {
      for (const url of ['/console', '/console/', '/console/orders']) {
        const answer = await later.anonymous.get(url);
        expectProblem(answer, NOT_FOUND);
        expect(problemOf(answer).detail).toContain('npm run build');
      }
      await mkdir(join(empty, 'dist'));
      await writeFile(join(empty, 'dist', 'index.html'), PAGE);
      await eventually(async () => expect((await later.anonymous.get('/console/')).text).toBe(PAGE));
    } finally {
      await later.stop();
      await rm(empty, { recursive: true, force: true });
    }
  });
});
