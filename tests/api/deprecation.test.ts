import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { announceDeprecations } from '../../src/api/deprecation.ts';

const since = '2026-11-01T00:00:00Z';
const link = 'https://docs.example/moved';
const deprecated = { since, sunset: '2027-05-01T00:00:00Z', link };

it('a route that is to go says so in every answer and in its description, and no other does', async () => {
  const server = Fastify();
  const described = new Map<string, unknown>();
  announceDeprecations(server);
  server.addHook('onRoute', ({ url, schema }) => {
    described.set(url, schema);
  });
  server.get('/old', { config: { deprecated } }, (_request, reply) =>
    reply.header('link', '</old?cursor=1>; rel="next"').send({}),
  );
  server.get('/forever', { config: { deprecated: { since, link } } }, () => {
    throw new Error('its failures say so too');
  });
  server.get('/new', () => ({}));

  const old = await server.inject('/old');
  expect(old.headers).toMatchObject({
    deprecation: '@1793491200',
    sunset: 'Sat, 01 May 2027 00:00:00 GMT',
    link: '</old?cursor=1>; rel="next", <https://docs.example/moved>; rel="deprecation"',
  });
  const failed = await server.inject('/forever');
  expect([failed.statusCode, failed.headers['deprecation'], failed.headers['sunset']]).toEqual([
    500,
    '@1793491200',
    undefined,
  ]);
  const { headers } = await server.inject('/new');
  expect(headers).not.toHaveProperty('deprecation');
  expect(headers).not.toHaveProperty('link');
  expect(described.get('/old')).toMatchObject({ deprecated: true });
  await server.close();
});
