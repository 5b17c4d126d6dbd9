import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Concerned } from '../application/dead-letters.ts';
import type { ParkedPlace, ParkedSelection, ParkedView } from '../application/parked-events.ts';
import type { Api, ApiDependencies } from './api.ts';
import {
  ConcernedParkedSchema,
  DiscardParkedBody,
  ParkedPage,
  ParkedQuery,
  RetryParkedBody,
  type SelectedParked,
} from './machinery-schemas.ts';
import { readPage } from './page.ts';
import { sendProblem } from './problem.ts';
import { NoQuery } from './schemas.ts';
import { operatorOf } from './subscription-routes.ts';

const PATH = '/api/ops/parked';
const shared = { tags: ['machinery'] };
const config = { scope: 'service' } as const;

export function parkedEventRoutes(api: Api, { parkedEvents, cursors }: ApiDependencies): void {
  api.get(
    PATH,
    {
      config,
      schema: {
        ...shared,
        operationId: 'listParkedEvents',
        summary:
          'Events that subscriptions could not handle, with those of their streams that wait behind them',
        querystring: ParkedQuery,
        response: { 200: ParkedPage },
      },
    },
    async (request, reply) => {
      const { subscription, limit, cursor } = request.query;
      const page = await readPage(
        [request, reply],
        cursors,
        { list: JSON.stringify(['parked', subscription ?? null]), limit, cursor },
        {
          read: (count, after?: ParkedPlace) => parkedEvents.list(subscription, count, after),
          placeOf,
        },
      );
      return page ? reply.send(page) : reply;
    },
  );

  api.post(
    `${PATH}/retry`,
    {
      config,
      schema: {
        ...shared,
        operationId: 'retryParkedEvents',
        summary:
          'Have parked events tried again; what came of it is told by the list, where those that were handled are gone',
        querystring: NoQuery,
        body: RetryParkedBody,
        response: { 200: ConcernedParkedSchema },
      },
    },
    async (request, reply) => {
      const { limit, reason } = request.body;
      return act(request, reply, request.body, (selection) =>
        parkedEvents.retry(operatorOf(request, reason), selection, limit),
      );
    },
  );

  api.post(
    `${PATH}/discard`,
    {
      config,
      schema: {
        ...shared,
        operationId: 'discardParkedEvents',
        summary: 'Give parked events up for good, each for its subscription; who did it and why is kept',
        querystring: NoQuery,
        body: DiscardParkedBody,
        response: { 200: ConcernedParkedSchema },
      },
    },
    async (request, reply) => {
      const { limit, reason } = request.body;
      return act(request, reply, request.body, (selection) =>
        parkedEvents.discard({ ...operatorOf(request, reason), reason }, selection, limit),
      );
    },
  );

  async function act(
    request: FastifyRequest,
    reply: FastifyReply,
    { limit, preview, ...selected }: SelectedParked & { readonly limit: number; readonly preview: boolean },
    work: (selection: ParkedSelection) => Promise<Concerned>,
  ): Promise<FastifyReply> {
    const selection = selectionOf(selected);
    if (!selection) {
      const message = 'must name exactly one of ids, subscription and all';
      return sendProblem(request, reply, 'validation-failed', {
        errors: [{ in: 'body', pointer: '', message }],
      });
    }
    const done = preview ? await parkedEvents.preview(selection, limit) : await work(selection);
    return reply.send({ count: done.count, ids: [...done.ids], preview });
  }
}

const placeOf = ({ subscription, version, shard, position }: ParkedView): ParkedPlace => ({
  ...{ subscription, version, shard, position },
});

function selectionOf({ ids, subscription, all }: SelectedParked): ParkedSelection | undefined {
  if ([ids, subscription, all].filter((one) => one !== undefined).length !== 1) return undefined;
  if (ids) return { kind: 'ids', ids };
  return subscription === undefined ? { kind: 'all' } : { kind: 'subscription', subscription };
}
