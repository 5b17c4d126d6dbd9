import { Type } from 'typebox';
import type { Api, ApiDependencies } from './api.ts';
import { success } from './answers.ts';
import { commandOf } from './command-context.ts';
import { readPage } from './page.ts';
import { IdempotencyHeaders, NoQuery } from './schemas.ts';
import { sendAnswer, sendWebhookRefusal } from './webhook-answers.ts';
import {
  DeliveryPage,
  DeliveryParams,
  DeliveryQuery,
  DeliveryWithAttemptsSchema,
  EmptyBody,
} from './webhook-schemas.ts';

const config = { scope: 'admin' } as const;

export function webhookDeliveryRoutes(
  api: Api,
  { webhookDeliveries, cursors, ids, guard }: ApiDependencies,
): void {
  api.get(
    '/api/webhook-deliveries',
    {
      config,
      schema: {
        operationId: 'listWebhookDeliveries',
        tags: ['webhooks'],
        summary: 'What was posted, or is still to be, newest first',
        querystring: DeliveryQuery,
        response: { 200: DeliveryPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, ...filter } = request.query;
      const { endpointId = null, status = null, messageId = null } = filter;
      const list = JSON.stringify(['webhook-deliveries', tenantId, endpointId, status, messageId]);
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: (count, after?: { deliveryId: string }) =>
            webhookDeliveries.list(tenantId, filter, count, after?.deliveryId),
          placeOf: ({ deliveryId }) => ({ deliveryId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );

  api.get(
    '/api/webhook-deliveries/:deliveryId',
    {
      config: { ...config, problems: ['webhook-delivery-not-found'] },
      schema: {
        operationId: 'getWebhookDelivery',
        tags: ['webhooks'],
        summary: 'One delivery with what came of each attempt',
        params: DeliveryParams,
        querystring: NoQuery,
        response: { 200: DeliveryWithAttemptsSchema },
      },
    },
    async (request, reply) => {
      const found = await webhookDeliveries.find(request.principal.tenantId, request.params.deliveryId);
      if (found) return reply.send(found);
      return sendWebhookRefusal(request, reply, { code: 'webhook-delivery-not-found' });
    },
  );

  api.post(
    '/api/webhook-deliveries/:deliveryId/redeliver',
    {
      config: {
        ...config,
        bodyIsOptional: true,
        problems: ['webhook-delivery-not-found', 'webhook-endpoint-disabled'],
      },
      schema: {
        operationId: 'redeliverWebhook',
        tags: ['webhooks'],
        summary: 'Post it again now, under the same id, and retry it as if it were new',
        params: DeliveryParams,
        querystring: NoQuery,
        headers: IdempotencyHeaders,
        body: EmptyBody,
        response: { 202: success(Type.Ref('WebhookDelivery#'), 'The delivery, which is under way') },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      return guard(request, reply, requested, async () => {
        const done = await webhookDeliveries.redeliver(requested, request.params.deliveryId);
        return sendAnswer(request, reply, done, { status: 202 });
      });
    },
  );
}
