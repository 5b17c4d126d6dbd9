import type { Api, ApiDependencies } from './api.ts';
import { HealthSchema } from './machinery-schemas.ts';
import { NoQuery } from './schemas.ts';

/** Unlike /readyz for people who run it: never 503, and of what only they may know. */
export function healthRoutes(api: Api, { describeHealth }: ApiDependencies): void {
  api.get(
    '/api/ops/health',
    {
      config: { scope: 'service' },
      schema: {
        operationId: 'getHealth',
        tags: ['machinery'],
        summary: 'How the process that answers is, and what it works on',
        querystring: NoQuery,
        response: { 200: HealthSchema },
      },
    },
    async (_request, reply) => {
      const { checks, appendQueues, pools, relay, ...health } = await describeHealth();
      return reply.send({
        ...health,
        relay,
        checks: [...checks],
        appendQueues: [...appendQueues],
        pools: [...pools],
      });
    },
  );
}
