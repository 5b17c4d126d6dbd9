import { Type } from 'typebox';
import type { DeliveryView } from '../application/webhooks/ports.ts';
import type { Api, ApiDependencies } from './api.ts';
import { success } from './answers.ts';
import { commandOf } from './command-context.ts';
import { readPage } from './page.ts';
import { IdempotencyHeaders, NoQuery } from './schemas.ts';
import { sendAnswer, sendWebhookRefusal } from './webhook-answers.ts';
import {
  ChangeEndpointBody,
  CreateEndpointBody,
  EmptyBody,
  EndpointPage,
  EndpointParams,
  EndpointQuery,
  RotateBody,
} from './webhook-schemas.ts';

const config = { scope: 'admin' } as const;
const one = { tags: ['webhooks'], params: EndpointParams, querystring: NoQuery };
const ENDPOINT = { 200: Type.Ref('WebhookEndpoint#') };

export function webhookEndpointRoutes(api: Api, dependencies: ApiDependencies): void {
  readingRoutes(api, dependencies);
  changingRoutes(api, dependencies);
  commandRoutes(api, dependencies);
}

const deliveryAt = ({ deliveryId }: DeliveryView): string => `/api/webhook-deliveries/${deliveryId}`;

function readingRoutes(api: Api, { webhookEndpoints, cursors }: ApiDependencies): void {
  api.get(
    '/api/webhook-endpoints',
    {
      config,
      schema: {
        operationId: 'listWebhookEndpoints',
        tags: ['webhooks'],
        summary: 'Where messages are posted to, newest first',
        querystring: EndpointQuery,
        response: { 200: EndpointPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const page = await readPage(
        [request, reply],
        cursors,
        { list: JSON.stringify(['webhook-endpoints', tenantId]), cursor: undefined, ...request.query },
        {
          read: (count, after?: { endpointId: string }) =>
            webhookEndpoints.list(tenantId, count, after?.endpointId),
          placeOf: ({ endpointId }) => ({ endpointId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );

  api.get(
    '/api/webhook-endpoints/:endpointId',
    {
      config: { ...config, problems: ['webhook-endpoint-not-found'] },
      schema: { ...one, operationId: 'getWebhookEndpoint', summary: 'One endpoint', response: ENDPOINT },
    },
    async (request, reply) => {
      const found = await webhookEndpoints.find(request.principal.tenantId, request.params.endpointId);
      if (found) return reply.send(found);
      return sendWebhookRefusal(request, reply, { code: 'webhook-endpoint-not-found' });
    },
  );
}

function changingRoutes(api: Api, { webhookEndpoints }: ApiDependencies): void {
  api.patch(
    '/api/webhook-endpoints/:endpointId',
    {
      config: { ...config, problems: ['webhook-endpoint-not-found'] },
      schema: {
        ...one,
        operationId: 'changeWebhookEndpoint',
        summary: 'Change where and what is posted, or disable it, or enable it again',
        body: ChangeEndpointBody,
        response: ENDPOINT,
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const changed = await webhookEndpoints.change(tenantId, request.params.endpointId, request.body);
      return changed.ok ? reply.send(changed.value) : sendWebhookRefusal(request, reply, changed.error);
    },
  );

  api.delete(
    '/api/webhook-endpoints/:endpointId',
    {
      config: { ...config, problems: ['webhook-endpoint-not-found'] },
      schema: {
        ...one,
        operationId: 'deleteWebhookEndpoint',
        summary: 'Delete an endpoint with its deliveries and its secrets',
        response: { 204: Type.Null({ description: 'It is gone' }) },
      },
    },
    async (request, reply) => {
      const removed = await webhookEndpoints.remove(request.principal.tenantId, request.params.endpointId);
      if (removed) return reply.code(204).send(null);
      return sendWebhookRefusal(request, reply, { code: 'webhook-endpoint-not-found' });
    },
  );
}

function commandRoutes(api: Api, { webhookEndpoints, ids, guard }: ApiDependencies): void {
  api.post(
    '/api/webhook-endpoints',
    {
      config: { ...config, tellsSecret: true, problems: ['webhook-endpoint-limit'] },
      schema: {
        operationId: 'createWebhookEndpoint',
        tags: ['webhooks'],
        summary: 'Have messages posted to a URL of yours, from now on',
        querystring: NoQuery,
        headers: IdempotencyHeaders,
        body: CreateEndpointBody,
        response: {
          201: success(
            Type.Ref('WebhookEndpointWithSecret#'),
            'The endpoint with its secret, shown this once',
            'Location',
          ),
        },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      return guard(request, reply, requested, async () =>
        sendAnswer(request, reply, await webhookEndpoints.create(requested, request.body), {
          status: 201,
          locationOf: ({ endpointId }) => `/api/webhook-endpoints/${endpointId}`,
        }),
      );
    },
  );

  api.post(
    '/api/webhook-endpoints/:endpointId/rotate-secret',
    {
      config: {
        ...config,
        bodyIsOptional: true,
        tellsSecret: true,
        problems: ['webhook-endpoint-not-found'],
      },
      schema: {
        ...one,
        operationId: 'rotateWebhookSecret',
        summary: 'A new secret; the one before signs too, for a day unless said otherwise',
        headers: IdempotencyHeaders,
        body: RotateBody,
        response: {
          200: success(
            Type.Ref('WebhookEndpointWithSecret#'),
            'The endpoint with its new secret, shown this once',
          ),
        },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      const { endpointId } = request.params;
      const { expireAfterSeconds } = request.body;
      return guard(request, reply, requested, async () => {
        const done = await webhookEndpoints.rotateSecret(requested, endpointId, expireAfterSeconds);
        return sendAnswer(request, reply, done, { status: 200 });
      });
    },
  );

  api.post(
    '/api/webhook-endpoints/:endpointId/ping',
    {
      config: {
        ...config,
        bodyIsOptional: true,
        problems: ['webhook-endpoint-not-found', 'webhook-endpoint-disabled'],
      },
      schema: {
        ...one,
        operationId: 'pingWebhookEndpoint',
        summary: 'Post a message of the type `webhook.ping`, whatever the endpoint asks for',
        headers: IdempotencyHeaders,
        body: EmptyBody,
        response: {
          202: success(Type.Ref('WebhookDelivery#'), 'The delivery, which is under way', 'Location'),
        },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      return guard(request, reply, requested, async () => {
        const done = await webhookEndpoints.ping(requested, request.params.endpointId);
        return sendAnswer(request, reply, done, { status: 202, locationOf: deliveryAt });
      });
    },
  );
}
