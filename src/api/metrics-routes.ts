import { Type } from 'typebox';
import type { Api, ApiDependencies } from './api.ts';

/** For who cannot be given a port of their own to scrape. */
export function metricsRoutes(api: Api, { metrics }: ApiDependencies): void {
  api.get(
    '/metrics',
    {
      logLevel: 'warn',
      config: { scope: 'ops' },
      schema: {
        operationId: 'getMetrics',
        tags: ['ops'],
        summary: 'Metrics of this process',
        description: 'In the text format of Prometheus. Of the whole service: they name no tenant.',
        response: {
          200: {
            description: 'All metrics',
            content: {
              'text/plain': {
                schema: Type.String({ examples: ['order_payments_log_events_total 184\n'] }),
              },
            },
          },
        },
      },
    },
    async (_request, reply) => {
      const { contentType, text } = await metrics();
      return reply.type(contentType).send(text);
    },
  );
}
