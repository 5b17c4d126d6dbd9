import { Type } from 'typebox';
import type { Api, ApiDependencies } from './api.ts';

const ReadinessSchema = Type.Object({
  status: Type.Enum(['ready', 'unavailable']),
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      status: Type.Enum(['ok', 'degraded', 'failed']),
      detail: Type.String(),
    }),
  ),
});

/** Health, for orchestrators; it needs no key. */
export function serviceRoutes(api: Api, { readiness }: ApiDependencies): void {
  api.get(
    '/livez',
    {
      logLevel: 'warn',
      schema: {
        operationId: 'live',
        tags: ['service'],
        summary: 'The process runs',
        description: 'For orchestrators: restart it when this does not answer.',
        security: [],
        response: { 200: Type.Object({ status: Type.Literal('ok') }) },
      },
    },
    () => ({ status: 'ok' as const }),
  );

  api.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
        operationId: 'ready',
        tags: ['service'],
        summary: 'Requests can be served',
        description: 'For load balancers. What is degraded is named, and does not make it fail.',
        security: [],
        response: { 200: ReadinessSchema, 503: ReadinessSchema },
      },
    },
    async (_request, reply) => {
      const checks = await readiness();
      const failed = checks.some((check) => check.status === 'failed');
      return reply
        .code(failed ? 503 : 200)
        .send({ status: failed ? 'unavailable' : 'ready', checks: [...checks] });
    },
  );
}
