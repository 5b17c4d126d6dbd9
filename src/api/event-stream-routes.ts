import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { FeedFilter, FeedItem, FeedPlace } from '../application/event-feed.ts';
import { INTEGRATION_EVENT_TYPES, type IntegrationEventType } from '../application/integration-events.ts';
import type { OrderId } from '../domain/shared/ids.ts';
import { success } from './answers.ts';
import { isStillAllowed } from './auth.ts';
import type { Api, ApiDependencies } from './api.ts';
import { sendProblem } from './problem.ts';
import { uuid } from './schemas.ts';

const HEARTBEAT_MS = 15_000;
/** A reader that takes nothing for so long is let go of: it comes back with the id of what it took last. */
const STALLED_MS = 30_000;
const RECONNECT_MS = 2_000;
/** Whoever may follow may for so long: asked at every look at the log, idle streams alone would keep the database busy. */
const ALLOWED_MS = 1_000;
const STREAMS_MAX = 1_000;
const STREAMS_PER_TENANT_MAX = 100;

const TYPE = INTEGRATION_EVENT_TYPES.map((type) => type.replaceAll('.', '\\.')).join('|');
const PLACE = '^\\d{1,5}-\\d{1,18}(,\\d{1,5}-\\d{1,18})*$';

const STREAM_EXAMPLE = 'retry: 2000\n\nevent: order.created.v1\nid: 0-184\ndata: {"sequence":1}\n\n';

const description =
  `Server-Sent Events: the messages that also leave by RabbitMQ, as they are appended. \`event\` is
the type, \`data\` a JSON object with \`messageId\`, \`correlationId\`, \`sequence\` (of its stream) and \`data\`. Without
\`Last-Event-ID\` it begins with what comes next; with one, right after it, which every client for Server-Sent Events
does by itself when it reconnects; \`0-0\` is the beginning. What a newer version of the service wrote and this one
cannot read comes as \`event: unreadable\`. Every 15 seconds without an event there is a comment.`.replaceAll(
    '\n',
    ' ',
  );

export function eventStreamRoutes(api: Api, { eventFeed, authenticate, sessions }: ApiDependencies): void {
  const closing = new AbortController();
  const openByTenant = new Map<string, number>();
  let open = 0;
  // Streams end by themselves never: a server that closes would wait for them.
  api.addHook('preClose', (done) => {
    closing.abort();
    done();
  });

  api.get(
    '/api/events',
    {
      config: { scope: 'orders:read', isEventStream: true, problems: ['too-many-streams'] },
      schema: {
        operationId: 'followEvents',
        tags: ['events'],
        summary: 'What happens, live',
        description,
        headers: Type.Object({
          'last-event-id': Type.Optional(
            Type.String({
              pattern: PLACE,
              maxLength: 2_000,
              description: 'The `id` of an event of this stream',
            }),
          ),
        }),
        querystring: Type.Object(
          {
            orderId: Type.Optional(uuid('Only what concerns this order')),
            types: Type.Optional(
              Type.String({
                pattern: `^(${TYPE})(,(${TYPE}))*$`,
                description: `Only these, separated by commas: ${INTEGRATION_EVENT_TYPES.join(', ')}`,
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: success(
            {
              content: {
                'text/event-stream': {
                  schema: Type.Unsafe<unknown>({ type: 'string', examples: [STREAM_EXAMPLE] }),
                },
              },
            },
            'A stream that does not end',
            'X-Accel-Buffering',
          ),
        },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const place = startOf(request.headers['last-event-id'], await eventFeed.head());
      if (!place) return refusePlace(request, reply);
      const openOfTenant = openByTenant.get(tenantId) ?? 0;
      if (open >= STREAMS_MAX || openOfTenant >= STREAMS_PER_TENANT_MAX)
        return sendProblem(request, reply, 'too-many-streams', { retryAfterSeconds: 10 });
      // Kept alive after its end, the connection would hold up a server that closes.
      void reply.type('text/event-stream').headers({ 'x-accel-buffering': 'no', connection: 'close' });
      // Who hung up while the head was looked up has closed already, and would be counted as open for ever.
      if (request.method === 'HEAD' || reply.raw.destroyed) return reply.send();

      const { orderId, types } = request.query;
      const filter: FeedFilter = {
        orderId: orderId as OrderId | undefined,
        types: types?.split(',') as IntegrationEventType[] | undefined,
      };
      const frames = framesOf(eventFeed.follow(tenantId, place, filter, closing.signal), {
        from: place,
        mayGoOn: () => isStillAllowed({ authenticate, sessions }, request),
        onStalled: () => reply.raw.destroy(),
      });
      open++;
      openByTenant.set(tenantId, openOfTenant + 1);
      reply.raw.once('close', () => {
        open--;
        const left = (openByTenant.get(tenantId) ?? 1) - 1;
        if (left > 0) openByTenant.set(tenantId, left);
        else openByTenant.delete(tenantId);
      });
      return reply.send(Readable.from(frames, { objectMode: false }));
    },
  );
}

type FrameOptions = {
  /** Said at once: who loses the connection before anything came knows where to go on, too. */
  readonly from: FeedPlace;
  readonly mayGoOn: () => Promise<boolean>;
  /** Nobody has taken what was said last, for too long. */
  readonly onStalled: () => void;
  readonly heartbeatMs?: number;
  readonly stalledMs?: number;
  readonly allowedMs?: number;
};

/** Ends soon after the key is revoked, and is let go of by whoever reads it. */
export async function* framesOf(
  items: AsyncIterable<FeedItem>,
  { from, mayGoOn, onStalled, ...times }: FrameOptions,
): AsyncGenerator<string, void> {
  const { heartbeatMs = HEARTBEAT_MS, stalledMs = STALLED_MS, allowedMs = ALLOWED_MS } = times;
  let saidAt = performance.now();
  let allowedUntil = saidAt;
  yield `retry: ${RECONNECT_MS}\nid: ${textOf(from)}\n\n`;
  for await (const { place, told } of items) {
    const now = performance.now();
    if (now >= allowedUntil) {
      if (!(await mayGoOn())) return;
      allowedUntil = now + allowedMs;
    }
    if (!told && performance.now() - saidAt < heartbeatMs) continue;
    saidAt = performance.now();
    // Nobody asks for the next one while what was sent is not taken.
    const stalled = setTimeout(onStalled, stalledMs);
    try {
      yield told ? frame(place, told) : `: nothing new\nid: ${textOf(place)}\n\n`;
    } finally {
      clearTimeout(stalled);
    }
  }
}

function frame(place: FeedPlace, told: NonNullable<FeedItem['told']>): string {
  const [name, data] =
    'event' in told
      ? [
          told.event.type,
          {
            messageId: told.messageId,
            correlationId: told.correlationId,
            sequence: told.sequence,
            data: told.event.data,
          },
        ]
      : ['unreadable', told];
  return `event: ${name}\nid: ${textOf(place)}\ndata: ${JSON.stringify(data)}\n\n`;
}

const textOf = (place: FeedPlace): string => place.map((position, shard) => `${shard}-${position}`).join(',');

/** undefined: it names a shard that is not there, or what is not written yet, so it is of another log. */
function startOf(lastEventId: string | undefined, head: FeedPlace): FeedPlace | undefined {
  if (lastEventId === undefined) return head;
  const place = head.map(() => 0n);
  for (const part of lastEventId.split(',')) {
    const [shard = '', position = ''] = part.split('-');
    const end = head[Number(shard)];
    if (end === undefined || BigInt(position) > end) return undefined;
    place[Number(shard)] = BigInt(position);
  }
  return place;
}

const refusePlace = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, 'validation-failed', {
    errors: [{ in: 'header', pointer: '/last-event-id', message: 'is of no event of this service' }],
  });
