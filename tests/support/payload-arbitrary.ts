import fc from 'fast-check';

type JsonSchema = {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly minLength?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
};

/** Anything that fits the schema of a payload; its money is of a currency there is. */
export function payloadFor(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(payloadFor));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'string':
      return schema.minLength === 36 ? fc.uuid() : fc.string();
    case 'integer':
      return fc.maxSafeInteger();
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(payloadFor(schema.items!), { maxLength: 4 });
    case 'object':
      return objectFor(schema);
    default:
      throw new Error(`no payloads for ${JSON.stringify(schema)}`);
  }
}

function objectFor({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  const isMoney = 'amount' in properties && 'currency' in properties;
  const fields = Object.entries(properties).map(([name, schema]): [string, fc.Arbitrary<unknown>] => [
    name,
    isMoney && name === 'currency' ? fc.constantFrom('JPY', 'USD', 'KWD', 'CLF') : payloadFor(schema),
  ]);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
}
