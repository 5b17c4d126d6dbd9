import { Type } from 'typebox';
import { PROBLEMS, sendProblem, type ProblemCode } from './problem.ts';
import { problems } from './schemas.ts';
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

/** What needs no key: health for orchestrators, and what each problem means. */
export function serviceRoutes(api: Api, { readiness }: ApiDependencies): void {
  api.get(
    '/livez',
    {
      logLevel: 'warn',
      schema: {
        operationId: 'live',
        tags: ['service'],
        summary: 'The process runs',
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
        summary: 'Requests can be served; degraded parts do not make it fail',
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

  api.get(
    '/problems',
    {
      schema: {
        operationId: 'listProblems',
        tags: ['service'],
        summary: 'Every problem code this API answers with',
        security: [],
        response: {
          200: Type.Record(Type.String(), Type.Object({ status: Type.Integer(), title: Type.String() })),
        },
      },
    },
    () => PROBLEMS,
  );

  api.get(
    '/problems/:code',
    {
      schema: {
        operationId: 'getProblem',
        tags: ['service'],
        summary: 'What one problem code means',
        security: [],
        params: Type.Object({ code: Type.String({ maxLength: 100 }) }),
        response: {
          200: Type.Object({ code: Type.String(), status: Type.Integer(), title: Type.String() }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { code } = request.params;
      if (!Object.hasOwn(PROBLEMS, code)) return sendProblem(request, reply, 'not-found');
      return reply.send({ code, ...PROBLEMS[code as ProblemCode] });
    },
  );
}
