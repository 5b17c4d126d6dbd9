/** A schema, or any other part of an OpenAPI document. */
export type Node = { readonly [key: string]: unknown };

/** Requests must not be asked for more than before; answers must not hold less, nor what was never there. */
export type Direction = 'request' | 'answer';

/** `subject` is the operation or the shared schema that changed, as a declaration names it. */
export type Breaking = { readonly subject: string; readonly what: string };

export type Documents = {
  readonly before: Node;
  readonly after: Node;
  /** Shared schemas that were compared already, each for its direction. */
  readonly seen: Set<string>;
};

export const nodeAt = (node: unknown, ...keys: readonly string[]): Node => {
  const found = keys.reduce<unknown>((inner, key) => (inner as Node | undefined)?.[key], node);
  return (found ?? {}) as Node;
};

/** What a reference stands for, and anything else itself. */
export const resolved = (document: Node, node: Node): Node =>
  typeof node['$ref'] === 'string' ? nodeAt(document, ...node['$ref'].split('/').slice(1)) : node;

type Place = { readonly subject: string; readonly at: string; readonly direction: Direction };
type Pair = { readonly before: Node; readonly after: Node };

export function schemaChanges(documents: Documents, given: Pair, place: Place): Breaking[] {
  const { $ref } = given.after;
  const isShared = typeof $ref === 'string' && given.before['$ref'] === $ref;
  const key = `${place.direction} ${String($ref)}`;
  if (isShared && documents.seen.has(key)) return [];
  if (isShared) documents.seen.add(key);
  const {
    direction,
    subject,
    at: outer,
  } = isShared ? { ...place, subject: $ref.split('/').at(-1)!, at: '' } : place;
  const before = resolved(documents.before, given.before);
  const after = resolved(documents.after, given.after);
  const pair = { before, after };
  const breaking = (what: string): Breaking => ({
    subject,
    what: `${direction}${outer && ` ${outer}`}: ${what}`,
  });
  return [
    ...ownChanges(pair, direction).map(breaking),
    ...propertyChanges(pair, direction).map(breaking),
    ...innerPairs(pair).flatMap(({ at, ...inner }) =>
      schemaChanges(documents, inner, { direction, subject, at: `${outer}/${at}` }),
    ),
  ];
}

const UPPER = ['maximum', 'maxLength', 'maxItems', 'maxProperties'];
/** Nothing is shorter than nothing. */
const lowest = (name: string): number => (name === 'minimum' ? -Infinity : 0);
const LOWER = ['minimum', 'minLength', 'minItems', 'minProperties'];
const EXACT = ['pattern', 'format', 'default', 'anyOf', 'oneOf', 'allOf', 'not'];

function ownChanges({ before, after }: Pair, direction: Direction): string[] {
  const [narrow, wide] = direction === 'request' ? [after, before] : [before, after];
  const changes: string[] = [];
  if (!covers(typesOf(narrow), typesOf(wide)))
    changes.push(`the type is ${textOf(after['type'])}, was ${textOf(before['type'])}`);
  if (!covers(valuesOf(narrow), valuesOf(wide)))
    changes.push(`the values are ${textOf(valuesOf(after))}, were ${textOf(valuesOf(before))}`);
  if (direction === 'answer') {
    // What a client never sent, it need not check; what it parses, it must know how.
    if (before['format'] !== after['format'])
      changes.push(`the format is ${textOf(after['format'])}, was ${textOf(before['format'])}`);
    return changes;
  }
  for (const name of UPPER)
    if (Number(after[name] ?? Infinity) < Number(before[name] ?? Infinity)) changes.push(`${name} is lower`);
  for (const name of LOWER)
    if (Number(after[name] ?? lowest(name)) > Number(before[name] ?? lowest(name)))
      changes.push(`${name} is higher`);
  for (const name of EXACT)
    if (textOf(before[name]) !== textOf(after[name])) changes.push(`${name} is another`);
  if (before['additionalProperties'] !== false && after['additionalProperties'] === false)
    changes.push('other properties are refused');
  return changes;
}

function propertyChanges({ before, after }: Pair, direction: Direction): string[] {
  const [was, is] = [nodeAt(before, 'properties'), nodeAt(after, 'properties')];
  const [wasRequired, isRequired] = [listOf(before['required']), listOf(after['required'])];
  const removed = Object.keys(was).filter((name) => !(name in is));
  if (direction === 'answer')
    return [
      ...removed.map((name) => `the property ${name} is gone`),
      ...wasRequired
        .filter((name) => name in is && !isRequired.includes(name))
        .map((name) => `the property ${name} may be missing`),
    ];
  return [
    ...removed.map((name) => `the property ${name} is gone`),
    ...isRequired
      .filter((name) => !wasRequired.includes(name))
      .map((name) => `the property ${name} is required`),
  ];
}

function innerPairs({ before, after }: Pair): (Pair & { readonly at: string })[] {
  const [was, is] = [nodeAt(before, 'properties'), nodeAt(after, 'properties')];
  const properties = Object.keys(was)
    .filter((name) => name in is)
    .map((name) => ({ at: name, before: nodeAt(was, name), after: nodeAt(is, name) }));
  const nested = ['items', 'additionalProperties']
    .filter((key) => isNode(before[key]) && isNode(after[key]))
    .map((key) => ({ at: '*', before: nodeAt(before, key), after: nodeAt(after, key) }));
  return [...properties, ...nested];
}

const isNode = (value: unknown): boolean => typeof value === 'object' && value !== null;
const listOf = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);

/** Undefined where any will do. An integer is a number. */
const typesOf = ({ type }: Node): unknown[] | undefined =>
  type === undefined
    ? undefined
    : [type].flat().flatMap((one: unknown) => (one === 'number' ? ['number', 'integer'] : [one]));
const valuesOf = (node: Node): unknown[] | undefined =>
  'const' in node ? [node['const']] : (node['enum'] as unknown[] | undefined);

/** Whether all that `some` allows is among `all`. */
function covers(all: readonly unknown[] | undefined, some: readonly unknown[] | undefined): boolean {
  return all === undefined || (some !== undefined && some.every((one) => all.includes(one)));
}

const textOf = (value: unknown): string => JSON.stringify(value) ?? 'any';
