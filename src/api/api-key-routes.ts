import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { SCOPES_OF_ROLE, type Scope } from '../application/access.ts';
import type { ApiKeyPlace, KeyCommand, KeyRefusal, MadeKey } from '../application/api-keys.ts';
import { assertNever } from '../domain/shared/invariant.ts';
import type { Result } from '../domain/shared/result.ts';
import type { Api, ApiDependencies } from './api.ts';
import {
  CreateKeyBody,
  KeyPage,
  KeyParams,
  KeysQuery,
  RevokeKeyBody,
  RotateKeyBody,
} from './api-key-schemas.ts';
import { success } from './answers.ts';
import { routeOf } from './auth.ts';
import { commandOf, type RequestedCommand } from './command-context.ts';
import { readPage } from './page.ts';
import { sendProblem } from './problem.ts';
import { describe } from './rejection.ts';
import { IdempotencyHeaders, NoQuery } from './schemas.ts';

const PATH = '/api/api-keys';
const config = { scope: 'admin' } as const;
const shared = { tags: ['access'] };
const one = { ...shared, params: KeyParams, querystring: NoQuery };

/** A key is of its maker's tenant; what others have does not exist here. */
export function apiKeyRoutes(api: Api, dependencies: ApiDependencies): void {
  readingRoutes(api, dependencies);
  makingRoutes(api, dependencies);
  revokingRoute(api, dependencies);
}

function readingRoutes(api: Api, { apiKeys, cursors }: ApiDependencies): void {
  api.get(
    PATH,
    {
      config,
      schema: {
        ...shared,
        operationId: 'listApiKeys',
        summary: 'Keys of the tenant, newest first, those that are good no longer included',
        querystring: KeysQuery,
        response: { 200: KeyPage },
      },
    },
    async (request, reply) => {
      const { tenantId } = request.principal;
      const page = await readPage(
        [request, reply],
        cursors,
        { list: JSON.stringify(['api-keys', tenantId]), cursor: undefined, ...request.query },
        {
          read: (count, after?: ApiKeyPlace) => apiKeys.list(tenantId, count, after),
          placeOf: ({ createdAt, keyId }): ApiKeyPlace => ({ createdAt, keyId }),
        },
      );
      return page ? reply.send(page) : reply;
    },
  );

  api.get(
    `${PATH}/:keyId`,
    {
      config: { ...config, problems: ['api-key-not-found'] },
      schema: {
        ...one,
        operationId: 'getApiKey',
        summary: 'One key',
        response: { 200: success(Type.Ref('ApiKey#'), 'The key, without its secret') },
      },
    },
    async (request, reply) => {
      const found = await apiKeys.find(request.principal.tenantId, request.params.keyId);
      return found ? reply.send(found) : sendKeyRefusal(request, reply, { code: 'api-key-not-found' });
    },
  );
}

function makingRoutes(api: Api, { apiKeys, ids, guard, noteDenial }: ApiDependencies): void {
  const send = (request: FastifyRequest, reply: FastifyReply, made: Result<MadeKey, KeyRefusal>) => {
    if (!made.ok) {
      const { tenantId, actor } = request.principal;
      const { code } = made.error;
      if (code === 'scope-not-held') noteDenial({ tenantId, actor, route: routeOf(request), reason: code });
      return sendKeyRefusal(request, reply, made.error);
    }
    const { key, replayed } = made.value;
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return reply.code(201).header('location', `${PATH}/${key.keyId}`).send(key);
  };

  api.post(
    PATH,
    {
      config: { ...config, tellsSecret: true, problems: ['api-key-limit', 'scope-not-held'] },
      schema: {
        ...shared,
        operationId: 'createApiKey',
        summary: 'Make a key that may do no more than who makes it; it is shown this once',
        querystring: NoQuery,
        headers: IdempotencyHeaders,
        body: CreateKeyBody,
        response: { 201: success(Type.Ref('NewApiKey#'), 'The key with its secret, this once', 'Location') },
      },
    },
    (request, reply) => {
      const { name, mode = 'live', expiresInSeconds } = request.body;
      const scopes = scopesOf(request.body);
      if (!scopes) {
        const message = 'must hold exactly one of scopes and role';
        return sendProblem(request, reply, 'validation-failed', {
          errors: [{ in: 'body', pointer: '', message }],
        });
      }
      const requested = commandOf(request, ids);
      return guard(request, reply, requested, async () => {
        const wanted = { name, mode, scopes, expiresInSeconds };
        return send(request, reply, await apiKeys.create(keyCommand(request, requested), wanted));
      });
    },
  );

  api.post(
    `${PATH}/:keyId/rotate`,
    {
      config: {
        ...config,
        bodyIsOptional: true,
        tellsSecret: true,
        problems: ['api-key-not-found', 'api-key-not-active', 'api-key-limit', 'scope-not-held'],
      },
      schema: {
        ...one,
        operationId: 'rotateApiKey',
        summary: 'A new key in place of this one, which stays good for a day unless said otherwise',
        headers: IdempotencyHeaders,
        body: RotateKeyBody,
        response: {
          201: success(Type.Ref('NewApiKey#'), 'The new key with its secret, this once', 'Location'),
        },
      },
    },
    (request, reply) => {
      const requested = commandOf(request, ids);
      const { keyId } = request.params;
      return guard(request, reply, requested, async () => {
        const command = keyCommand(request, requested);
        return send(request, reply, await apiKeys.rotate(command, keyId, request.body.overlapSeconds));
      });
    },
  );
}

function revokingRoute(api: Api, { apiKeys }: ApiDependencies): void {
  api.post(
    `${PATH}/:keyId/revoke`,
    {
      config: { ...config, bodyIsOptional: true, problems: ['api-key-not-found'] },
      schema: {
        ...one,
        operationId: 'revokeApiKey',
        summary: 'Have a key refused from now on, everywhere; asking again is answered the same',
        body: RevokeKeyBody,
        response: { 200: success(Type.Ref('ApiKey#'), 'The key, revoked') },
      },
    },
    async (request, reply) => {
      const { reason } = request.body;
      const revoked = await apiKeys.revoke(request.principal, request.params.keyId, reason);
      return revoked.ok ? reply.send(revoked.value) : sendKeyRefusal(request, reply, revoked.error);
    },
  );
}

const keyCommand = (
  { principal, body }: FastifyRequest,
  { context, keyed }: RequestedCommand,
): KeyCommand => ({ by: principal, context, keyed, reason: (body as { readonly reason?: string }).reason });

function scopesOf({ scopes, role }: Static<typeof CreateKeyBody>): readonly Scope[] | undefined {
  if ((scopes === undefined) === (role === undefined)) return undefined;
  return scopes ?? (role && SCOPES_OF_ROLE[role]);
}

function sendKeyRefusal(request: FastifyRequest, reply: FastifyReply, refusal: KeyRefusal): FastifyReply {
  switch (refusal.code) {
    case 'api-key-not-found':
      return sendProblem(request, reply, refusal.code, { detail: 'No key of yours has this id.' });
    case 'api-key-not-active':
      return sendProblem(request, reply, refusal.code, {
        detail:
          'It was rotated or revoked, or has expired: rotate the one that took its place, or make another.',
      });
    case 'api-key-limit':
      return sendProblem(request, reply, refusal.code, {
        detail: `You have ${refusal.max} that are good; revoke those that nobody uses.`,
      });
    case 'scope-not-held':
      return sendProblem(request, reply, refusal.code, {
        detail: `Your own key or token lacks ${refusal.scopes.join(', ')}.`,
      });
    case 'idempotency-key-reused':
      return sendProblem(request, reply, refusal.code, describe(refusal));
    default:
      return assertNever(refusal);
  }
}
