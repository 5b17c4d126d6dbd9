import type { InjectOptions } from 'fastify';

type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
};
type Parameter = {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
};
type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
};

/** One place in the requests of one operation where text may be sent. */
export type Field = {
  readonly operationId: string;
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** Its name, or its JSON pointer in the body. */
  readonly name: string;
  /** A request in which this place holds `text`, and all others what they should. */
  readonly request: (text: string, valid: Valid) => InjectOptions;
};

/** What fits where only something of ours does. */
export type Valid = (operationId: string, name: string) => string | undefined;

const SAMPLES: Readonly<Record<string, string>> = {
  uuid: '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
  currency: 'USD',
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
};

/** Every place of every operation; beside those the document names, a header and a property that it does not. */
export function fieldsOf(document: Document): Field[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      fieldsOfOperation(document, path, method, operation),
    ),
  );
}

function fieldsOfOperation(document: Document, path: string, method: string, operation: Operation): Field[] {
  const { operationId, requestBody } = operation;
  const parameters = (operation.parameters ?? []).map((one) =>
    '$ref' in one ? document.components.parameters[one.$ref.split('/').at(-1)!]! : one,
  );
  const body = requestBody?.content['application/json']?.schema;
  const field = (place: Field['in'], name: string): Field => ({
    operationId,
    in: place,
    name,
    request: (text, valid) => {
      const given = (where: string, of: string) =>
        place === where && name === of ? text : valid(operationId, of);
      const url = path.replaceAll(/\{(\w+)\}/g, (_, of: string) =>
        encodeURIComponent(given('path', of) ?? SAMPLES['uuid']!),
      );
      const query = place === 'query' ? `?${name}=${encodeURIComponent(text)}` : '';
      const ifMatch = parameters.some((one) => one.name === 'If-Match') ? { 'if-match': '*' } : {};
      return {
        method: method.toUpperCase() as 'GET',
        url: url + query,
        headers: { ...ifMatch, ...(place === 'header' && { [name]: text }) },
        ...(body && {
          payload: sample(
            document,
            body,
            { operationId, valid, ...(place === 'body' && { at: name, text }) },
            '',
          ),
        }),
      };
    },
  });
  // What a stream does not refuse it is opened by, and it does not end.
  const isStream = operationId === 'followEvents';
  const extra = isStream ? [] : [field('header', 'x-whatever'), field('header', 'user-agent')];
  return [
    ...parameters
      .filter(({ name }) => !isStream || name !== 'Traceparent')
      .map(({ in: place, name }) => field(place, name)),
    ...(body ? [...pointersOf(document, body, ''), '/whatever'].map((name) => field('body', name)) : []),
    ...(isStream ? [] : [field('query', 'whatever')]),
    ...extra,
  ];
}

const resolved = ({ components }: Document, schema: Schema): Schema =>
  schema.$ref === undefined ? schema : components.schemas[schema.$ref.split('/').at(-1)!]!;

function pointersOf(document: Document, given: Schema, pointer: string): string[] {
  const schema = resolved(document, given);
  const { properties = {}, items, anyOf } = schema;
  if (anyOf) return anyOf.flatMap((one) => pointersOf(document, one, pointer));
  if (items) return pointersOf(document, items, `${pointer}/0`);
  const inside = Object.entries(properties);
  if (inside.length > 0)
    return inside.flatMap(([name, inner]) => pointersOf(document, inner, `${pointer}/${name}`));
  return [pointer];
}

type Wanted = {
  readonly operationId: string;
  readonly valid: Valid;
  readonly at?: string;
  readonly text?: string;
};

/** The least that fits, and `text` at `at`. */
function sample(document: Document, given: Schema, wanted: Wanted, pointer: string): object {
  return valueOf(document, given, wanted, pointer) as object;
}

function valueOf(document: Document, given: Schema, wanted: Wanted, pointer: string): unknown {
  const { at, text, valid, operationId } = wanted;
  if (pointer === at) return text;
  const schema = resolved(document, given);
  const { properties, required = [], items, anyOf } = schema;
  if (anyOf) return valueOf(document, anyOf[0]!, wanted, pointer);
  if (properties) {
    const leadsThere = (name: string) => at === `${pointer}/${name}` || at?.startsWith(`${pointer}/${name}/`);
    const names = new Set([...required, ...Object.keys(properties).filter(leadsThere)]);
    const fields = [...names].map((name) => [
      name,
      valueOf(document, properties[name]!, wanted, `${pointer}/${name}`),
    ]);
    const unknown = at === '/whatever' && pointer === '' ? [['whatever', text]] : [];
    return Object.fromEntries([...fields, ...unknown]) as unknown;
  }
  if (items) return [valueOf(document, items, wanted, `${pointer}/0`)];
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'integer') return Math.max(1, schema.minimum ?? 1);
  if (schema.type === 'boolean') return true;
  return valid(operationId, pointer.split('/').at(-1)!) ?? SAMPLES[schema.format ?? ''] ?? 'sample';
}

/** All there is in the database, tables of every schema, row by row. */
export const DUMP = `select coalesce(string_agg(rows, E'\\n'), '') as dump from (
  select format('%I.%I ', n.nspname, c.relname) || coalesce((xpath('string(/)',
    query_to_xml(format('select t::text as r from %I.%I t', n.nspname, c.relname), true, false, '')))[1]::text, '') as rows
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema') t`;
