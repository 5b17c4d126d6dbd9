import type { FastifyReply, FastifyRequest } from 'fastify';
import type {
  GenerationProgress,
  RebuildRefusal,
  ServiceOperator,
  SubscriptionRefusal,
  Subscriptions,
  UnitStanding,
} from '../application/subscriptions.ts';
import { assertNever } from '../domain/shared/invariant.ts';
import { success } from './answers.ts';
import type { Api, ApiDependencies } from './api.ts';
import {
  CancelledSchema,
  CancelQuery,
  GenerationSchema,
  NameParams,
  ProjectionSchema,
  RebuildBody,
  UnitList,
  UnitsBody,
  type GenerationBody,
  type UnitBody,
} from './machinery-schemas.ts';
import { sendProblem } from './problem.ts';
import { NoQuery } from './schemas.ts';

const SUBSCRIPTIONS = '/api/ops/subscriptions';
const PROJECTION = '/api/ops/projections/:name';
const shared = { tags: ['machinery'], querystring: NoQuery };
const config = { scope: 'service' } as const;
const BUSY_RETRY_SECONDS = 1;

export function subscriptionRoutes(api: Api, { subscriptions }: ApiDependencies): void {
  api.get(
    SUBSCRIPTIONS,
    {
      config,
      schema: {
        ...shared,
        operationId: 'listSubscriptions',
        summary: 'How every projection and everything else that follows the log stands, shard by shard',
        response: { 200: UnitList },
      },
    },
    async (_request, reply) => reply.send(toUnitList(await subscriptions.list())),
  );

  const changing = (operationId: string, verb: 'pause' | 'resume', summary: string, description: string) =>
    api.post(
      `${SUBSCRIPTIONS}/:name/${verb}`,
      {
        config: { ...config, bodyIsOptional: true, problems: ['subscription-not-found', 'unavailable'] },
        schema: {
          ...shared,
          operationId,
          summary,
          description,
          params: NameParams,
          body: UnitsBody,
          response: { 200: success(UnitList, 'How those that were asked for stand now') },
        },
      },
      async (request, reply) => {
        const { shard, reason } = request.body;
        const change: Subscriptions['pause'] = subscriptions[verb];
        const changed = await change(operatorOf(request, reason), request.params.name, shard);
        if (!changed.ok) return sendRefusal(request, reply, changed.error);
        return reply.send(toUnitList(changed.value));
      },
    );
  changing(
    'pauseSubscription',
    'pause',
    'Stop a projection or another subscription; asking again is answered the same',
    'Nothing is committed for it any more once this is answered. What it does outside the database, such as publishing, ' +
      'may be at work until `leaseMs` is null or below zero.',
  );
  changing(
    'resumeSubscription',
    'resume',
    'Let a subscription go on that was paused, or that halted at an event; asking again is answered the same',
    'The next process with a free hand takes it up.',
  );
}

export function projectionRoutes(api: Api, { rebuilds }: ApiDependencies): void {
  api.get(
    PROJECTION,
    {
      config: { ...config, problems: ['projection-not-found'] },
      schema: {
        ...shared,
        operationId: 'getProjection',
        summary:
          'The generations of a read model: the live one, and how far one has come that is being built',
        params: NameParams,
        response: { 200: ProjectionSchema },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const shown = await rebuilds.show(name);
      if (!shown.ok) return sendRefusal(request, reply, shown.error);
      const generations = shown.value.map((one) => {
        const { name: _same, ...generation } = toGeneration(one);
        return generation;
      });
      return reply.send({ name, generations });
    },
  );

  api.post(
    `${PROJECTION}/rebuild`,
    {
      config: {
        ...config,
        bodyIsOptional: true,
        problems: ['projection-not-found', 'projection-newer', 'unavailable'],
      },
      schema: {
        ...shared,
        operationId: 'rebuildProjection',
        summary: 'Build a read model anew beside the one in use, which takes its place once it has caught up',
        description:
          'Running services do it, and traffic goes on meanwhile. Asked again while one is being built, the answer is about that one.',
        params: NameParams,
        body: RebuildBody,
        response: { 202: success(GenerationSchema, 'What is being built', 'Location') },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const begun = await rebuilds.begin(operatorOf(request, request.body.reason), name);
      if (!begun.ok) return sendRefusal(request, reply, begun.error);
      return reply
        .code(202)
        .header('location', PROJECTION.replace(':name', name))
        .send(toGeneration(begun.value));
    },
  );

  api.delete(
    `${PROJECTION}/rebuild`,
    {
      config: { ...config, problems: ['projection-not-found', 'unavailable'] },
      schema: {
        ...shared,
        operationId: 'cancelRebuild',
        summary: 'Drop what is being built of a read model; never one that is live',
        params: NameParams,
        querystring: CancelQuery,
        response: { 200: CancelledSchema },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const cancelled = await rebuilds.cancel(operatorOf(request, request.query.reason), name);
      if (!cancelled.ok) return sendRefusal(request, reply, cancelled.error);
      return reply.send({ name, cancelled: cancelled.value ?? null });
    },
  );
}

export const operatorOf = (
  { principal: { tenantId, actor } }: FastifyRequest,
  reason: string | undefined,
): ServiceOperator => ({ tenantId, actor, reason });

const toUnitList = (units: readonly UnitStanding[]): { data: UnitBody[] } => ({ data: units.map(toUnit) });

function toUnit({ generation, codeVersion: _code, ...unit }: UnitStanding): UnitBody {
  const { position, head } = unit;
  return {
    ...unit,
    kind: generation === null ? 'subscription' : 'projection',
    generationStatus: generation,
    position: String(position),
    head: String(head),
    lag: String(head - position),
  };
}

const toGeneration = ({ done, total, ...generation }: GenerationProgress): GenerationBody => ({
  ...generation,
  done: String(done),
  total: String(total),
});

function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: SubscriptionRefusal | RebuildRefusal,
): FastifyReply {
  switch (refusal.code) {
    case 'subscription-not-found':
    case 'projection-not-found':
      return sendProblem(request, reply, refusal.code, { detail: `There are: ${refusal.names.join(', ')}.` });
    case 'projection-newer': {
      const detail = `It is made by code version ${refusal.codeVersion} here, and this process has ${refusal.ours}.`;
      return sendProblem(request, reply, refusal.code, { detail });
    }
    case 'shard-unknown': {
      const message = `must be below ${refusal.shardCount}, which is how many there are`;
      return sendProblem(request, reply, 'validation-failed', {
        errors: [{ in: 'body', pointer: '/shard', message }],
      });
    }
    case 'busy': {
      const detail = 'What is being applied at this moment takes long. Nothing was changed; ask again.';
      return sendProblem(request, reply, 'unavailable', { detail, retryAfterSeconds: BUSY_RETRY_SECONDS });
    }
    default:
      return assertNever(refusal);
  }
}
