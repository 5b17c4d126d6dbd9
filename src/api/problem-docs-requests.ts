import type { ProblemCode } from './problem.ts';

/** What a reader of one problem's page wants to know. `detail` is an answer's, as an example. */
export type ProblemDoc = { readonly when: string; readonly remedy: string; readonly detail?: string };

/** Of requests as such, whatever they ask for. */
export const REQUEST_PROBLEMS = {
  'malformed-json': {
    when: 'The body cannot be parsed as JSON, or its bytes are not UTF-8.',
    remedy: 'Write the body with a JSON library, in UTF-8, and send its whole length.',
  },
  'malformed-url': {
    when: 'The path holds a percent sign that begins no valid escape.',
    remedy: 'Percent-encode what you put into a path.',
  },
  unauthenticated: {
    when: 'There is no key in the request, or it is not known here, or it was revoked; or a session has ended.',
    remedy:
      'Send a key of yours in the header Authorization, after the word Bearer; in the console, sign in again.',
    detail: 'Send your key in the header "Authorization: Bearer op_…".',
  },
  forbidden: {
    when: 'The key is valid, but lacks the scope that the operation asks for.',
    remedy: 'Use a key with the scope that the detail names, or have one made.',
    detail: 'This needs the scope orders:write.',
  },
  'csrf-token-invalid': {
    when: 'A request that is not GET or HEAD came with the cookie of a session, but not with the token that belongs to it.',
    remedy: 'Send what `csrfToken` says at GET /api/session in the header X-CSRF-Token.',
    detail: 'Send the csrfToken that GET /api/session answers with in the header X-CSRF-Token.',
  },
  'cross-site-request': {
    when: 'A browser says that a page of another site tries to sign somebody in.',
    remedy: 'Open the console itself, and sign in there.',
    detail: 'Open the console itself, and sign in there.',
  },
  'not-found': {
    when: 'No operation has this path. It is also the answer to a payment provider that is not configured.',
    remedy: 'Compare the path with the API description at /docs.',
  },
  'method-not-allowed': {
    when: 'The path is there, but knows other methods only; the header Allow lists them.',
    remedy: 'Use one of those.',
    detail: 'Allowed: GET, HEAD, OPTIONS, POST.',
  },
  'not-acceptable': {
    when: 'The header Accept leaves out what the operation answers with.',
    remedy: 'Accept application/json, or text/event-stream where events are followed.',
  },
  'request-timeout': {
    when: 'The request did not arrive whole within 30 seconds.',
    remedy: 'Send it again, on a connection that does not stall.',
  },
  'body-too-large': {
    when: 'The body has more than 256 KiB.',
    remedy: 'Send less at once. An order has 500 lines at most.',
  },
  'uri-too-long': {
    when: 'A part of the path has more than 100 characters.',
    remedy: 'Compare the path with the API description: every id that is made here is shorter.',
  },
  'unsupported-media-type': {
    when: 'The body is said to be something else than JSON, or nothing is said of it.',
    remedy: 'Send the header Content-Type: application/json.',
  },
  'validation-failed': {
    when:
      'A part of the request does not fit its schema, or holds a card number. All that is wrong is listed in ' +
      '`errors`, up to 100 things: the part, a JSON pointer into it, and what is wrong there.',
    remedy: 'Mend what is listed. Properties and parameters that are not known are refused, never ignored.',
    detail: '1 thing is wrong.',
  },
  'malformed-request': {
    when: 'The request is not valid HTTP, or could be read in two ways.',
    remedy: 'Use an HTTP client, and look at what proxies between make of its requests.',
  },
  'headers-too-large': {
    when: 'The headers have more than 16 KiB, or there are more than 100.',
    remedy: 'Send fewer. Of cookies, at most that of the console is needed here.',
  },
  'expectation-failed': {
    when: 'The header Expect asks for something else than 100-continue.',
    remedy: 'Leave the header out.',
  },
  'json-too-deep': {
    when: 'Arrays and objects of the body stand within each other deeper than any body here needs.',
    remedy: 'Look at the schema: no body is that deep.',
  },
  'precondition-required': {
    when: 'The operation changes what others may have changed, and the header If-Match is missing.',
    remedy: 'Read it, and send its ETag in the header If-Match.',
    detail: 'Send the ETag of the version you have read in the header If-Match.',
  },
  'version-mismatch': {
    when: 'The header If-Match names a version that is no longer the current one. Nothing was changed.',
    remedy: 'Read it again, and decide again on what you find.',
    detail: 'Its version is 4. Read it again, then decide again.',
  },
  'version-not-found': {
    when: 'The parameter atVersion asks for a version that was not reached yet.',
    remedy: 'Ask for one up to the current version, which the detail names.',
    detail: 'The current version of the order is 4.',
  },
  'idempotency-key-required': {
    when: 'Your tenant wants an Idempotency-Key on every command, and there is none.',
    remedy: 'Send a new one with each command, and the same one to repeat it.',
  },
  'idempotency-key-in-use': {
    when: 'A request with this Idempotency-Key came before and is not answered yet.',
    remedy: 'Repeat the request after Retry-After: you get the answer to the first.',
    detail: 'The first request with this key is not answered yet; repeat this one to get its answer.',
  },
  'idempotency-key-reused': {
    when: 'This Idempotency-Key came before, with another body.',
    remedy: 'Make a new key for every new request, and use it again only to repeat that request.',
    detail: 'Send a new Idempotency-Key with a new body; repeat a request with the same body.',
  },
  'concurrent-change': {
    when: 'Others changed the same thing again and again while this was decided. Nothing was changed.',
    remedy: 'Repeat the request after Retry-After, with the same Idempotency-Key if it had one.',
    detail: 'Repeat the request, with the same Idempotency-Key if it had one.',
  },
  'rate-limited': {
    when: 'Your tenant has used up its quota of requests; RateLimit-Policy says what it is, RateLimit what is left.',
    remedy: 'Wait for Retry-After, and spread requests; whoever runs the service can raise the quota.',
    detail: 'Of writes there may be 6000 in 60 seconds; more can be had in 12.',
  },
  'too-many-attempts': {
    when: 'From your address came too many requests without a valid key.',
    remedy: 'Mend the key, then try again after Retry-After.',
  },
  'too-many-streams': {
    when: 'You have 100 event streams open, or the process serves as many as it can.',
    remedy: 'Close streams that nobody reads; try again after Retry-After.',
  },
  'internal-error': {
    when: 'Something went wrong that should not. It is in our log under the traceId.',
    remedy:
      'Repeat the request, with the same Idempotency-Key if it had one. Report the traceId if it stays.',
    detail: 'Quote the traceId when you report it.',
  },
  archived: {
    when: 'It was closed long ago and moved to the archive, where it is neither read nor changed.',
    remedy: 'Ask whoever runs the service to bring it back. Nothing was changed.',
    detail: 'This was closed and moved to the archive, where it is neither read nor changed.',
  },
  overloaded: {
    when: 'More requests are waiting than could be served in time. Nothing was changed.',
    remedy: 'Try again after Retry-After, and less often.',
    detail: 'Nothing was changed.',
  },
  unavailable: {
    when: 'The database cannot be reached, or a newer version of the service wrote what this one cannot read.',
    remedy:
      'Repeat the request after Retry-After, with the same Idempotency-Key: whether the change was made is not known.',
    detail: 'Whether the change was made is not known; repeat the request with the same Idempotency-Key.',
  },
} as const satisfies { readonly [Code in ProblemCode]?: ProblemDoc };
