import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { allMinorDigits } from '../domain/shared/currencies.ts';
import { HEADERS } from './answers.ts';
import { describeOperation, type Components, type Operation } from './describe-operation.ts';
import { exampleOf } from './examples.ts';
import { WAIT_MAX_SECONDS } from './prefer.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';
import { exampleOfProblem } from './problem-docs.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

/** Serves the OpenAPI document of the routes that are added after this, and its page at /docs. */
export async function describeApi(server: FastifyInstance, version: string): Promise<void> {
  const routes = new Map<string, RouteOptions>();
  await server.register(swagger, {
    stripBasePath: false,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Order Payments',
        version,
        description:
          'Orders and payments, event-sourced. Amounts are integers of minor units. Every error is a problem by ' +
          'RFC 9457, whose `type` leads to a page about it; GET /problems lists them.\n\nEvery path answers OPTIONS with 204 ' +
          'and HEAD where it answers GET. Another method than those of the header Allow is answered with 405, the ' +
          'problem `method-not-allowed`; a path that is not listed here, with 404. This document is to be read and tried out at /docs.',
        license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
        contact: { name: 'Whoever runs this service' },
        ...{ 'x-api-id': 'order-payments-api', 'x-audience': 'external-public' },
      },
      servers: [{ url: '/', description: 'Where this document comes from' }],
      tags: [
        { name: 'access', description: 'Keys to this API' },
        { name: 'console', description: 'Signing in to the console' },
        { name: 'customers', description: 'Their right to be forgotten' },
        { name: 'events', description: 'What happens, as it happens' },
        { name: 'ledger', description: 'Double entry, derived from the events' },
        {
          name: 'machinery',
          description: 'What follows the log, for whoever runs the service; of all tenants',
        },
        { name: 'ops', description: 'What consumers could not do, for operators; the tenant’s own' },
        { name: 'orders', description: 'What customers buy' },
        { name: 'overview', description: 'What happened, and what waits for a person' },
        { name: 'payments', description: 'What they pay with' },
        { name: 'sales', description: 'Counted from the messages' },
        { name: 'service', description: 'Health and help; no key needed' },
        { name: 'webhooks', description: 'Messages posted to you' },
      ],
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'op_live_… or op_test_…, or a JWT of an issuer that is trusted here',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: SESSION_COOKIE,
            description:
              'Of the console, for pages that come from here; see POST /api/session. Whatever is not GET or HEAD then needs ' +
              'the header X-CSRF-Token.',
          },
        },
        headers: HEADERS,
        parameters: PARAMETERS,
      },
      security: [{ apiKey: [] }, { session: [] }],
    },
    transform: ({ schema, url, route }) => {
      routes.set(String(schema.operationId), route);
      return { schema, url };
    },
    transformObject: (given) => {
      const document = 'openapiObject' in given ? given.openapiObject : given.swaggerObject;
      // The plugin types it as any OpenAPI there ever was, without what its own `components` hold by now.
      const { paths, components } = document as unknown as Described;
      const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
      withNumberFormats(document);
      for (const operation of operations)
        describeOperation(operation, routes.get(operation.operationId)!, components);
      components.examples = examplesFor(operations, components.schemas);
      // For whoever shows amounts: platforms' own tables of currencies differ from ISO 4217.
      return Object.assign(document, { 'x-minor-digits': allMinorDigits() });
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

type Described = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Components & { examples?: object };
};

const PARAMETERS = {
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'ETags that you hold, separated by commas, or `*`: 304 without a body if one is current',
    schema: { type: 'string', maxLength: 1_000, examples: ['"3"'] },
  },
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description:
      '`return=minimal`: no body, only headers (RFC 7240); 200 becomes 204. `wait=10`: where the answer would be 202, ' +
      `up to so many seconds are waited for the final one, at most ${WAIT_MAX_SECONDS}`,
    schema: { type: 'string', examples: ['return=minimal, wait=10'] },
  },
  Traceparent: {
    name: 'Traceparent',
    in: 'header',
    description:
      'Your trace (W3C Trace Context); without one, or with one that is not valid, a trace begins here',
    schema: { type: 'string', examples: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'] },
  },
} as const;

/** Those that some answer refers to: one of each problem, and one of each thing there is. */
function examplesFor(operations: readonly Operation[], schemas: Components['schemas']): object {
  const answers = operations.flatMap(({ responses }) => Object.values(responses));
  const media = answers.flatMap(({ content = {} }) => Object.values(content));
  const names = new Set(media.flatMap(({ examples = {} }) => Object.keys(examples)));
  const made = [...names].map((name) => {
    const code = Object.keys(PROBLEMS).find((one): one is ProblemCode => one === name);
    return code
      ? [name, { summary: PROBLEMS[code].title, value: exampleOfProblem(code) }]
      : [name, { summary: name, value: exampleOf({ $ref: name }, schemas, 'all properties') }];
  });
  return Object.fromEntries(made) as object;
}

const INT32_MAX = 2 ** 31 - 1;

/** Generated clients choose their type of integer by it. Ajv, which reads the same schemas, needs none. */
function withNumberFormats(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, maximum } = node as { type?: unknown; maximum?: unknown };
  if ([type].flat().includes('integer'))
    Object.assign(node, { format: typeof maximum === 'number' && maximum <= INT32_MAX ? 'int32' : 'int64' });
  for (const inner of Object.values(node)) withNumberFormats(inner);
}
