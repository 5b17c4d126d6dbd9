import { Type, type TSchema } from 'typebox';

// The building blocks of stored payloads. Looser than the API's schemas on purpose: what is in the log was accepted
// once and stays readable when the API's limits change.
export const MoneyPayload = Type.Object({ amount: Type.Integer(), currency: Type.String() });
export const Uuid = Type.String({ minLength: 36, maxLength: 36 });
export const Text = Type.String();
export const Instant = Type.String();
export const TextOrNull = Type.Union([Text, Type.Null()]);

export const payload = <Properties extends Record<string, TSchema>>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });
