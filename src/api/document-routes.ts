import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Api } from './api.ts';

type Documents = { describeApi(): object; describeMessages(): Promise<object> };

const DocumentSchema = Type.Unsafe<object>({ type: 'object', additionalProperties: true });

type Send = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/**
 * A document is written when somebody first asks. Nobody needs a key to ask, and writing 600 KB anew took 19 ms each
 * time, in which nothing else was done.
 */
function sendOnceWritten(describe: () => object | Promise<object>): Send {
  let written: Buffer | undefined;
  return async (_request, reply) => {
    written ??= Buffer.from(JSON.stringify(await describe()));
    return reply.type('application/json; charset=utf-8').send(written);
  };
}

/** What there is to ask for and what leaves the service, for machines. */
export function documentRoutes(api: Api, { describeApi, describeMessages }: Documents): void {
  api.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'getApiDescription',
        tags: ['service'],
        summary: 'This document',
        description: 'OpenAPI 3.1, made from the routes themselves.',
        security: [],
        response: { 200: DocumentSchema },
      },
    },
    sendOnceWritten(describeApi),
  );

  api.get(
    '/asyncapi.json',
    {
      schema: {
        operationId: 'getMessagesDescription',
        tags: ['service'],
        summary: 'The messages that leave the service',
        description: 'As an AsyncAPI 3.0 document.',
        security: [],
        response: { 200: DocumentSchema },
      },
    },
    sendOnceWritten(describeMessages),
  );
}
