import { explain, type Caused } from '../application/causation.ts';
import { parseLogPlace, type BrowsedEvent, type LogProgress } from '../application/log-browsing.ts';
import { success } from './answers.ts';
import type { Api, ApiDependencies } from './api.ts';
import { ExplainedSchema, LogPageSchema, LogParams, LogQuery, ShardsSchema } from './log-schemas.ts';
import { linkNext, listName, placeAt } from './page.ts';
import { sendProblem } from './problem.ts';
import { NoQuery } from './schemas.ts';

const shared = { tags: ['ops'] };
const config = { scope: 'ops' } as const;

const browsing =
  'The events of the tenant, those of no order too, across all shards by time, shard and position; a shard whose clock ' +
  'was set back keeps the order of its log. A request looks through a few thousand events at most, so for what is rare ' +
  'a page can be short, or empty, and still have a `nextCursor`: go on with it until it is null. To follow what comes, ' +
  'ask with `order=oldest`, the same filter and as `cursor` the `followCursor` of the answer before, again and again, ' +
  'with a pause when `nextCursor` is null; nothing is left out and nothing told twice.';

/** A key is of a tenant, and so are the events that it shows; the command line has those of all. */
export function logRoutes(api: Api, { logBrowser, cursors }: ApiDependencies): void {
  api.get(
    '/api/ops/log',
    {
      config,
      schema: {
        ...shared,
        operationId: 'listLogEvents',
        summary: 'Events of the log, newest first unless asked otherwise',
        description: browsing,
        querystring: LogQuery,
        response: { 200: success(LogPageSchema, 'A page of events') },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const { limit, cursor, order, ...filter } = request.query;
      const listIn = (asked: typeof order): string => listName('log', tenantId, { ...filter, order: asked });
      const place = cursor === undefined ? {} : placeAt([request, reply], cursors, listIn(order), cursor);
      if (place === undefined) return reply;
      const from = cursor === undefined ? undefined : progressOf(place as Place);

      const { events, next, end, lookedThrough } = await logBrowser.page(tenantId, {
        ...{ filter, order, limit, from },
      });
      const nextCursor = next ? cursors.encode(placeOf(next), listIn(order)) : null;
      linkNext(request, reply, nextCursor);
      return reply.send({
        data: events.map(shown),
        nextCursor,
        followCursor: end ? cursors.encode(placeOf(end), listIn('oldest')) : null,
        lookedThrough,
      });
    },
  );

  api.get(
    '/api/ops/log/:id',
    {
      config: { ...config, problems: ['event-not-found'] },
      schema: {
        ...shared,
        operationId: 'getLogEvent',
        summary: 'One event, what caused it up to the first request, and what it caused in turn',
        params: LogParams,
        querystring: NoQuery,
        response: { 200: success(ExplainedSchema, 'The event') },
      },
    },
    async (request, reply) => {
      const place = parseLogPlace(request.params.id);
      const found = place && (await logBrowser.find(request.principal.tenantId, place));
      if (!found) return sendProblem(request, reply, 'event-not-found');
      const { event, origin, chain, effects, together } = explain(found.event, found.order);
      const causes = chain.map((one, index) => caused(one, chain[index - 1]));
      return reply.send({
        event: causes.at(-1)!,
        origin,
        causes: causes.slice(0, -1),
        effects: flat(effects, event),
        together: together.map(shown),
      });
    },
  );

  api.get(
    '/api/ops/shards',
    {
      config,
      schema: {
        ...shared,
        operationId: 'listShards',
        summary: 'How far each shard of the log has come, with the events of all tenants',
        querystring: NoQuery,
        response: { 200: success(ShardsSchema, 'All shards') },
      },
    },
    async (_request, reply) => {
      const shards = await logBrowser.shards();
      return reply.send({ data: shards.map(({ head, ...shard }) => ({ ...shard, head: String(head) })) });
    },
  );
}

type Place = { readonly at: string };

// To base 36, so that 64 shards fit in a URL.
const placeOf = (progress: LogProgress): Place => ({
  at: progress.map((position) => position.toString(36)).join('.'),
});
const progressOf = ({ at }: Place): bigint[] => (at === '' ? [] : at.split('.').map(fromBase36));
const fromBase36 = (text: string): bigint =>
  Array.from(text).reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n);

/** The tenant is who asks. */
const shown = ({ tenantId: _own, position, ...event }: BrowsedEvent) => ({
  ...event,
  position: String(position),
});

const caused = (event: BrowsedEvent, cause: BrowsedEvent | undefined) => ({
  ...shown(event),
  causedBy: cause?.eventId ?? null,
});

const flat = (effects: readonly Caused[], cause: BrowsedEvent): ReturnType<typeof caused>[] =>
  effects.flatMap(({ event, effects: further }) => [caused(event, cause), ...flat(further, event)]);
