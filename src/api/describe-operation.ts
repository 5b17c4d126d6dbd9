import type { RouteOptions } from 'fastify';
import type { HEADERS } from './answers.ts';
import { exampleOf, type Schema } from './examples.ts';
import { headerNamesOf, problemsOf } from './operation-problems.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';

type Parameter = {
  readonly in: string;
  name: string;
  description?: string;
  required?: boolean;
  readonly schema?: Schema;
};
type Reference = { readonly $ref: string };
type Response = {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, Media>;
};
type Media = { schema?: Schema; example?: unknown; examples?: Record<string, object> };
export type Operation = {
  operationId: string;
  description?: string;
  parameters?: (Reference | Parameter)[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Response>;
  security?: Record<string, string[]>[];
};

export type Components = {
  readonly securitySchemes: object;
  readonly schemas: Readonly<Record<string, Schema>>;
};

/** Adds to what a route says of itself all that holds for every route like it. */
export function describeOperation(
  operation: Operation,
  route: RouteOptions,
  { securitySchemes, schemas }: Components,
): void {
  const { scope, needsNoScope, bodyIsOptional, signedBody } = route.config ?? {};
  const needsKey = Boolean(scope ?? needsNoScope);
  if (needsKey)
    operation.security = Object.keys(securitySchemes).map((scheme) => ({ [scheme]: scope ? [scope] : [] }));
  if (needsKey) {
    const needs = scope
      ? `Needs the scope \`${scope}\`.`
      : 'Needs a key, a token or a session, and no scope.';
    operation.description = operation.description ? `${operation.description}\n\n${needs}` : needs;
  }
  if (operation.requestBody) {
    operation.requestBody.required = !bodyIsOptional;
    for (const media of Object.values(operation.requestBody.content)) {
      if (!media.schema) continue;
      media.schema = withoutDefaults(media.schema);
      media.example ??= exampleOf(media.schema, schemas, 'required ones');
    }
  }
  const isCommand = headerNamesOf(route.schema?.headers).includes('idempotency-key');
  operation.parameters = [...namedParameters(operation), ...impliedParameters(operation, isCommand)];
  if (isCommand && operation.responses['200'])
    operation.responses['204'] = withoutBody(operation.responses['200']);
  if (signedBody !== undefined) operation.requestBody = bodyOfOthers(signedBody);
  for (const response of Object.values(operation.responses)) describeSuccess(response, route, schemas);
  for (const [status, codes] of Object.entries(byStatus(problemsOf(route))))
    operation.responses[status] = problemResponse(codes, needsKey);
  operation.responses['default'] = {
    description: 'Any other problem, as a later version may name it',
    headers: headersOf(['X-Request-Id']),
    content: { [PROBLEM_TYPE]: { schema: refTo('schemas', 'Problem') } },
  };
}

/** On every answer to somebody with a key, or without one where one is needed. */
const OF_KNOWN_CLIENTS = ['RateLimit-Policy', 'RateLimit', 'Cache-Control'] as const;

const PROBLEM_TYPE = 'application/problem+json';

const refTo = (section: string, name: string): Reference => ({ $ref: `#/components/${section}/${name}` });

const headersOf = (names: readonly (keyof typeof HEADERS)[]): Record<string, Reference> =>
  Object.fromEntries(names.map((name) => [name, refTo('headers', name)]));

/** What has a default may be left out; schemas call it required, since after them it is there. */
function withoutDefaults(schema: Schema): Schema {
  const { properties = {}, required = [] } = schema;
  const asked = required.filter((name) => !('default' in properties[name]!));
  const { required: _with, ...rest } = schema;
  return asked.length > 0 ? { ...rest, required: asked } : rest;
}

const bodyOfOthers = (description: string) => ({
  required: true,
  content: { 'application/json': { schema: { type: 'object', description }, example: {} } },
});

/** Fastify knows headers in lower case only. */
const inPascalCase = (name: string): string =>
  name.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());

const namedParameters = ({ parameters = [] }: Operation): (Reference | Parameter)[] =>
  parameters.map((parameter) => {
    if (!('in' in parameter)) return parameter;
    if (parameter.schema && 'default' in parameter.schema) parameter.required = false;
    const name = parameter.in === 'header' ? inPascalCase(parameter.name) : parameter.name;
    return { ...parameter, description: parameter.description ?? USUAL[name] ?? '', name };
  });

/** Parameters that mean the same wherever they come. */
const USUAL: Readonly<Record<string, string>> = {
  code: 'As the problem names it',
  createdAfter: 'Only what was created after this instant',
  createdBefore: 'Only what was created before this instant',
  fulfilmentStatus: 'Only of this fulfilment status',
  limit: 'How many at most',
  paymentStatus: 'Only of this payment status',
  provider: 'The payment provider, as it is configured here',
  state: 'Only in this state',
  status: 'Only of this status',
};

/** What 200 becomes for who prefers `return=minimal`. */
const withoutBody = ({ headers = {} }: Response): Response => ({
  description: 'Done; you preferred no body',
  headers,
});

const impliedParameters = ({ responses }: Operation, isCommand: boolean): Reference[] => [
  ...('304' in responses ? [refTo('parameters', 'IfNoneMatch')] : []),
  ...(isCommand ? [refTo('parameters', 'Prefer')] : []),
  refTo('parameters', 'Traceparent'),
];

function describeSuccess(
  response: Response,
  { config = {}, schema }: RouteOptions,
  schemas: Components['schemas'],
): void {
  const declared = Object.keys(response.headers ?? {}) as (keyof typeof HEADERS)[];
  const isPaged = headerNamesOf(schema?.querystring).includes('cursor');
  const isKeyed = headerNamesOf(schema?.headers).includes('idempotency-key');
  response.headers = headersOf([
    ...declared,
    ...(isPaged ? (['Link'] as const) : []),
    ...(isKeyed ? (['Idempotency-Replayed', 'Preference-Applied'] as const) : []),
    ...((config.scope ?? config.needsNoScope) ? OF_KNOWN_CLIENTS : []),
    'X-Request-Id',
  ]);
  if (response.description === 'Default Response') response.description = 'What was asked for';
  for (const media of Object.values(response.content ?? {})) {
    const { $ref } = media.schema ?? {};
    if ($ref === undefined) {
      media.example ??= exampleOf(media.schema!, schemas, 'all properties');
      continue;
    }
    media.schema = { $ref }; // its own description says what it is, not what this answer means
    const name = $ref.split('/').at(-1)!;
    media.examples = { [name]: refTo('examples', name) };
  }
}

function byStatus(codes: readonly ProblemCode[]): Record<string, ProblemCode[]> {
  const groups: Record<string, ProblemCode[]> = {};
  for (const code of codes) (groups[PROBLEMS[code].status] ??= []).push(code);
  return groups;
}

/** The names of its examples are the codes that it may hold. */
function problemResponse(codes: readonly ProblemCode[], isKnownClient: boolean): Response {
  const { status } = PROBLEMS[codes[0]!];
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('\n\n'),
    headers: headersOf([
      ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
      ...([409, 429, 503].includes(status) ? (['Retry-After'] as const) : []),
      ...(isKnownClient ? OF_KNOWN_CLIENTS : []),
      'X-Request-Id',
    ]),
    content: {
      [PROBLEM_TYPE]: {
        schema: refTo('schemas', 'Problem'),
        examples: Object.fromEntries(codes.map((code) => [code, refTo('examples', code)])),
      },
    },
  };
}
