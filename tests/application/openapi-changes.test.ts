import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { breakingChanges, undeclared } from '../../src/cli/openapi-changes.ts';
import type { Node } from '../../src/cli/schema-changes.ts';

const json = (schema: object) => ({ 'application/json': { schema } });

const operation = {
  operationId: 'createThing',
  security: [{ apiKey: ['things:write'] }],
  parameters: [
    { in: 'query', name: 'kind', schema: { type: 'string', enum: ['a', 'b'] } },
    { in: 'header', name: 'If-Match', schema: { type: 'string' } },
  ],
  requestBody: {
    required: false,
    content: json({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 10, pattern: '^x' },
        count: { type: ['integer', 'null'], minimum: -5, maximum: 5, default: 1 },
        tags: { type: 'array', items: { type: 'string', enum: ['p', 'q'] } },
      },
    }),
  },
  responses: {
    201: {
      headers: { ETag: {} },
      content: json({ $ref: '#/components/schemas/Thing' }),
    },
    404: { content: { 'application/problem+json': { schema: { type: 'object' } } } },
  },
};
const before = {
  paths: { '/things': { post: operation } },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        required: ['id', 'state'],
        properties: {
          id: { type: 'string', format: 'uuid' },
          state: { type: 'string', enum: ['new', 'old'] },
        },
      },
    },
  },
};

type Path = readonly (string | number)[];

/** The document with one thing in it set, or removed when `value` is undefined. */
function changed(path: Path, value?: unknown): Node {
  const after: Record<string, unknown> = structuredClone(before);
  const inner = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>(
      (node, key) => node[key] as Record<string | number, unknown>,
      after,
    );
  const last = path.at(-1)!;
  if (value === undefined) delete inner[last];
  else inner[last] = value;
  return after;
}

const found = (after: Node): string[] =>
  breakingChanges(before, after).map(({ subject, what }) => `${subject}: ${what}`);

const POST: Path = ['paths', '/things', 'post'];
const BODY: Path = [...POST, 'requestBody', 'content', 'application/json', 'schema'];
const THING: Path = ['components', 'schemas', 'Thing'];

describe('a change that breaks clients is named', () => {
  it.each<[string, Path, unknown, string]>([
    ['a path that is gone', ['paths', '/things'], undefined, 'createThing: POST /things is gone'],
    ['a method that is gone', POST, undefined, 'createThing: POST /things is gone'],
    [
      'another operationId',
      [...POST, 'operationId'],
      'makeThing',
      'createThing: its operationId is makeThing, was createThing',
    ],
    [
      'another scope',
      [...POST, 'security'],
      [{ apiKey: ['admin'] }],
      'createThing: its security is [{"apiKey":["admin"]}], was [{"apiKey":["things:write"]}]',
    ],
    [
      'a way that another took the place of',
      [...POST, 'security'],
      [{ session: [] }],
      'createThing: its security is [{"session":[]}], was [{"apiKey":["things:write"]}]',
    ],
    [
      'a new parameter that is required',
      [...POST, 'parameters', 2],
      { in: 'header', name: 'X-Shop', required: true, schema: {} },
      'createThing: the header parameter x-shop is new and required',
    ],
    [
      'a parameter that became required',
      [...POST, 'parameters', 1, 'required'],
      true,
      'createThing: the header parameter if-match is required',
    ],
    [
      'a parameter that is gone',
      [...POST, 'parameters', 0],
      { in: 'query', name: 'sort', schema: {} },
      'createThing: the query parameter kind is gone',
    ],
    [
      'fewer values of a parameter',
      [...POST, 'parameters', 0, 'schema', 'enum'],
      ['a'],
      'createThing: request the query parameter kind: the values are ["a"], were ["a","b"]',
    ],
    [
      'a body that became required',
      [...POST, 'requestBody', 'required'],
      true,
      'createThing: a body is required',
    ],
    [
      'a body of another type',
      [...POST, 'requestBody', 'content'],
      { 'text/plain': {} },
      'createThing: request: the type application/json is gone',
    ],
    [
      'a property that became required',
      [...BODY, 'required'],
      ['name'],
      'createThing: request: the property name is required',
    ],
    [
      'a property of a request that is gone',
      [...BODY, 'properties', 'name'],
      undefined,
      'createThing: request: the property name is gone',
    ],
    [
      'unknown properties that are refused',
      [...BODY, 'additionalProperties'],
      false,
      'createThing: request: other properties are refused',
    ],
    [
      'a narrower type',
      [...BODY, 'properties', 'count', 'type'],
      'integer',
      'createThing: request /count: the type is "integer", was ["integer","null"]',
    ],
    [
      'a lower maximum',
      [...BODY, 'properties', 'count', 'maximum'],
      4,
      'createThing: request /count: maximum is lower',
    ],
    [
      'a higher minimum',
      [...BODY, 'properties', 'count', 'minimum'],
      0,
      'createThing: request /count: minimum is higher',
    ],
    [
      'another default',
      [...BODY, 'properties', 'count', 'default'],
      2,
      'createThing: request /count: default is another',
    ],
    [
      'a lower maxLength',
      [...BODY, 'properties', 'name', 'maxLength'],
      9,
      'createThing: request /name: maxLength is lower',
    ],
    [
      'a higher minLength',
      [...BODY, 'properties', 'name', 'minLength'],
      2,
      'createThing: request /name: minLength is higher',
    ],
    [
      'another pattern',
      [...BODY, 'properties', 'name', 'pattern'],
      '^y',
      'createThing: request /name: pattern is another',
    ],
    [
      'a list that must not be empty',
      [...BODY, 'properties', 'tags', 'minItems'],
      1,
      'createThing: request /tags: minItems is higher',
    ],
    [
      'fewer values in a list',
      [...BODY, 'properties', 'tags', 'items', 'enum'],
      ['p'],
      'createThing: request /tags/*: the values are ["p"], were ["p","q"]',
    ],
    [
      'a status that is gone',
      [...POST, 'responses', '404'],
      undefined,
      'createThing: the status 404 is gone',
    ],
    [
      'a header that is gone',
      [...POST, 'responses', '201', 'headers'],
      {},
      'createThing: the status 201 lost the header ETag',
    ],
    [
      'a type of an answer that is gone',
      [...POST, 'responses', '404', 'content'],
      {},
      'createThing: answer 404: the type application/problem+json is gone',
    ],
    [
      'a property of an answer that is gone',
      [...THING, 'properties', 'state'],
      undefined,
      'Thing: answer: the property state is gone',
    ],
    [
      'a property of an answer that may be missing',
      [...THING, 'required'],
      ['id'],
      'Thing: answer: the property state may be missing',
    ],
    [
      'a wider type of an answer',
      [...THING, 'properties', 'id', 'type'],
      ['string', 'null'],
      'Thing: answer /id: the type is ["string","null"], was "string"',
    ],
    [
      'a new value of an answer',
      [...THING, 'properties', 'state', 'enum'],
      ['new', 'old', 'lost'],
      'Thing: answer /state: the values are ["new","old","lost"], were ["new","old"]',
    ],
    [
      'another format of an answer',
      [...THING, 'properties', 'id', 'format'],
      undefined,
      'Thing: answer /id: the format is any, was "uuid"',
    ],
  ])('%s', (_what, path, value, expected) => {
    expect(found(changed(path, value))).toEqual([expected]);
  });
});

describe('a change that breaks nobody is let through', () => {
  it.each<[string, Path, unknown]>([
    ['none', [...POST, 'summary'], 'Make a thing'],
    ['another way to come in', [...POST, 'security'], [{ apiKey: ['things:write'] }, { session: [] }]],
    ['nothing that is needed to come in', [...POST, 'security'], []],
    ['a new path', ['paths', '/others'], { get: operation }],
    ['a new parameter', [...POST, 'parameters', 2], { in: 'query', name: 'sort', schema: {} }],
    ['more values of a parameter', [...POST, 'parameters', 0, 'schema', 'enum'], ['a', 'b', 'c']],
    ['a header in another case', [...POST, 'parameters', 1, 'name'], 'if-match'],
    ['a new property of a request', [...BODY, 'properties', 'size'], { type: 'string' }],
    ['a higher maximum', [...BODY, 'properties', 'count', 'maximum'], 6],
    ['a wider type of a request', [...BODY, 'properties', 'name', 'type'], ['string', 'null']],
    ['a new status', [...POST, 'responses', '409'], {}],
    ['a new property of an answer', [...THING, 'properties', 'size'], { type: 'string' }],
    ['fewer values of an answer', [...THING, 'properties', 'state', 'enum'], ['new']],
  ])('%s', (_what, path, value) => {
    expect(found(changed(path, value))).toEqual([]);
  });
});

const changelog = (unreleased: string, released = '') =>
  `# Changelog\n\n## [Unreleased]\n\n### Changed\n\n${unreleased}\n\n## [0.1.0]\n\n${released}\n`;

describe('a declaration', () => {
  const change = { subject: 'Thing', what: 'answer: the property state is gone' };
  it('names what it concerns, on a line of its own that may be long', () => {
    const text = changelog('- Something else.\n- BREAKING: clients of\n  `Thing` lose its state.');
    expect(undeclared([change], text)).toEqual([]);
  });

  it.each<[string, string]>([
    ['is of another subject', changelog('- BREAKING `Other`: it is gone.')],
    ['is no declaration', changelog('- `Thing` lost its state.')],
    ['belongs to an earlier release', changelog('- Nothing.', '- BREAKING `Thing`: state is gone.')],
    ['is not there', ''],
  ])('does not count when it %s', (_why, text) => {
    expect(undeclared([change], text)).toEqual([change]);
  });
});

it('the committed baseline is one that the comparison reads', async () => {
  const text = await readFile(new URL('../../openapi.baseline.json', import.meta.url), 'utf8');
  const baseline = JSON.parse(text) as Node;
  expect(breakingChanges(baseline, baseline)).toEqual([]);
  const operations = Object.values(baseline['paths'] as object).flatMap((methods) =>
    Object.keys(methods as object),
  );
  expect(breakingChanges(baseline, {})).toHaveLength(operations.length);
});
