import { Type, type Static } from 'typebox';
import { SCHEDULED_KINDS, type ScheduledPlace, type ScheduledWork } from '../application/scheduled-work.ts';
import { KeysQuery as PageQuery } from './api-key-schemas.ts';
import type { Api, ApiDependencies } from './api.ts';
import { readPage } from './page.ts';
import { instant, nullable } from './schemas.ts';

const idOf = (what: string) => nullable<string>('string', `${what}; null: it is about none`);

const Work = Type.Object({
  kind: Type.Enum([...SCHEDULED_KINDS], {
    description:
      '`order`: it expires, or is looked after; `payment`: the provider is asked, or an authorization is let go; ' +
      '`message`: a consumer gets it again; `webhook-delivery`: it is posted',
  }),
  id: Type.String({ description: 'Among those of its kind' }),
  dueAt: instant('UTC'),
  orderId: idOf('The order'),
  paymentId: idOf('The payment'),
  consumer: idOf('The consumer'),
  messageId: idOf('The message; the id of the event it tells of'),
  endpointId: idOf('The webhook endpoint'),
  deliveryId: idOf('The delivery'),
  attempts: nullable<number>('integer', 'That were made already; null: they are not counted'),
  claimedUntil: nullable<string>(
    'string',
    'UTC; until then a process has it in hand or has put it off, and nobody else begins it. null: nobody has',
  ),
});
true satisfies ScheduledWork extends Static<typeof Work> ? true : never;
const WorkPage = Type.Object({
  data: Type.Array(Work),
  nextCursor: nullable<string>('string', 'null on the last page'),
});

export function scheduledWorkRoutes(api: Api, { listScheduled, cursors }: ApiDependencies): void {
  api.get(
    '/api/ops/scheduled',
    {
      config: { scope: 'ops' },
      schema: {
        operationId: 'listScheduledWork',
        tags: ['ops'],
        summary: 'What will happen by itself unless something else happens first, soonest first',
        querystring: PageQuery,
        response: { 200: WorkPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const page = await readPage(
        [request, reply],
        cursors,
        { list: JSON.stringify(['scheduled', tenantId]), cursor: undefined, ...request.query },
        {
          read: (count, after?: ScheduledPlace) => listScheduled(tenantId, count, after),
          placeOf: ({ dueAt, kind, id }): ScheduledPlace => ({ dueAt, kind, id }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );
}
