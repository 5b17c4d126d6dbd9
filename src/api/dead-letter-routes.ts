import type { FastifyReply, FastifyRequest } from 'fastify';
import type {
  Concerned,
  GroupPlace,
  Letter,
  LetterGroup,
  LetterPlace,
  LetterSelection,
  Operator,
} from '../application/dead-letters.ts';
import type { Api, ApiDependencies } from './api.ts';
import {
  ConcernedSchema,
  DiscardBody,
  GroupPage,
  GroupsQuery,
  LetterDetailSchema,
  LetterPage,
  LetterParams,
  LettersQuery,
  ReplayBody,
  type Selected,
} from './dead-letter-schemas.ts';
import { readPage } from './page.ts';
import { sendProblem } from './problem.ts';
import { NoQuery } from './schemas.ts';

const PATH = '/api/ops/dead-letters';
const shared = { tags: ['ops'] };
const config = { scope: 'ops' } as const;

/** A key is of a tenant, and so are the letters that it shows and moves; the command line has those of all. */
export function deadLetterRoutes(api: Api, { deadLetters, cursors }: ApiDependencies): void {
  api.get(
    `${PATH}/groups`,
    {
      config,
      schema: {
        ...shared,
        operationId: 'listDeadLetterGroups',
        summary: 'Messages that consumers gave up, by consumer and fault, the newest first',
        querystring: GroupsQuery,
        response: { 200: GroupPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, ...filter } = request.query;
      const list = listOf('dead-letter-groups', tenantId, filter);
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: (count, after?: GroupPlace) => deadLetters.groups(tenantId, filter, count, after),
          placeOf: ({ lastFailedAt, groupId }: LetterGroup): GroupPlace => ({ lastFailedAt, groupId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );

  api.get(
    PATH,
    {
      config,
      schema: {
        ...shared,
        operationId: 'listDeadLetters',
        summary: 'Messages that consumers gave up, the newest first',
        querystring: LettersQuery,
        response: { 200: LetterPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, ...filter } = request.query;
      const list = listOf('dead-letters', tenantId, filter);
      const page = await readPage(
        [request, reply],
        cursors,
        { list, limit, cursor },
        {
          read: (count, after?: LetterPlace) => deadLetters.list(tenantId, filter, count, after),
          placeOf: ({ failedAt, letterId }: Letter): LetterPlace => ({ failedAt, letterId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );

  api.post(
    `${PATH}/replay`,
    {
      config,
      schema: {
        ...shared,
        operationId: 'replayDeadLetters',
        summary: 'Hand failed ones to their consumers again; what was replayed already stays as it is',
        querystring: NoQuery,
        body: ReplayBody,
        response: { 200: ConcernedSchema },
      },
    },
    async (request, reply) => {
      const { limit, perSecond } = request.body;
      return act(request, reply, request.body, (operator, selection) =>
        deadLetters.replay(operator, selection, { limit, perSecond }),
      );
    },
  );

  api.post(
    `${PATH}/discard`,
    {
      config,
      schema: {
        ...shared,
        operationId: 'discardDeadLetters',
        summary: 'Give failed ones up for good; who did it and why is kept',
        querystring: NoQuery,
        body: DiscardBody,
        response: { 200: ConcernedSchema },
      },
    },
    async (request, reply) => {
      const { limit, reason } = request.body;
      return act(request, reply, request.body, (operator, selection) =>
        deadLetters.discard(operator, selection, limit, reason),
      );
    },
  );

  api.get(
    `${PATH}/:letterId`,
    {
      config: { ...config, problems: ['dead-letter-not-found'] },
      schema: {
        ...shared,
        operationId: 'getDeadLetter',
        summary: 'One of them, with what the message holds and each time it was given up',
        params: LetterParams,
        querystring: NoQuery,
        response: { 200: LetterDetailSchema },
      },
    },
    async (request, reply) => {
      const found = await deadLetters.show(request.principal.tenantId, request.params.letterId);
      if (!found.ok) return sendProblem(request, reply, 'dead-letter-not-found');
      const { history, tenantId: _own, ...letter } = found.value;
      // How we are built, as a stack tells it, is for whoever runs the service.
      const times = history.map(({ faultStack: _stack, ...time }) => time);
      return reply.send({ ...letter, headers: { ...letter.headers }, history: times });
    },
  );

  async function act(
    request: FastifyRequest,
    reply: FastifyReply,
    { limit, preview, ...selected }: Selected & { readonly limit: number; readonly preview: boolean },
    work: (operator: Operator, selection: LetterSelection) => Promise<Concerned>,
  ): Promise<FastifyReply> {
    const { tenantId: owner, actor } = request.principal;
    const selection = selectionOf(selected);
    if (!selection) {
      const message = 'must name exactly one of ids, groupId and all';
      return sendProblem(request, reply, 'validation-failed', {
        errors: [{ in: 'body', pointer: '', message }],
      });
    }
    const done = preview
      ? await deadLetters.preview(owner, selection, limit)
      : await work({ owner, actor }, selection);
    return reply.send({ count: done.count, ids: [...done.ids], preview });
  }
}

function selectionOf({ ids, groupId, all }: Selected): LetterSelection | undefined {
  if ([ids, groupId, all].filter((one) => one !== undefined).length !== 1) return undefined;
  if (ids) return { kind: 'ids', ids };
  return groupId === undefined ? { kind: 'all' } : { kind: 'group', groupId };
}

/** What a cursor is made for. */
const listOf = (
  name: string,
  tenantId: string,
  filter: Readonly<Record<string, string | undefined>>,
): string =>
  JSON.stringify([
    name,
    tenantId,
    filter['consumer'] ?? null,
    filter['groupId'] ?? null,
    filter['state'] ?? null,
  ]);
