import { Type } from 'typebox';
import { WAITING_MAX } from '../application/read-models.ts';
import type { Api, ApiDependencies } from './api.ts';
import { NoQuery, nullable } from './schemas.ts';

const count = (description: string) => Type.Integer({ minimum: 0, maximum: WAITING_MAX, description });

const OverviewSchema = Type.Object({
  unknownPayments: count('With an operation of which nobody knows yet what the provider made of it'),
  openDisputes: count('That can be accepted or contested'),
  refundsAwaitingApproval: count('That a second person decides on'),
  openBreaks: count('Differences between the ledger and what providers say, over all days'),
  ordersCancelling: count('That cannot end before their payments do'),
  paymentsRequiringAction: count('That wait for the customer'),
  disabledWebhookEndpoints: nullable<number>(
    'integer',
    'By the service, since nothing was taken there for days; null without the scope admin',
  ),
  deadLetters: nullable<number>('integer', 'That consumers gave up; null without the scope ops'),
});

const MOST = (WAITING_MAX - 1).toLocaleString('en');

export function overviewRoutes(api: Api, { readModels }: ApiDependencies): void {
  api.get(
    '/api/overview',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'getOverview',
        tags: ['overview'],
        summary: 'How much waits for a person, now',
        description:
          `Each is counted up to ${WAITING_MAX.toLocaleString('en')}, which means more than ${MOST}: asking costs the same however much there is. ` +
          'It may lag the log by what projectors are behind.',
        querystring: NoQuery,
        response: { 200: OverviewSchema },
      },
    },
    async (request, reply) => {
      const { tenantId, scopes } = request.principal;
      const seen = { webhookEndpoints: scopes.includes('admin'), deadLetters: scopes.includes('ops') };
      return reply.send(await readModels.overview(tenantId, seen));
    },
  );
}
