import { Type, type TSchema } from 'typebox';
import { success } from './answers.ts';
import type { Api } from './api.ts';
import { PROBLEMS, sendProblem, type ProblemCode } from './problem.ts';
import { PAGE_POLICY, pageOfProblem, pageOfProblems, wantsPage } from './problem-pages.ts';

/** As JSON, and as a page. */
const inTwoForms = (description: string, schema: TSchema) =>
  success(
    {
      content: {
        'application/json': { schema },
        'text/html': { schema: Type.Unsafe<unknown>({ type: 'string', examples: ['<!doctype html>…'] }) },
      },
    },
    description,
    ...(['Content-Security-Policy', 'Vary'] as const),
  );

const shared = { tags: ['service'], security: [] };
const asPage = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY };

/** What each problem means: where the `type` of every problem leads to. */
export function problemRoutes(api: Api): void {
  api.get(
    '/problems',
    {
      schema: {
        ...shared,
        operationId: 'listProblems',
        summary: 'Every problem code this API answers with',
        description: 'As JSON; as a page to whoever prefers text/html.',
        response: {
          200: inTwoForms(
            'All problems, by their codes',
            Type.Record(Type.String(), Type.Object({ status: Type.Integer(), title: Type.String() }), {
              examples: [{ 'order-not-found': PROBLEMS['order-not-found'] }],
            }),
          ),
        },
      },
    },
    async ({ headers }, reply) => {
      void reply.header('vary', 'Accept');
      return wantsPage(headers.accept) ? reply.headers(asPage).send(pageOfProblems()) : reply.send(PROBLEMS);
    },
  );

  api.get(
    '/problems/:code',
    {
      config: { problems: ['not-found'] },
      schema: {
        ...shared,
        operationId: 'getProblem',
        summary: 'What one problem code means',
        description: 'As JSON; as a page to whoever prefers text/html: when it happens, and what to do.',
        params: Type.Object({ code: Type.String({ maxLength: 100 }) }),
        response: {
          200: inTwoForms(
            'The problem',
            Type.Object(
              { code: Type.String(), status: Type.Integer(), title: Type.String() },
              { examples: [{ code: 'order-not-found', ...PROBLEMS['order-not-found'] }] },
            ),
          ),
        },
      },
    },
    async (request, reply) => {
      const { code } = request.params;
      if (!isProblem(code)) return sendProblem(request, reply, 'not-found');
      void reply.header('vary', 'Accept');
      return wantsPage(request.headers.accept)
        ? reply.headers(asPage).send(pageOfProblem(code))
        : reply.send({ code, ...PROBLEMS[code] });
    },
  );
}

const isProblem = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);
