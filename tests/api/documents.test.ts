import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { documentRoutes } from '../../src/api/document-routes.ts';

it.each(['/openapi.json', '/asyncapi.json'])(
  '%s is written once, however often anybody asks',
  async (url) => {
    const server = Fastify();
    let made = 0;
    documentRoutes(server.withTypeProvider<TypeBoxTypeProvider>(), {
      describeApi: () => ({ made: ++made }),
      describeMessages: () => Promise.resolve({ made: ++made }),
    });
    const answers = [await server.inject(url), await server.inject(url)];
    expect(answers.map(({ body }) => body)).toEqual(['{"made":1}', '{"made":1}']);
    expect(answers[0]!.headers['content-type']).toBe('application/json; charset=utf-8');
    await server.close();
  },
);
