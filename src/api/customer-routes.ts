import { Type } from 'typebox';
import type { CustomerId } from '../domain/shared/ids.ts';
import { success } from './answers.ts';
import { NoQuery, reference } from './schemas.ts';
import type { Api, ApiDependencies } from './api.ts';

const ErasureSchema = Type.Object({
  customerId: Type.String({ description: 'As it was sent' }),
  status: Type.Literal('erasing', {
    description: 'Noted for good: it will be done, whatever happens meanwhile',
  }),
});

export function customerRoutes(api: Api, { requestErasure }: ApiDependencies): void {
  api.delete(
    '/api/customers/:customerId',
    {
      config: { scope: 'orders:write', namesPerson: true },
      schema: {
        operationId: 'eraseCustomer',
        tags: ['customers'],
        summary: 'Erase what is kept about a customer',
        description:
          'Orders placed so far show `erased` in place of the customer and of where parcels can be followed; amounts, ' +
          'statuses and the ledger stay. It takes seconds. Asking again is answered the same, and so is asking for ' +
          'somebody who never ordered. An order placed afterwards under the same id is that of a new customer. ' +
          'Free text, such as the name of a product or a reason, is kept: it must not hold personal data.',
        params: Type.Object(
          { customerId: reference('The customer in your own system, as in the orders') },
          { additionalProperties: false },
        ),
        querystring: NoQuery,
        response: { 202: success(ErasureSchema, 'It will be done') },
      },
    },
    async (request, reply) => {
      const { customerId } = request.params;
      const { tenantId, actor } = request.principal;
      await requestErasure({
        tenantId,
        customerId: customerId as CustomerId,
        requestedBy: actor,
      });
      return reply.code(202).send({ customerId, status: 'erasing' });
    },
  );
}
