import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { parseCurrency } from '../domain/shared/currencies.ts';
import type { ServerOptions } from './api.ts';
import { authenticate } from './auth.ts';
import { inFlightGuard } from './command-context.ts';
import { cardNumbersIn, withoutCardNumbers } from './card-numbers.ts';
import { cursors } from './cursor.ts';
import { answerBadUrl, handleFaults } from './faults.ts';
import { isInstant } from './instant.ts';
import { decodeUtf8, parseIntegerJson } from './json-body.ts';
import { ledgerRoutes } from './ledger-routes.ts';
import { orderCommandRoutes } from './order-command-routes.ts';
import { orderRoutes } from './order-routes.ts';
import { OrderSchema } from './order-schemas.ts';
import { paymentCommandRoutes } from './payment-command-routes.ts';
import { paymentRoutes } from './payment-routes.ts';
import { PaymentSchema, RefundSchema } from './payment-schemas.ts';
import { sendProblem, type FieldError } from './problem.ts';
import { salesRoutes } from './sales-routes.ts';
import { ProblemSchema } from './schemas.ts';
import { serviceRoutes } from './service-routes.ts';
import { traceOf } from './trace.ts';

const BODY_MAX_BYTES = 256 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const server = Fastify({
    loggerInstance: options.logger,
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: 100 },
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    frameworkErrors: answerBadUrl,
    logController: new LogController({ disableRequestLogging: true }), // one line a request is ours, below
    genReqId: () => options.ids.commandId(),
  });
  handleRequests(server);
  handleFaults(server);
  validateStrictly(server);
  for (const schema of [OrderSchema, RefundSchema, PaymentSchema, ProblemSchema]) server.addSchema(schema);
  await describeApi(server, options.version);

  const dependencies = { ...options, guard: inFlightGuard(), cursors: cursors(options.cursorSecret) };
  const paths = collectPaths(server);
  server.get('/openapi.json', { schema: { hide: true } }, () => server.swagger());
  await server.register((scope) => {
    serviceRoutes(scope.withTypeProvider<TypeBoxTypeProvider>(), dependencies);
  });
  await server.register((scope) => {
    scope.addHook('onRequest', authenticate(options.apiKeys));
    scope.addHook('preValidation', beforeValidation);
    const api = scope.withTypeProvider<TypeBoxTypeProvider>();
    orderRoutes(api, dependencies);
    orderCommandRoutes(api, dependencies);
    paymentRoutes(api, dependencies);
    paymentCommandRoutes(api, dependencies);
    ledgerRoutes(api, dependencies);
    salesRoutes(api, dependencies);
  });
  answerOtherMethods(server, paths);
  await server.ready();
  return server;
}

const CARD_ERRORS_MAX = 10;

function cardNumbersOf(request: FastifyRequest): FieldError[] {
  const parts = [
    ['body', request.body],
    ['query', request.query],
    ['path', request.params],
    ['header', { 'idempotency-key': request.headers['idempotency-key'] }],
  ] as const;
  return parts
    .flatMap(([where, part]) => cardNumbersIn(part).map((pointer) => ({ in: where, pointer })))
    .slice(0, CARD_ERRORS_MAX)
    .map((place) => ({ ...place, message: 'must not hold a card number' }));
}

async function beforeValidation(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { bodyIsOptional, needsIfMatch } = request.routeOptions.config;
  if (bodyIsOptional) request.body ??= {};
  const cards = cardNumbersOf(request);
  if (cards.length > 0) {
    const detail =
      'Card numbers are never taken here: send the token that your payment provider gives for one.';
    return sendProblem(request, reply, 'validation-failed', { detail, errors: cards });
  }
  if (!needsIfMatch || request.headers['if-match'] !== undefined) return undefined;
  const detail = 'Send the ETag of the version you have read in the header If-Match.';
  return sendProblem(request, reply, 'precondition-required', { detail });
}

function handleRequests(server: FastifyInstance): void {
  server.decorateRequest('trace');
  server.decorateRequest('principal');
  server.addHook('onRequest', (request, reply, done) => {
    request.trace = traceOf(request.headers.traceparent);
    void reply.header('x-request-id', request.id);
    request.log = request.log.child({ traceId: request.trace.traceId });
    // Before the body is read: nobody is there to read it for.
    if (request.is404) void sendProblem(request, reply, 'not-found');
    else if (acceptsJson(request.headers.accept) || !request.url.startsWith('/api/')) done();
    else void sendProblem(request, reply, 'not-acceptable');
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const url = withoutCardNumbers(request.url);
    request.log.info(
      { method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 },
      'answered',
    );
    done();
  });
  server.removeContentTypeParser(['application/json', 'text/plain']);
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0 && request.routeOptions.config.bodyIsOptional) {
      done(null, {});
      return;
    }
    try {
      done(null, parseIntegerJson(decodeUtf8(body as Buffer)));
    } catch (fault) {
      done(Object.assign(fault as Error, { statusCode: 400 }));
    }
  });
}

const JSON_RANGE = /^\s*(\*\/\*|application\/(\*|json|problem\+json))\s*(;|$)/i;
const acceptsJson = (accept = '*/*'): boolean => accept.split(',').some((range) => JSON_RANGE.test(range));

const validatorFor = (coerceTypes: boolean): Ajv => {
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes,
    useDefaults: true,
    strict: true,
    strictNumbers: !coerceTypes, // or Infinity, read from 400 digits, would pass every limit
    keywords: ['example'],
  });
  addFormats.default(ajv, ['uuid']);
  ajv.addFormat('date-time', isInstant);
  return ajv.addFormat('currency', (code: string) => parseCurrency(code) !== undefined);
};

/** Bodies are taken as they are; what comes in a URL is text, so only there numbers are read from strings. */
function validateStrictly(server: FastifyInstance): void {
  const strict = validatorFor(false);
  const coercing = validatorFor(true);
  server.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : coercing).compile(schema),
  );
}

async function describeApi(server: FastifyInstance, version: string): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Order Payments',
        version,
        description:
          'Orders and payments, event-sourced. Amounts are integers of minor units; every error is RFC 9457.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [
        { name: 'orders', description: 'What customers buy' },
        { name: 'payments', description: 'What they pay with' },
        { name: 'ledger', description: 'Double entry, derived from the events' },
        { name: 'sales', description: 'Counted from the messages' },
        { name: 'service', description: 'Health and help; no key needed' },
      ],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'op_live_… or op_test_…' },
        },
      },
      security: [{ apiKey: [] }],
    },
    refResolver: {
      buildLocalReference: ({ $id }, _baseUri, _fragment, index) =>
        typeof $id === 'string' ? $id : `schema-${index}`,
    },
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    logLevel: 'warn',
    theme: {
      title: 'Order Payments API',
      css: [{ filename: 'theme.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
}

type Paths = Map<string, Set<string>>;

function collectPaths(server: FastifyInstance): Paths {
  const paths: Paths = new Map();
  server.addHook('onRoute', ({ url, method }) => {
    const methods = paths.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    paths.set(url, methods);
  });
  return paths;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** A known path with another method: 405 and what it does know; OPTIONS asks for just that. */
function answerOtherMethods(server: FastifyInstance, paths: Paths): void {
  for (const [url, known] of [...paths]) {
    const allow = [...known, 'OPTIONS'].toSorted().join(', ');
    const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      void reply.header('allow', allow);
      if (request.method === 'OPTIONS') return reply.code(204).send();
      return sendProblem(request, reply, 'method-not-allowed', { detail: `Allowed: ${allow}.` });
    };
    server.route({
      url,
      method: METHODS.filter((method) => !known.has(method)),
      schema: { hide: true },
      onRequest: answer, // a body, whatever it holds, is not read
      handler: answer,
    });
  }
}
