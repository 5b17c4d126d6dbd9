import { Type } from 'typebox';
import type { AuditPlace } from '../application/access.ts';
import type { Api, ApiDependencies } from './api.ts';
import { KeysQuery as PageQuery } from './api-key-schemas.ts';
import { readPage } from './page.ts';
import { instant, nullable } from './schemas.ts';

const Entry = Type.Object({
  kind: Type.Enum(['action', 'denial'], {
    description: 'What an operator did, or what somebody was refused',
  }),
  id: Type.String({ description: 'Among those of its kind' }),
  at: instant('UTC; of a denial the minute it was in'),
  actor: Type.String({
    description: '`key:` and its prefix, `jwt:` and its subject, `user:` on the command line',
  }),
  what: Type.String({ description: 'The action; or method and path of what was refused' }),
  reason: nullable<string>('string', 'As it was given; or why it was refused'),
  count: Type.Integer({ description: 'How often in that minute' }),
  details: Type.Object({}, { additionalProperties: true, description: 'What else is known' }),
});
const AuditPage = Type.Object({
  data: Type.Array(Entry),
  nextCursor: nullable<string>('string', 'null on the last page'),
});

const description =
  'Denials are counted by the minute, appear within seconds, and are kept for 90 days; past 1,000 rows of a day they ' +
  'are only counted, by the hour. What operators did is kept for good.';

export function auditRoutes(api: Api, { readAudit, cursors }: ApiDependencies): void {
  api.get(
    '/api/ops/audit',
    {
      config: { scope: 'ops' },
      schema: {
        operationId: 'listAudit',
        tags: ['ops'],
        summary: 'What operators of the tenant did and who was denied what, newest first',
        description,
        querystring: PageQuery,
        response: { 200: AuditPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const page = await readPage(
        [request, reply],
        cursors,
        { list: JSON.stringify(['audit', tenantId]), cursor: undefined, ...request.query },
        {
          read: (count, after?: AuditPlace) => readAudit(tenantId, count, after),
          placeOf: ({ at, kind, id }): AuditPlace => ({ at, kind, id }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );
}
