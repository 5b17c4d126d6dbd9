import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance, FastifySchemaValidationError } from 'fastify';
import { parseCurrency } from '../domain/shared/currencies.ts';
import { isDay, isInstant } from './instant.ts';
import type { FieldError, ProblemDetails } from './problem.ts';

const ERRORS_MAX = 100;

export const validatorFor = (coerceTypes: boolean): Ajv => {
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
  ajv.addFormat('date', isDay);
  return ajv.addFormat('currency', (code: string) => parseCurrency(code) !== undefined);
};

/**
 * Bodies are taken as they are; what comes in a URL is text, so only there numbers are read from strings. As with what
 * is answered, each schema is compiled when it is first needed.
 */
export function validateStrictly(server: FastifyInstance): void {
  const strict = validatorFor(false);
  const coercing = validatorFor(true);
  server.setValidatorCompiler(({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? strict : coercing;
    let validate: ValidateFunction | undefined;
    return (data: unknown) => {
      validate ??= ajv.compile(schema);
      return validate(data) || { error: validate.errors! };
    };
  });
}

/** What is wrong, in words; `context` is Fastify's name for a part of the request. */
export function invalid(faults: readonly FastifySchemaValidationError[], context?: string): ProblemDetails {
  const { length } = faults;
  const errors = faults.slice(0, ERRORS_MAX).map((fault) => toFieldError(fault, context));
  const listed = length > ERRORS_MAX ? `; the first ${ERRORS_MAX} are listed` : '';
  return { detail: length === 1 ? '1 thing is wrong.' : `${length} things are wrong${listed}.`, errors };
}

function toFieldError(
  { instancePath, keyword, params, message }: FastifySchemaValidationError,
  context = 'body',
): FieldError {
  const where = { in: PARTS[context] ?? 'body' } as const;
  const child = (name: unknown) =>
    `${instancePath}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  switch (keyword) {
    case 'required':
      return { ...where, pointer: child(params['missingProperty']), message: 'is required' };
    case 'additionalProperties':
      return { ...where, pointer: child(params['additionalProperty']), message: 'is not a known property' };
    case 'enum':
      return {
        ...where,
        pointer: instancePath,
        message: `must be one of ${String(params['allowedValues'])}`,
      };
    case 'format':
      return {
        ...where,
        pointer: instancePath,
        message: FORMATS[String(params['format'])] ?? 'has the wrong format',
      };
    default:
      return { ...where, pointer: instancePath, message: message ?? 'is not valid' };
  }
}

const PARTS: Readonly<Record<string, FieldError['in']>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be a UUID',
  'date-time': 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z',
  currency: 'must be an ISO 4217 currency code such as USD',
};
