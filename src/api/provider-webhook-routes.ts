import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ApiDependencies } from './api.ts';
import { sendProblem } from './problem.ts';

/** Providers sign what they send: no key, and the body byte for byte as it came, since that is what is signed. */
export function providerWebhookRoutes(
  scope: FastifyInstance,
  { receiveWebhook }: Pick<ApiDependencies, 'receiveWebhook'>,
): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  scope.withTypeProvider<TypeBoxTypeProvider>().post(
    '/api/psp/:provider/webhooks',
    {
      config: {
        signedBody: 'As the provider writes and signs it',
        problems: [
          'not-found',
          'unsupported-media-type', // whatever it is called is taken, but it must be a type
          'webhook-signature-invalid',
          'webhook-unreadable',
          'unavailable',
        ],
      },
      schema: {
        operationId: 'receiveProviderWebhook',
        tags: ['payments'],
        summary: 'What a payment provider reports by itself',
        description:
          'For payment providers. The body is believed only if its signature is right and recent; answered once it is stored. Repeating it changes nothing.',
        security: [],
        params: Type.Object({ provider: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }) }),
        response: {
          200: Type.Object({ received: Type.Literal(true) }, { description: 'It is stored' }),
        },
      },
    },
    async (request, reply) => {
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const received = await receiveWebhook(request.params.provider, rawBody, request.headers);
      if (received.ok) return reply.send({ received: true });
      const refusal = received.error;
      if (refusal.code === 'provider-not-found') {
        const detail = 'No payment provider of this name is configured here.';
        return sendProblem(request, reply, 'not-found', { detail });
      }
      return sendProblem(request, reply, refusal.code, { detail: `${refusal.reason}.` });
    },
  );
}
