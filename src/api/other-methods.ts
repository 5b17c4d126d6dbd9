import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem.ts';

type Paths = Map<string, Set<string>>;

/** Fills up as routes are added. */
export function collectPaths(server: FastifyInstance): Paths {
  const paths: Paths = new Map();
  server.addHook('onRoute', ({ url, method }) => {
    const methods = paths.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    paths.set(url, methods);
  });
  return paths;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** A known path with another method: 405 and what it does know; OPTIONS asks for just that. */
export function answerOtherMethods(server: FastifyInstance, paths: Paths): void {
  for (const [url, known] of [...paths]) {
    const allow = [...known, 'OPTIONS'].toSorted().join(', ');
    const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      void reply.header('allow', allow);
      if (request.method === 'OPTIONS') return reply.code(204).send();
      return sendProblem(request, reply, 'method-not-allowed', { detail: `Allowed: ${allow}.` });
    };
    server.route({
      url,
      method: METHODS.filter((method) => !known.has(method)),
      schema: { hide: true },
      onRequest: answer, // a body, whatever it holds, is not read
      handler: answer,
    });
  }
}
