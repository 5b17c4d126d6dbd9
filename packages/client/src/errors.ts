import type { ProblemCode } from './api-types.ts';
import type { Schemas } from './operation-types.ts';

export type Problem = Schemas['Problem'];

/** What is known about a request that did not succeed. */
export type RequestFacts = {
  /** The same key gives the same answer: repeat the request with it to learn what came of it. */
  readonly idempotencyKey: string | undefined;
  /** `X-Request-Id` of the answer, for the service's operators. */
  readonly requestId?: string | undefined;
};

/** The service refused, and said why. Nothing has happened, unless `code` says otherwise. */
export class ProblemError extends Error implements RequestFacts {
  override readonly name = 'ProblemError';
  /** Stable; what to decide by. A newer service may send others than those that this client knows of. */
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  /** All that is wrong with the request, each with a JSON pointer; empty if it is not the request's fault. */
  readonly errors: NonNullable<Problem['errors']>;
  readonly retryAfterSeconds: number | undefined;
  readonly traceId: string;
  readonly requestId: string | undefined;
  readonly idempotencyKey: string | undefined;

  constructor(problem: Problem, retryAfterSeconds: number | undefined, facts: RequestFacts) {
    const fields = (problem.errors ?? []).map((error) => `${error.in} ${error.pointer} ${error.message}`);
    super(`${problem.code}: ${[problem.detail ?? problem.title, ...fields].join('; ')}`);
    this.code = problem.code as ProblemCode;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
    this.traceId = problem.traceId;
    this.requestId = facts.requestId;
    this.idempotencyKey = facts.idempotencyKey;
  }
}

/**
 * No answer of the service: the network failed, time ran out, or something in between answered in its place. Whether
 * the request was carried out is not known.
 */
export class ConnectionError extends Error implements RequestFacts {
  override readonly name = 'ConnectionError';
  readonly requestId: string | undefined;
  readonly idempotencyKey: string | undefined;

  constructor(message: string, facts: RequestFacts, cause?: unknown) {
    super(message, { cause });
    this.requestId = facts.requestId;
    this.idempotencyKey = facts.idempotencyKey;
  }
}

const TRANSIENT_STATUSES = [429, 502, 503, 504];

/** Whether the same request may succeed in a moment. */
export const isTransient = (error: unknown): boolean =>
  error instanceof ConnectionError ||
  (error instanceof ProblemError &&
    (TRANSIENT_STATUSES.includes(error.status) || error.code === 'idempotency-key-in-use'));
