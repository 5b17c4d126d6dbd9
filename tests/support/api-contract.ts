import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';

export type ApiAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The parsed text; undefined when there is none, the text itself when it is not JSON. */
  readonly body: unknown;
};

type Media = { readonly schema?: object; readonly examples?: Readonly<Record<string, object>> };
export type Operation = {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly in?: string; readonly name?: string; readonly $ref?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Described>>;
};
type Described = {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content?: Readonly<Record<string, Media>>;
};

export type ApiDocument = {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly headers: Readonly<Record<string, { readonly required?: boolean }>>;
    readonly examples: Readonly<Record<string, { readonly value: object }>>;
  };
};

/** Throws when an answer is not what the document says of its operation: status, headers, content type, body. */
export type Contract = (method: string, url: string, answer: ApiAnswer) => void;

/** Of the connection, or of every body there is. */
const TRANSPORT = ['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding'];
/** What lets pages of other origins in, on every answer alike. */
const OF_BROWSERS = /^(vary|access-control-.*)$/;
/** What a request meets that is no operation, or before it is known to be one. */
const OF_NO_OPERATION = ['malformed-url', 'not-found', 'not-acceptable', 'uri-too-long'];
/** For browsers: the console, the page of the documentation with its files, and the simulated bank. */
const FOR_BROWSERS = /^\/((console|docs|simulated)(\/|$)|$)/;

/** As the first service of this process gives it out; that of all others is the same, and takes as long to make. */
let given: Promise<Contract> | undefined;

/** Has each answer that tests get by `inject` held against the document that the service gives out itself. */
export function holdToContract(server: FastifyInstance): void {
  const inject = server.inject.bind(server);
  const injectHeldToContract = async (asked: InjectOptions | string) => {
    const request = typeof asked === 'string' ? { url: asked } : asked;
    const { method = 'GET', url = '/' } = request;
    const injected = await inject(request);
    given ??= inject('/openapi.json').then(({ body }) => contractOf(body));
    const { statusCode: status, headers, body: text } = injected;
    const contract = await given;
    contract(method, typeof url === 'string' ? asInjected(url) : (url.pathname ?? '/'), {
      status,
      headers,
      text,
      body: parsed(headers, text),
    });
    return injected;
  };
  server.inject = injectHeldToContract as typeof server.inject;
}

/** Without a socket dots are resolved, as by a browser, before anything is sent. */
export function asInjected(url: string): string {
  const { pathname, search } = new URL(
    url.startsWith('//') ? `http://localhost${url}` : url,
    'http://localhost',
  );
  return pathname + search;
}

export const parsed = (headers: ApiAnswer['headers'], text: string): unknown =>
  /\bjson\b/.test(String(headers['content-type'])) && text !== '' ? JSON.parse(text) : undefined;

export function contractOf(text: string): Contract {
  const document = JSON.parse(text, closed) as ApiDocument;
  const validatorAt = validators(document);
  // As routers do: a path that is written out goes before one with a name in its place.
  const paths = Object.keys(document.paths)
    .toSorted((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: patternOf(path) }));

  return (method, url, answer) => {
    const [pathname = ''] = url.split('?', 1);
    const path = paths.find(({ pattern }) => pattern.test(pathname))?.path;
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = path === undefined ? undefined : document.paths[path]![verb];
    const seen = `${method} ${path ?? pathname} ${answer.status}`;
    if (!path || !operation) {
      if (FOR_BROWSERS.test(pathname)) return;
      checkNoOperation(seen, path ? Object.keys(document.paths[path]!) : undefined, answer, validatorAt);
      return;
    }
    const described = operation.responses[answer.status];
    if (!described) throw new Error(`${seen}: the status is not documented`);
    checkHeaders(seen, described, document, answer);
    const [type = ''] = String(answer.headers['content-type']).split(';', 1);
    const media = described.content?.[type];
    const isMinimal = String(answer.headers['preference-applied']).includes('return=minimal');
    if (!described.content || method === 'HEAD' || isMinimal) {
      if (answer.text !== '') throw new Error(`${seen} has a body: ${answer.text}`);
      return;
    }
    if (!media) throw new Error(`${seen}: the type "${type}" is not documented`);
    if (answer.body === undefined) return; // a page or a stream
    checkLink(seen, answer);
    const at = ['paths', path, verb, 'responses', String(answer.status), 'content', type, 'schema'];
    checkBody(seen, validatorAt(...at), answer);
    if (type === 'application/problem+json') checkCode(seen, Object.keys(media.examples ?? {}), answer);
  };
}

/** A path that is there answers what it knows; whatever else is not there. */
function checkNoOperation(
  seen: string,
  methods: readonly string[] | undefined,
  answer: ApiAnswer,
  validatorAt: ValidatorAt,
): void {
  if ('access-control-allow-methods' in answer.headers) return; // a browser asks for a page
  if (methods && [204, 405].includes(answer.status)) {
    const known = methods.map((method) => method.toUpperCase());
    const allow = [...known, ...(known.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].toSorted().join(', ');
    if (answer.headers['allow'] !== allow) throw new Error(`${seen}: Allow must be "${allow}"`);
    if (answer.status === 204) return;
  }
  if (seen.startsWith('HEAD ')) return;
  checkBody(seen, validatorAt('components', 'schemas', 'Problem'), answer);
  checkCode(seen, methods ? ['method-not-allowed', ...OF_NO_OPERATION] : OF_NO_OPERATION, answer);
}

function checkHeaders(seen: string, described: Described, document: ApiDocument, answer: ApiAnswer): void {
  const documented = Object.entries(described.headers ?? {}).map(([name, { $ref }]) => ({
    name: name.toLowerCase(),
    isRequired: document.components.headers[$ref.split('/').at(-1)!]?.required ?? false,
  }));
  const names = Object.keys(answer.headers).filter((name) => !TRANSPORT.includes(name));
  const unknown = names.find(
    (name) => !documented.some((one) => one.name === name) && !OF_BROWSERS.test(name),
  );
  if (unknown) throw new Error(`${seen}: the header ${unknown} is not documented`);
  const missing = documented.find(({ name, isRequired }) => isRequired && !names.includes(name));
  if (missing) throw new Error(`${seen}: the header ${missing.name} is missing`);
}

/** Of a list: whoever goes by Link and whoever goes by `nextCursor` see the same next page, or none. */
function checkLink(seen: string, { headers, body }: ApiAnswer): void {
  if (typeof body !== 'object' || body === null || !('nextCursor' in body)) return;
  const [, next] = /<([^>]+)>; rel="next"/.exec(String(headers['link'])) ?? [];
  const linked = next === undefined ? null : new URL(next, 'http://localhost').searchParams.get('cursor');
  if (linked !== body.nextCursor)
    throw new Error(`${seen}: Link leads to ${linked}, not to ${String(body.nextCursor)}`);
}

function checkBody(seen: string, validate: ValidateFunction, { body }: ApiAnswer): void {
  if (validate(body)) return;
  const faults = validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
  throw new Error(`${seen}: ${faults.join(', ')}`);
}

function checkCode(seen: string, codes: readonly string[], { body }: ApiAnswer): void {
  const { code } = body as { code: string };
  if (!codes.includes(code)) throw new Error(`${seen}: the problem "${code}" is not documented`);
}

type ValidatorAt = (...segments: string[]) => ValidateFunction;

function validators(document: object): ValidatorAt {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv, ['uuid', 'date-time', 'date', 'int32', 'int64']);
  ajv.addFormat('currency', (code: string) => parseCurrency(code) !== undefined);
  ajv.addSchema(document, 'api');
  const compiled = new Map<string, ValidateFunction>();
  return (...segments) => {
    const fragment = segments.map((name) =>
      encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')),
    );
    const $ref = `api#/${fragment.join('/')}`;
    const validate = compiled.get($ref) ?? ajv.compile({ $ref });
    compiled.set($ref, validate);
    return validate;
  };
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]*')}$`);

/** Makes a property that is not documented a violation. */
function closed(_key: string, value: unknown): unknown {
  const open =
    typeof value === 'object' &&
    value !== null &&
    'properties' in value &&
    !('additionalProperties' in value);
  return open ? { ...value, additionalProperties: false } : value;
}
