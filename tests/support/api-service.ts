import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { Scope } from '../../src/application/access.ts';
import { PROBLEMS, type ProblemCode } from '../../src/api/problem.ts';
import { startService, type Service, type ServiceOptions } from '../../src/composition.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { holdToContract, parsed, type ApiAnswer } from './api-contract.ts';
import { eventually } from './eventually.ts';
import { MIGRATIONS_FOLDER } from './postgres.ts';
import { startTestService, type TestService } from './service.ts';

type Headers = Readonly<Record<string, string>>;

export type ApiRequest = Omit<InjectOptions, 'url'> & { readonly url: string };

export type ApiClient = {
  readonly key: string;
  readonly tenantId: string;
  get(url: string, headers?: Headers): Promise<ApiAnswer>;
  /** A string or a buffer is sent as it is, anything else as JSON. */
  post(url: string, body: unknown, headers?: Headers): Promise<ApiAnswer>;
  patch(url: string, body: unknown, headers?: Headers): Promise<ApiAnswer>;
  /** Nothing is added but the key. */
  send(request: ApiRequest): Promise<ApiAnswer>;
};

export type Api = TestService & {
  /** A client each of whose answers is held against /openapi.json. */
  connect(tenant?: string, scopes?: readonly Scope[]): Promise<ApiClient>;
  /** The same without a key, unless a request brings one. */
  readonly anonymous: ApiClient;
  /** Talks to a second process of the service on the same database, as the owner of the same key. */
  connectToSecond(client: ApiClient): Promise<ApiClient>;
};

/** The service as its clients see it. */
export async function startApi(options: Partial<ServiceOptions> = {}): Promise<Api> {
  const started = await startTestService(options);
  const { server } = started.service;
  let second: Promise<Service> | undefined;
  return {
    ...started,
    anonymous: clientOf(server, { key: '', tenantId: '' }),
    connect: async (tenant, scopes) => clientOf(server, await started.client(tenant, scopes)),
    connectToSecond: async (client) => {
      second ??= startService({
        databaseUrl: started.database.connectionString,
        migrationsFolder: MIGRATIONS_FOLDER,
        poolMax: 5,
        logger: pino({ level: 'silent' }),
        version: '0.0.0-test',
      }).then((service) => {
        holdToContract(service.server);
        return service;
      });
      return clientOf((await second).server, client);
    },
    stop: async () => {
      await (await second)?.stop();
      await started.stop();
    },
  };
}

/** Speaks to a server as the owner of a key. */
export function clientOf(
  server: FastifyInstance,
  { key, tenantId }: Pick<ApiClient, 'key' | 'tenantId'>,
): ApiClient {
  const send = async (request: ApiRequest): Promise<ApiAnswer> => {
    const authorization = key === '' ? {} : { authorization: `Bearer ${key}` };
    const injected = await server.inject({
      ...request,
      headers: { ...authorization, ...request.headers },
    });
    const { statusCode: status, headers, body: text } = injected;
    const answer = { status, headers, text, body: parsed(headers, text) };
    revealsNothing(answer);
    return answer;
  };
  const sendBody =
    (method: 'POST' | 'PATCH'): ApiClient['post'] =>
    (url, body, headers = {}) =>
      send({
        method,
        url,
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      });
  return {
    key,
    tenantId,
    send,
    get: (url, headers = {}) => send({ method: 'GET', url, headers }),
    post: sendBody('POST'),
    patch: sendBody('PATCH'),
  };
}

const INNARDS =
  /node_modules|\.[jt]s:\d|\bat \w+ \(|\b(select|insert into|update|delete from) \w+|relation "|fastify|postgres|FST_ERR|constraint/i;

/** No stack, no SQL, no name of what is inside, whatever was asked. */
function revealsNothing({ text, headers }: ApiAnswer): void {
  if (headers['content-type'] === 'application/problem+json') expect(text).not.toMatch(INNARDS);
  expect(headers).not.toHaveProperty('x-powered-by');
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
}

export type Refusal = {
  readonly status: number;
  readonly code: ProblemCode;
  /** All of them, each as "part pointer": `body /items/0/quantity`. */
  readonly errors?: readonly string[];
};

/** Asserts that a request is refused with just this problem and that it left no trace. */
export async function expectRefusal(
  api: TestService,
  send: () => Promise<ApiAnswer>,
  refusal: Refusal,
): Promise<ApiAnswer> {
  const before = await traces(api.database.pool);
  const answer = await send();
  expectProblem(answer, refusal);
  expect(await traces(api.database.pool)).toEqual(before);
  return answer;
}

export function expectProblem(answer: ApiAnswer, { status, code, errors = [] }: Refusal): void {
  const problem = problemOf(answer);
  expect({ status: answer.status, code: problem.code, errors: pointersOf(answer) }).toEqual({
    status,
    code,
    errors: errors.toSorted(),
  });
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(problem).toMatchObject({ ...PROBLEMS[code], type: `/problems/${code}` });
  expect(problem.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(problem.instance).toMatch(/^\/[^?]*$/);
}

type Problem = {
  readonly code: string;
  readonly instance: string;
  readonly detail?: string;
  readonly traceId: string;
  readonly errors?: readonly { in: string; pointer: string; message: string }[];
};

export const problemOf = ({ body }: ApiAnswer): Problem => body as Problem;

const pointersOf = (answer: ApiAnswer): string[] =>
  (problemOf(answer).errors ?? []).map((error) => `${error.in} ${error.pointer}`).toSorted();

export type Traces = { head: number; commands: number; orders: number; payments: number; asked: number };

/** How much was ever written, by us and by the provider, once all that follows the log has caught up with it. */
export const traces = (pool: Pool): Promise<Traces> =>
  eventually(async () => {
    const { rows } = await pool.query<Traces & { behind: number }>(
      // A subscription that has not begun a shard yet is behind there too.
      `select sum(head)::int as head,
         (select count(*)::int from log_head h cross join (select distinct name, version from subscription) n
           left join subscription s on s.shard = h.shard and s.name = n.name and s.version = n.version
           where coalesce(s.position, 0) < h.head) as behind,
         (select count(*)::int from command) as commands,
         (select count(*)::int from order_summary) as orders,
         (select count(*)::int from payment_history) as payments,
         (select count(*)::int from simulated_provider.operation) as asked
       from log_head`,
    );
    const { behind, ...found } = rows[0]!;
    if (behind > 0) throw new Error(`${behind} subscriptions have not read all of the log`);
    return found;
  }, 10_000);
