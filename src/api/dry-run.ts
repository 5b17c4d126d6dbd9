import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Executed } from '../application/execute-command.ts';

/** For commands that can be decided without being carried out. */
export const DryRunQuery = Type.Object(
  {
    dryRun: Type.Optional(
      Type.Boolean({
        description:
          '`true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the ' +
          'command, or the problem that the command would meet. Its ETag is of the version that this was decided on: ' +
          'with it as If-Match the command does the same or is refused. No Idempotency-Key is needed or used',
      }),
    ),
  },
  { additionalProperties: false },
);

/** What would be, under the version that it was decided on. */
export const sendRehearsed = (reply: FastifyReply, { answer, onVersion }: Executed): FastifyReply => {
  const view = answer as { readonly version: number };
  return reply.header('etag', `"${onVersion ?? view.version}"`).send(view);
};

/** Of a query that may not have been read by its schema yet. */
export const isDryRun = (query: unknown): boolean =>
  ['true', true].includes((query as { readonly dryRun?: string | boolean }).dryRun ?? false);
