import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';

export type ApiAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The parsed text; undefined when there is none, the text itself when it is not JSON. */
  readonly body: unknown;
};

export type Operation = {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
};

export type ApiDocument = {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

/** Throws when an answer is not what the document says of its operation: status, content type, body. */
export type Contract = (method: string, url: string, answer: ApiAnswer) => void;

/** Holds answers against the document that the service itself gives out at /openapi.json. */
export async function loadContract(server: FastifyInstance): Promise<Contract> {
  const { body } = await server.inject({ method: 'GET', url: '/openapi.json' });
  const document = JSON.parse(body, closed) as ApiDocument;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv, ['uuid', 'date-time']);
  ajv.addFormat('currency', (code: string) => parseCurrency(code) !== undefined);
  ajv.addSchema(document, 'api');
  const paths = Object.keys(document.paths).map((path) => ({ path, pattern: patternOf(path) }));

  const compiled = new Map<string, ValidateFunction>();
  function validatorAt(...segments: string[]): ValidateFunction {
    const fragment = segments.map((name) =>
      encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')),
    );
    const $ref = `api#/${fragment.join('/')}`;
    const validate = compiled.get($ref) ?? ajv.compile({ $ref });
    compiled.set($ref, validate);
    return validate;
  }

  function schemaFor(method: string, url: string, { status, headers }: ApiAnswer): ValidateFunction | null {
    const [type = ''] = String(headers['content-type']).split(';', 1);
    const path = paths.find(({ pattern }) => pattern.test(url.split('?', 1)[0]!))?.path;
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = path === undefined ? undefined : document.paths[path]![verb];
    // Requests that are no operation are refused all the same.
    if (!path || !operation) return status === 204 ? null : validatorAt('components', 'schemas', 'Problem');

    const range = [String(status), `${String(status)[0]}XX`].find((key) => operation.responses[key]);
    if (!range) throw new Error(`${method} ${path} does not document the status ${status}`);
    const { content } = operation.responses[range]!;
    if (!content) return null;
    if (!content[type]) throw new Error(`${method} ${path} ${status} does not document the type "${type}"`);
    return validatorAt('paths', path, verb, 'responses', range, 'content', type, 'schema');
  }

  return (method, url, answer) => {
    const validate = schemaFor(method, url, answer);
    if (validate === null || method === 'HEAD') {
      if (answer.text !== '') throw new Error(`${method} ${url} ${answer.status} has a body: ${answer.text}`);
    } else if (!validate(answer.body)) {
      throw new Error(`${method} ${url} ${answer.status}: ${ajv.errorsText(validate.errors)}`);
    }
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
