import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { UpTo } from '../application/ports.ts';
import type { NotFound } from '../application/read-models.ts';
import { assertNever } from '../domain/shared/invariant.ts';
import type { Result } from '../domain/shared/result.ts';
import { sendProblem } from './problem.ts';
import { describe } from './rejection.ts';
import { instant } from './schemas.ts';
import { sendVersioned } from './versioned.ts';

/** Time travel. */
export const AsOfQuery = Type.Object(
  {
    atVersion: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description:
          'As it was after this many changes: the `version` of an earlier answer, or of an event. One command may ' +
          'make several changes; what was between them is seen with this parameter only. Not together with `at`.',
      }),
    ),
    at: Type.Optional(
      instant(
        'As it was at this instant: with all changes whose `recordedAt` (see the events) is not later, to the ' +
          'microsecond. That is the clock of the log, and all changes of one command share one `recordedAt`; ' +
          '`updatedAt` is a little earlier. An instant to come shows what is current. Write the + of an offset as ' +
          '%2B. Not together with `atVersion`.',
      ),
    ),
  },
  { additionalProperties: false },
);
type AsOfQuery = Static<typeof AsOfQuery>;

type Named = 'order' | 'payment';

/** Answers with what `read` finds, as it is or as the query asks for it, or with why there is nothing. */
export async function sendById(
  request: FastifyRequest<{ Querystring: AsOfQuery }>,
  reply: FastifyReply,
  named: Named,
  read: (upTo?: UpTo) => Promise<Result<{ readonly version: number }, NotFound>>,
): Promise<FastifyReply> {
  const { at, atVersion } = request.query;
  if (at !== undefined && atVersion !== undefined) {
    const detail = 'Ask for an instant or for a version.';
    const errors = [
      { in: 'query', pointer: '/at', message: 'must not come together with atVersion' },
      { in: 'query', pointer: '/atVersion', message: 'must not come together with at' },
    ] as const;
    return sendProblem(request, reply, 'validation-failed', { detail, errors });
  }
  const found = await read(
    at !== undefined ? { at } : atVersion !== undefined ? { version: atVersion } : undefined,
  );
  if (!found.ok) return sendNotFound(request, reply, named, found.error);
  return sendVersioned(request.headers['if-none-match'], reply, found.value);
}

function sendNotFound(
  request: FastifyRequest,
  reply: FastifyReply,
  named: Named,
  why: NotFound,
): FastifyReply {
  const code = `${named}-not-found` as const;
  switch (why.code) {
    case 'absent':
      return sendProblem(request, reply, code, describe({ code }));
    case 'created-later':
      return sendProblem(request, reply, code, {
        detail: `The ${named} was created later, at ${why.createdAt}.`,
      });
    case 'version-not-reached':
      return sendProblem(request, reply, 'version-not-found', {
        detail: `The current version of the ${named} is ${why.current}.`,
      });
    default:
      return assertNever(why);
  }
}
