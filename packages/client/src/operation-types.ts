import type { OPERATIONS, components, operations } from './api-types.ts';

/** What the API speaks of, by name. */
export type Schemas = components['schemas'];

export type OperationId = keyof typeof OPERATIONS;

/** What the client must know of an operation to send it. */
export type Operation = {
  readonly method: string;
  readonly path: string;
  /** Where goes what the path does not name. */
  readonly rest: 'body' | 'query';
  /** With a body: what goes into the query all the same. */
  readonly inQuery?: readonly string[];
  /** Whether it takes an Idempotency-Key. */
  readonly isKeyed: boolean;
  readonly isPaged: boolean;
};

type Flat<T> = { [Name in keyof T]: T[Name] };
type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;
type Parameters<Id extends OperationId> = operations[Id]['parameters'];
/** What an operation does not have is described as `never`. */
type Given<T> = [NonNullable<T>] extends [never] ? object : NonNullable<T>;

type PathOf<Id extends OperationId> = Given<Parameters<Id>['path']>;
// A parameter with a default is described as always there; who sends the request may leave it out.
type QueryOf<Id extends OperationId> = Partial<Given<Parameters<Id>['query']>>;
type HeadersOf<Id extends OperationId> = Given<Parameters<Id>['header']>;
/** A body without fields is described as one with any name, of none. */
type Named<T> = string extends keyof T ? object : T;
type BodyOf<Id extends OperationId> =
  Json<Given<operations[Id]['requestBody']>> extends infer Body extends object ? Named<Body> : object;

/** All that a request says: what its path, its query and its body name, as one object. */
export type Input<Id extends OperationId> = Flat<PathOf<Id> & QueryOf<Id> & BodyOf<Id>>;

type WithBody = 200 | 201 | 202;
type Statuses<Id extends OperationId> = keyof operations[Id]['responses'];
/** Where there is something to answer, 204 is for who prefers nothing, which this client does not. */
type Success<Id extends OperationId> = [Statuses<Id> & WithBody] extends [never]
  ? Statuses<Id> & 204
  : Statuses<Id> & WithBody;

/** What comes back; undefined from operations that answer nothing. */
export type Output<Id extends OperationId> = {
  [Status in Success<Id>]: Json<operations[Id]['responses'][Status]>;
}[Success<Id>];

/** How a request is sent. */
export type RequestOptions = {
  /** Ends it, retries and all; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** For each attempt; default: the client's. */
  readonly timeoutMs?: number;
  /** Default: the client's. */
  readonly maxRetries?: number;
  /** Sees the answer's status and headers, such as `ETag` or `Idempotency-Replayed`. */
  readonly onResponse?: (response: Response) => void;
};

type KeyOption = {
  /** Default: a new UUID. Give one of your own, kept with your order, to be safe across restarts of your process. */
  readonly idempotencyKey?: string;
};
/** The version that was read, or its ETag; changed in the meantime, it is refused as `version-mismatch`. */
type Version = number | string;

type IfMatchOption<Id extends OperationId> = 'If-Match' extends keyof HeadersOf<Id>
  ? Id extends 'amendOrder'
    ? { readonly ifMatch: Version }
    : { readonly ifMatch?: Version }
  : object;

export type Options<Id extends OperationId> = RequestOptions &
  ('Idempotency-Key' extends keyof HeadersOf<Id> ? KeyOption : object) &
  IfMatchOption<Id>;

/** What a command of any kind may be given; which operation takes what, `Options` says. */
export type AnyOptions = RequestOptions & KeyOption & { readonly ifMatch?: Version };

type Arguments<Id extends OperationId> =
  object extends Options<Id>
    ? object extends Input<Id>
      ? [input?: Input<Id>, options?: Options<Id>]
      : [input: Input<Id>, options?: Options<Id>]
    : [input: Input<Id>, options: Options<Id>];

/** One page when awaited, every item of it and of all later pages when iterated. */
export type Listing<Page> = Promise<Page> &
  AsyncIterable<Page extends { data: readonly (infer Item)[] } ? Item : never>;

/** A function for each operation, named as in openapi.json. */
export type Operations = {
  [Id in keyof typeof OPERATIONS]: (
    ...args: Arguments<Id>
  ) => (typeof OPERATIONS)[Id]['isPaged'] extends true ? Listing<Output<Id>> : Promise<Output<Id>>;
};
