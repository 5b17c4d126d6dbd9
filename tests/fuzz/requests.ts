import fc from 'fast-check';
import { brokenBody, wrongBody } from './odd-bodies.ts';
import { oddHeaders, oddPart, oddUrl, type Headers } from './odd-heads.ts';
import type { Method, Operation, Parameter } from './operations.ts';
import { ABSENT, valid } from './valid.ts';
import type { World } from './world.ts';

/** Who asks: two of one tenant who may do everything, one who may only look, another tenant, and nobody. */
export const ACTORS = ['owner', 'colleague', 'viewer', 'stranger', 'nobody'] as const;
export type Actor = (typeof ACTORS)[number];

export type Request = {
  readonly operationId: string;
  readonly actor: Actor;
  readonly method: Method;
  readonly url: string;
  /** What the path names, of a request whose path is in order. */
  readonly path: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly payload?: string | Buffer;
  /** Nothing about it is meant to be wrong. */
  readonly isValid: boolean;
};

export type Worlds = Readonly<Record<Actor, World>>;

/** That lead on: what they make is what others need. */
const OFTEN = [
  'createOrder',
  'createPayment',
  'createFulfilment',
  'shipFulfilment',
  'cancelFulfilment',
  'refundPayment',
  'requestReturn',
  'capturePayment',
  'voidPayment',
  'approveRefund',
];
const SELDOM: Readonly<Record<string, number>> = {
  ...{ deleteWebhookEndpoint: 1, revokeApiKey: 1, eraseCustomer: 1, followEvents: 1 },
  ...{ getApiDescription: 1, getMessagesDescription: 1, live: 1, getMetrics: 1, ready: 1, listProblems: 1 },
  ...{ getTrialBalance: 1 },
};

const actor = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Actor>('owner') },
  { weight: 4, arbitrary: fc.constant<Actor>('colleague') },
  { weight: 2, arbitrary: fc.constant<Actor>('stranger') },
  { weight: 1, arbitrary: fc.constantFrom<Actor>('viewer', 'nobody') },
);

const choice = fc.nat(999);

/** Any request there can be; what it is about is taken from the worlds as they are when it is drawn. */
export function requests(operations: readonly Operation[], worlds: Worlds): fc.Arbitrary<Request> {
  const weighted = operations.map((operation) => ({
    weight: OFTEN.includes(operation.id) ? 8 : (SELDOM[operation.id] ?? 3),
    arbitrary: fc.constant(operation),
  }));
  // To build one costs more than to draw from it.
  const built = new Map<string, fc.Arbitrary<Request>>();
  return fc.tuple(fc.oneof(...weighted), actor, choice).chain(([operation, who, n]) => {
    // Now and then about what belongs to the other tenant.
    const isAbroad = n % 12 === 0;
    const about = worlds[isAbroad ? (who === 'stranger' ? 'owner' : 'stranger') : who];
    const name = `${operation.id} ${who} ${isAbroad}`;
    const drawing = built.get(name) ?? requestOf(operation, who, about);
    built.set(name, drawing);
    return drawing;
  });
}

function requestOf(operation: Operation, who: Actor, world: World): fc.Arbitrary<Request> {
  const right = validRequest(operation, who, world);
  const bodied = operation.body && valid(operation.body, '', world);
  const wrong = { isValid: false };
  const variants = [
    { weight: 10, arbitrary: right },
    { weight: 2, arbitrary: changed(right, oddHeaders, (headers) => ({ headers })) },
    { weight: 1, arbitrary: changed(right, oddUrl, (change, { url }) => ({ url: change(url), path: {} })) },
    { weight: 2, arbitrary: oddlyNamed(operation, right) },
    { weight: 1, arbitrary: changed(right, otherMethod, (method) => ({ method })) },
    ...(bodied
      ? [
          { weight: 6, arbitrary: changed(right, wrongBody(bodied), (payload) => ({ payload })) },
          { weight: 3, arbitrary: changed(right, brokenBody(bodied), (payload) => ({ payload })) },
        ]
      : []),
  ];
  return fc.oneof(
    ...variants.map(({ weight, arbitrary }, index) => ({
      weight,
      arbitrary: index === 0 ? arbitrary : arbitrary.map((request) => ({ ...request, ...wrong })),
    })),
  );
}

const otherMethod = fc.constantFrom<Method>(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
);

/** Headers are added to those there are, everything else takes the place of what there is. */
const changed = <T>(
  right: fc.Arbitrary<Request>,
  odd: fc.Arbitrary<T>,
  change: (odd: T, request: Request) => Partial<Request>,
): fc.Arbitrary<Request> =>
  fc.tuple(right, odd).map(([request, found]) => {
    const changes = change(found, request);
    return { ...request, ...changes, headers: { ...request.headers, ...changes.headers } };
  });

function validRequest(operation: Operation, who: Actor, world: World): fc.Arbitrary<Request> {
  const { id, method, path, inPath, body } = operation;
  const query = fc.tuple(...operation.query.map((parameter) => queryPart(parameter, world)));
  const payload = body
    ? valid(body, '', world).map((value) => JSON.stringify(value))
    : fc.constant(undefined);
  return fc
    .tuple(
      fc.tuple(choice, ...inPath.map((name) => valid({ format: 'uuid' }, name, world))),
      query,
      payload,
      headersOf(operation),
    )
    .map(([[n, ...single], parts, text, headers]) => {
      const bound = world.binding(inPath, n);
      const names = Object.fromEntries(
        inPath.map((name, index) => [name, bound?.[name] ?? textOf(single[index])]),
      );
      const asked = parts.filter((part) => part !== undefined).join('&');
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name]!));
      const etag = world.versionOf(names[inPath[0] ?? ''] ?? '') ?? '*';
      const ifMatch = headers['if-match'] === CURRENT ? { 'if-match': etag } : {};
      return {
        ...{ operationId: id, actor: who, method, path: names, isValid: true },
        url: asked === '' ? filled : `${filled}?${asked}`,
        headers: {
          ...headers,
          ...ifMatch,
          ...(text !== undefined && { 'content-type': 'application/json' }),
        },
        ...(text !== undefined && { payload: text }),
      };
    });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : ABSENT);

const queryPart = ({ name, required, schema }: Parameter, world: World): fc.Arbitrary<string | undefined> => {
  const part = valid(schema, name, world).map((value) => `${name}=${encodeURIComponent(String(value))}`);
  return required
    ? part
    : fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: part });
};

/** Stands for the version that the thing was last seen with. */
const CURRENT = 'current';

function headersOf({ headers }: Operation): fc.Arbitrary<Headers> {
  const known: Readonly<Record<string, readonly (string | undefined)[]>> = {
    'if-match': ['*', '*', CURRENT, CURRENT],
    'idempotency-key': [
      ...Array.from({ length: 9 }, () => undefined),
      ...Array.from({ length: 3 }, (_, n) => `key-${n}`),
    ],
    prefer: [undefined, undefined, undefined, undefined, 'return=minimal'],
  };
  const found = Object.entries(known).filter(([name]) => headers.includes(name));
  return fc
    .tuple(...found.map(([, values]) => fc.constantFrom(...values)))
    .map((values) =>
      Object.fromEntries(
        found.flatMap(([name], index) => (values[index] === undefined ? [] : [[name, values[index]]])),
      ),
    );
}

/** A value that is not right in its path or its query. */
function oddlyNamed({ inPath, query }: Operation, right: fc.Arbitrary<Request>): fc.Arbitrary<Request> {
  const places = [...inPath, ...query.map(({ name }) => name), 'whatever'];
  return fc.tuple(right, fc.constantFrom(...places), oddPart).map(([request, place, part]) => {
    const { url, path } = request;
    if (path[place] !== undefined)
      return { ...request, path: {}, url: url.replace(encodeURIComponent(path[place]), part) };
    return { ...request, url: `${url}${url.includes('?') ? '&' : '?'}${place}=${part}` };
  });
}

/** The client's doing, and for a reason that another request does not take away at once. */
export const isRefused = (status: number): boolean => status >= 400 && status < 500 && status !== 429;
