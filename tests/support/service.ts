import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { SCOPES, type Scope } from '../../src/application/access.ts';
import { startService, type Service, type ServiceOptions } from '../../src/composition.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { createApiKey, ensureTenant } from '../../src/infrastructure/postgres/api-keys.ts';
import { holdToContract } from './api-contract.ts';
import { createTestDatabase, MIGRATIONS_FOLDER, type TestDatabase } from './postgres.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The parsed body; undefined when there is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests name the fields they look at; a missing one fails them
  readonly body: any;
};

export type Client = {
  readonly tenantId: TenantId;
  readonly key: string;
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  /** A string is sent as it is, anything else as JSON. */
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
};

export type TestService = {
  readonly service: Service;
  readonly database: TestDatabase;
  /** A tenant of its own with a key of these scopes (default: all). */
  client(tenant?: string, scopes?: readonly Scope[]): Promise<Client>;
  stop(): Promise<void>;
};

/** The whole service in this process, on a database of its own. */
export async function startTestService(options: Partial<ServiceOptions> = {}): Promise<TestService> {
  const database = await createTestDatabase();
  const service = await startService({
    databaseUrl: database.connectionString,
    migrationsFolder: MIGRATIONS_FOLDER,
    poolMax: 10,
    logger: pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    version: '0.0.0-test',
    ...options,
  });
  holdToContract(service.server);
  return {
    service,
    database,
    client: (tenant = 'acme', scopes = SCOPES) => createClient(service.server, database, tenant, scopes),
    stop: async () => {
      await service.stop();
      await database.drop();
    },
  };
}

export async function createClient(
  server: FastifyInstance,
  { pool }: TestDatabase,
  tenant: string,
  scopes: readonly Scope[] = SCOPES,
): Promise<Client> {
  const tenantId = await ensureTenant(pool, tenant);
  const key = await createApiKey(pool, tenantId, 'test', scopes);
  const send = async (request: InjectOptions): Promise<Answer> => {
    const {
      statusCode: status,
      headers,
      body,
    } = await server.inject({
      ...request,
      headers: { authorization: `Bearer ${key}`, ...request.headers },
    });
    return { status, headers, body: body === '' ? undefined : JSON.parse(body) };
  };
  return {
    tenantId,
    key,
    get: (url, headers = {}) => send({ method: 'GET', url, headers }),
    post: (url, body, headers = {}) =>
      send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}
