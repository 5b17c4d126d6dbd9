import { Type } from 'typebox';
import type { Api, ApiDependencies } from './api.ts';

const sum = Type.String({ description: 'Minor units, as a decimal string: a sum has no upper limit' });

const SalesSchema = Type.Object({
  data: Type.Array(
    Type.Object({
      day: Type.String({ description: 'UTC, YYYY-MM-DD' }),
      currency: Type.String(),
      ordersCreated: Type.Integer(),
      orderedAmount: sum,
      paymentsSucceeded: Type.Integer(),
      paymentsFailed: Type.Integer(),
      paidAmount: sum,
    }),
  ),
});

export function salesRoutes(api: Api, { readModels }: ApiDependencies): void {
  api.get(
    '/api/daily-sales',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listDailySales',
        tags: ['sales'],
        summary: 'Orders and payments per day and currency, newest first',
        querystring: Type.Object(
          { limit: Type.Integer({ minimum: 1, maximum: 1000, default: 30 }) },
          { additionalProperties: false },
        ),
        response: { 200: SalesSchema },
      },
    },
    async (request, reply) =>
      reply.send({ data: await readModels.dailySales(request.principal.tenantId, request.query.limit) }),
  );
}
