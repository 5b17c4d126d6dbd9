import { pino } from 'pino';
import type { Scope } from '../../src/application/access.ts';
import { SCOPES } from '../../src/application/access.ts';
import { startService, type Service, type ServiceOptions } from '../../src/composition.ts';
import { HTTP_LIMITS } from '../../src/api/http-limits.ts';
import { money } from '../../src/domain/shared/money.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import type { Currency } from '../../src/domain/shared/currencies.ts';
import { createApiKey, ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { keepRun } from '../../src/infrastructure/reconciliation/runs.ts';
import { contractOf, parsed, type ApiAnswer, type Contract } from '../support/api-contract.ts';
import { MIGRATIONS_FOLDER } from '../support/postgres.ts';
import { DOCUMENTS } from './answers.ts';
import { operationsOf, type Operation } from './operations.ts';
import type { Actor, Request, Worlds } from './requests.ts';
import { idsIn, openWorld } from './world.ts';

export type Database = { readonly connectionString: string; readonly pool: Pool };

/** The service under fuzz, with what is known of it. */
export type Target = {
  readonly service: Service;
  readonly pool: Pool;
  readonly port: number;
  readonly contract: Contract;
  readonly operations: readonly Operation[];
  readonly worlds: Worlds;
  readonly keys: Readonly<Record<Actor, string>>;
  readonly tenants: Readonly<Record<'owner' | 'stranger', string>>;
  /** Lines at the level of errors, as they are written; taken out by who looks at them. */
  readonly errorLines: string[];
  readonly isForeign: (id: string, actor: Actor) => boolean;
  /** Whether somebody of the actor's tenant has ever sent it. */
  readonly hasSent: (id: string, actor: Actor) => boolean;
  /** What was sent, for good. */
  readonly noteSent: (request: Request) => void;
  /** What an answer tells of its tenant. */
  readonly learn: (request: Request, answer: ApiAnswer) => void;
  stop(): Promise<void>;
};

/** Short, so that what never ends its request costs no time; over `inject` they do not count. */
const HTTP = { ...HTTP_LIMITS, headersTimeoutMs: 500, requestTimeoutMs: 1_000, checkEveryMs: 100 };
/** So much that nothing of it stops the fuzz. */
const ROOMY: ServiceOptions['limits'] = {
  http: HTTP,
  attemptsPerMinute: 100_000_000,
  admission: {
    inWorkMax: { reads: 1_000, writes: 1_000, payments: 1_000 },
    ...{ queueMax: 10_000, waitMs: 60_000, patienceMs: 60_000, loopDelayMaxMs: 60_000 },
  },
};
/** So little that some of it is reached at once. */
const TINY: ServiceOptions['limits'] = {
  http: HTTP,
  attemptsPerMinute: 3,
  perMinute: { reads: 60, writes: 60 },
  admission: {
    inWorkMax: { reads: 1, writes: 1, payments: 1 },
    ...{ queueMax: 1, waitMs: 1_000, patienceMs: 5_000, loopDelayMaxMs: 60_000 },
  },
};

const start = (
  { connectionString }: Database,
  limits: ServiceOptions['limits'],
  errorLines: string[],
): Promise<Service> =>
  startService({
    databaseUrl: connectionString,
    migrationsFolder: MIGRATIONS_FOLDER,
    poolMax: 10,
    logger: pino({ level: 'error' }, { write: (line) => void errorLines.push(line) }),
    version: '0.0.0-fuzz',
    refundApprovalAbove: [money(APPROVAL_ABOVE, 'USD' as Currency)],
    ...(limits && { limits }),
  });

const APPROVAL_ABOVE = 500n;

/** No request can make one: it takes a provider that says something else than we do. */
async function findBreak(pool: Pool, tenantId: TenantId): Promise<void> {
  const day = '2026-01-01';
  const about = { provider: tenantId, day, currency: 'USD', expected: '1', actual: null };
  await keepRun(
    pool,
    { provider: tenantId, day, startedAt: `${day}T12:00:00Z`, transactions: 0, settlements: 0 },
    [
      {
        ...{ ...about, kind: 'not-settled', subject: 'txn', tenantId, operationId: null },
        ...{ paymentId: null, orderId: null, transactionId: null, payoutId: null },
      },
    ],
  );
}

export async function startTarget(database: Database): Promise<Target> {
  const { pool } = database;
  const errorLines: string[] = [];
  const service = await start(database, ROOMY, errorLines);
  const [owner, stranger] = [await ensureTenant(pool, 'owner'), await ensureTenant(pool, 'stranger')];
  const viewing: readonly Scope[] = ['orders:read'];
  const keys = {
    owner: await createApiKey(pool, owner, 'test', SCOPES),
    colleague: await createApiKey(pool, owner, 'test', SCOPES),
    viewer: await createApiKey(pool, owner, 'test', viewing),
    stranger: await createApiKey(pool, stranger, 'test', SCOPES),
    nobody: '',
  };
  const { rows } = await pool.query<{ key_id: string }>('select key_id from api_key');
  const own = new Set(rows.map((row) => row.key_id)); // revoked, they would end the fuzz

  for (const tenantId of [owner, stranger]) await findBreak(pool, tenantId);

  const described = (await service.server.inject('/openapi.json')).body;
  const operations = operationsOf(described);
  const combinations = [...new Map(operations.map(({ inPath }) => [inPath.join(), inPath])).values()];
  const worldOf = () => openWorld(combinations, (id) => own.has(id));
  const [ofOwner, ofStranger] = [worldOf(), worldOf()];
  const worlds = {
    owner: ofOwner,
    colleague: ofOwner,
    viewer: ofOwner,
    nobody: ofOwner,
    stranger: ofStranger,
  };
  const known = ownership();
  await service.server.listen({ port: 0, host: '127.0.0.1' });
  const address = service.server.server.address() as { port: number };
  return {
    ...{ service, pool, operations, worlds, keys, errorLines, port: address.port },
    tenants: { owner, stranger },
    contract: contractOf(described),
    isForeign: known.isForeign,
    hasSent: known.hasSent,
    noteSent: known.noteSent,
    learn: (request, answer) => {
      const { actor, path } = request;
      if (actor === 'nobody' || answer.status >= 300 || DOCUMENTS.test(request.url)) return;
      if (request.isValid || answer.status === 201) {
        known.note(actor, answer.body);
        worlds[actor].learn(path, answer.body, answer.headers['etag']);
        if (ENDS.includes(request.operationId)) worlds[actor].forget(path);
      }
    },
    stop: () => service.stop(),
  };
}

/** A second process of the same service, with hardly any room. */
export async function startTinyTarget(target: Target, database: Database): Promise<Target> {
  const service = await start(database, TINY, target.errorLines);
  return { ...target, service, stop: () => service.stop() };
}

const ENDS = ['deleteWebhookEndpoint', 'revokeApiKey'];

/** Made by us, and so the only ones of their kind; whoever is told of one first, by what it has made, has it. */
const OWN_IDS =
  /^(orderId|paymentId|refundId|fulfilmentId|returnId|disputeId|endpointId|deliveryId|letterId|keyId|messageId|eventId)$/;
const OWNED_MAX = 50_000;

const tenantOf = (actor: Actor) => (actor === 'stranger' ? 'stranger' : 'owner');

function ownership() {
  const owners = new Map<string, 'owner' | 'stranger'>();
  const sent = { owner: new Set<string>(), stranger: new Set<string>() };
  const visit = (actor: Actor, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'object') visit(actor, inner);
      else if (
        OWN_IDS.test(name) &&
        typeof inner === 'string' &&
        owners.size < OWNED_MAX &&
        !owners.has(inner)
      )
        owners.set(inner, tenantOf(actor));
    }
  };
  return {
    note: visit,
    noteSent: ({ actor, url, payload = '' }: Request): void => {
      for (const id of idsIn(`${url}\n${String(payload)}`)) sent[tenantOf(actor)].add(id);
    },
    hasSent: (id: string, actor: Actor): boolean => sent[tenantOf(actor)].has(id),
    isForeign: (id: string, actor: Actor): boolean => {
      const owner = owners.get(id);
      return owner !== undefined && owner !== tenantOf(actor);
    },
  };
}

/** Where nobody with a key has ever come from: only such an address is blocked for its attempts. */
const KEYLESS_ADDRESS = '192.0.2.1';

/** Sends without a socket. Headers that the request has itself are left as they are. */
export async function send({ service, keys, noteSent }: Target, request: Request): Promise<ApiAnswer> {
  noteSent(request);
  const { method, url, payload, actor } = request;
  const injected = await service.server.inject({
    method: method as 'GET',
    url,
    headers: headersOf(keys, request),
    ...(payload !== undefined && { payload }),
    ...(actor === 'nobody' && { remoteAddress: KEYLESS_ADDRESS }),
  });
  const { statusCode: status, headers, body: text } = injected;
  return { status, headers, text, body: parsed(headers, text) };
}

export const headersOf = (keys: Target['keys'], { actor, headers }: Request) => ({
  ...(keys[actor] !== '' && { authorization: `Bearer ${keys[actor]}` }),
  ...headers,
});
