import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { UpTo } from '../application/ports.ts';
import type { NotFound } from '../application/read-models.ts';
import { ERASED } from '../domain/shared/erased.ts';
import { assertNever } from '../domain/shared/invariant.ts';
import type { Result } from '../domain/shared/result.ts';
import { sendProblem } from './problem.ts';
import { describe } from './rejection.ts';
import { instant } from './schemas.ts';
import { sendVersioned } from './versioned.ts';

/** Time travel. What was is sent in full each time. */
export const AsOfQuery = Type.Object(
  {
    atVersion: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description:
          'As it was after this many changes: the `version` of an earlier answer, or of an event. One command may ' +
          'make several changes; what was between them is seen with this parameter and `atPosition` only.',
      }),
    ),
    at: Type.Optional(
      instant(
        'As it was at this instant: with all changes whose `recordedAt` (see the events) is not later, to the ' +
          'microsecond. That is the clock of the log, and all changes of one command share one `recordedAt`; ' +
          '`updatedAt` is a little earlier. An instant to come shows what is current. Write the + of an offset as ' +
          '%2B.',
      ),
    ),
    atPosition: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,17}$',
        description:
          'As it was right after this place in the log, the `position` of an event: exact for every event of an order ' +
          'and its payments, those of one command or of one instant too. A place to come shows what is current. Only ' +
          'one of `atVersion`, `at` and `atPosition` can be given.',
      }),
    ),
  },
  { additionalProperties: false },
);
type AsOfQuery = Static<typeof AsOfQuery>;

const AS_OF = ['at', 'atVersion', 'atPosition'] as const;

const upToOf = ({ at, atVersion, atPosition }: AsOfQuery): UpTo => ({
  ...(at !== undefined && { at }),
  ...(atVersion !== undefined && { version: atVersion }),
  ...(atPosition !== undefined && { position: BigInt(atPosition) }),
});

type Named = 'order' | 'payment';
type Shown = { readonly version: number; readonly customerId?: string };

/** Answers with what `read` finds, as it is or as the query asks for it, or with why there is nothing. */
export async function sendById(
  request: FastifyRequest<{ Querystring: AsOfQuery }>,
  reply: FastifyReply,
  named: Named,
  read: (upTo?: UpTo) => Promise<Result<Shown, NotFound>>,
): Promise<FastifyReply> {
  const given = AS_OF.filter((name) => request.query[name] !== undefined);
  if (given.length > 1) {
    const detail = 'Ask for an instant, for a version or for a position.';
    const errors = given.map((name) => ({
      in: 'query' as const,
      pointer: `/${name}`,
      message: `must not come together with ${given.filter((other) => other !== name).join(' and ')}`,
    }));
    return sendProblem(request, reply, 'validation-failed', { detail, errors });
  }
  const isOfThen = given.length > 0;
  const found = await read(isOfThen ? upToOf(request.query) : undefined);
  if (!found.ok) return sendNotFound(request, reply, named, found.error);
  // Erasing a customer changes what was then, and archived orders, but not their versions: nobody may keep what was, nor
  // hear that either is the same.
  if (isOfThen) void reply.header('cache-control', 'no-store');
  const mayBeKnown = !isOfThen && found.value.customerId !== ERASED;
  return sendVersioned(mayBeKnown ? request.headers['if-none-match'] : undefined, reply, found.value);
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
