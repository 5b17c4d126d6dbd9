import { parseCurrency } from '../../domain/shared/currencies.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import { money, type Money } from '../../domain/shared/money.ts';

/** A domain type as JSON keeps it: money as an integer of minor units, brands gone. */
export type Encoded<T> = T extends Money
  ? { amount: number; currency: string }
  : T extends string
    ? WithoutBrand<T>
    : T extends readonly (infer Item)[]
      ? Encoded<Item>[]
      : T extends object
        ? { -readonly [Key in keyof T]: Encoded<T[Key]> }
        : T;

// A record keyed by literals has required keys; one keyed by `string`, branded or not, has none.
type WithoutBrand<T extends string> = {} extends Record<T, true> ? string : T;

/** Plain data to JSON values. Money is the only type of the domain that JSON lacks. */
export function toJson<T>(value: T): Encoded<T> {
  return encode(value) as Encoded<T>;
}

/** The way back; the caller names the type, having checked the shape or having written it itself. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a cast at one place instead of at each caller
export function fromJson<T>(value: unknown): T {
  return decode(value) as T;
}

function encode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encode);
  if (value === null || typeof value !== 'object') return value;
  if ('amountMinor' in value) {
    const { amountMinor, currency } = value as Money;
    return { amount: Number(amountMinor), currency };
  }
  return mapObjects(value, encode);
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== 'object') return value;
  if ('amount' in value && typeof value.amount === 'number') {
    const currency =
      'currency' in value && typeof value.currency === 'string' && parseCurrency(value.currency);
    invariant(currency, 'stored money has a known currency');
    return money(BigInt(value.amount), currency);
  }
  return mapObjects(value, decode);
}

/** A copy with what lies deeper mapped. Spread first: 1.7 times as fast as adding one key after the other. */
function mapObjects(value: object, map: (value: unknown) => unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...value };
  for (const key in copy) if (typeof copy[key] === 'object') copy[key] = map(copy[key]);
  return copy;
}
