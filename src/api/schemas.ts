import { Type, type Static } from 'typebox';
import { MAX_AMOUNT_MINOR, money, type Money } from '../domain/shared/money.ts';
import { parseCurrency } from '../domain/shared/currencies.ts';
import { invariant } from '../domain/shared/invariant.ts';
import { PROBLEMS } from './problem.ts';

/** No control characters (PostgreSQL refuses U+0000) and no halves of surrogate pairs. */
const PRINTABLE = '^[^\\p{Cc}\\p{Cs}]*$';

export const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: PRINTABLE, description });

/** Ids that belong to other systems: opaque, but fit for a URL and a log line. */
export const reference = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$', description });

export const uuid = (description: string) => Type.String({ format: 'uuid', description });
export const instant = (description: string) => Type.String({ format: 'date-time', description });

/** A parameter that is not known must not be ignored: whoever sends it would take the answer for another one. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

export const MoneySchema = Type.Object(
  {
    amount: Type.Integer({
      minimum: 0,
      maximum: Number(MAX_AMOUNT_MINOR),
      description: 'Minor units of the currency: 1050 is 10.50 USD, 1050 JPY, 1.050 KWD. Never a decimal.',
    }),
    currency: Type.String({ format: 'currency', description: 'ISO 4217 code', examples: ['USD'] }),
  },
  { additionalProperties: false, examples: [{ amount: 1999, currency: 'USD' }] },
);

/** Of a request that passed its schema. */
export function toMoney({ amount, currency: code }: Static<typeof MoneySchema>): Money {
  const currency = parseCurrency(code);
  invariant(currency, 'the schema lets only known currencies through');
  return money(BigInt(amount), currency);
}

/** Not `Type.Union`: serializing a union would compile a validator for it. */
export const nullable = <T>(type: 'string' | 'boolean' | 'integer' | 'number', description: string) =>
  Type.Unsafe<T | null>({ type: [type, 'null'], description });

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'A URL ending in the code, or the type of a standard' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.Optional(Type.String()),
    instance: Type.String(),
    // Not an enum: there will be more of them, and who reads answers must be ready for that.
    code: Type.String({ description: 'Stable; see /problems', 'x-extensible-enum': Object.keys(PROBLEMS) }),
    traceId: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          in: Type.Enum(['body', 'query', 'path', 'header']),
          pointer: Type.String({ description: 'JSON pointer (RFC 6901) into that part' }),
          message: Type.String(),
        }),
      ),
    ),
    'violated-policies': Type.Optional(
      Type.Array(Type.String(), {
        description: 'Names of the quotas that are used up; see RateLimit-Policy',
      }),
    ),
  },
  { $id: 'Problem', title: 'Problem' },
);

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x21-\\x7e]+$',
      description: 'Makes a repetition of the request safe: it gives the first answer again',
    }),
  ),
});

/** For commands on what exists: refused with 412 when its version, the ETag of its answers, is another. */
export const CommandHeaders = Type.Object({
  ...IdempotencyHeaders.properties,
  'if-match': Type.Optional(
    Type.String({
      pattern: '^(\\*|"\\d{1,9}")$',
      description: 'The ETag that the decision was made on; `*` stands for any',
    }),
  ),
});

/** The version that If-Match names; undefined: any will do. */
export const versionOf = ({ 'if-match': tag }: Static<typeof CommandHeaders>): number | undefined =>
  tag === undefined || tag === '*' ? undefined : Number(tag.slice(1, -1));

export const Quantities = Type.Array(
  Type.Object(
    {
      lineId: Type.String({ minLength: 1, maxLength: 20, description: 'Of the order' }),
      quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    },
    { additionalProperties: false },
  ),
  { minItems: 1, maxItems: 500 },
);
