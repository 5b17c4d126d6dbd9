import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { SCOPES, type Principal } from '../application/access.ts';
import type { SignIn, SignInRefused } from '../application/sessions.ts';
import type { Api, ApiDependencies } from './api.ts';
import { success } from './answers.ts';
import { sendProblem } from './problem.ts';
import { instant, NoQuery, nullable, uuid } from './schemas.ts';
import {
  csrfTokenOf,
  ENDED_SESSION_COOKIE,
  isOfOwnPage,
  sessionCookie,
  sessionSecretOf,
} from './session-cookie.ts';

const PATH = '/api/session';
const SECRET_MAX_CHARS = 200;
const shared = { tags: ['console'], querystring: NoQuery };

const SignInBody = Type.Object(
  {
    apiKey: Type.Optional(
      Type.String({ minLength: 1, maxLength: SECRET_MAX_CHARS, description: 'A key of yours' }),
    ),
    link: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: SECRET_MAX_CHARS,
        description: 'What stands behind the # of a sign-in link, which is good once',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'Exactly one of the two',
    examples: [{ apiKey: 'op_test_4f9a2cQmJx0tYb7uVd3eKr8sWz1nLp5h' }],
  },
);

const who = {
  actor: Type.String({ description: 'As whom what you do is noted' }),
  tenantId: uuid('Whose orders and payments you see'),
  scopes: Type.Array(Type.Enum([...SCOPES]), { description: 'What you may do' }),
};
const SessionSchema = Type.Object({
  ...who,
  expiresAt: nullable<string>(
    'string',
    'When the session ends; null: a key or a token was sent, not a session',
  ),
  csrfToken: nullable<string>(
    'string',
    'To be sent in the header X-CSRF-Token with whatever is not GET or HEAD; null: a key or a token needs none',
  ),
});
const OpenedSchema = Type.Object({
  ...who,
  expiresAt: instant('When the session ends: 12 hours after signing in, or with its key'),
  csrfToken: Type.String({
    description: 'To be sent in the header X-CSRF-Token with whatever is not GET or HEAD',
  }),
});

/** Signing in: it needs no key in the header, so it is not added to the routes that do. */
export function signInRoute(api: Api, { sessions, clock }: ApiDependencies): void {
  api.post(
    PATH,
    {
      config: { problems: [...OF_SIGNING_IN] },
      // Before the body is read: nobody is to be signed in, as somebody else, by a page of another site.
      onRequest: (request, reply, done) => {
        if (isOfOwnPage(request.headers['sec-fetch-site'])) return done();
        const detail = 'Open the console itself, and sign in there.';
        void sendProblem(request, reply, 'cross-site-request', { detail });
      },
      schema: {
        ...shared,
        operationId: 'openSession',
        summary: 'Sign in to the console, with a key or with a link',
        description:
          'Answers with a cookie that speaks for the key: for what it may do, and for as long as it may. For browsers; ' +
          'other clients send the key itself.',
        security: [],
        body: SignInBody,
        response: { 201: success(OpenedSchema, 'You are signed in', 'Set-Cookie', 'Cache-Control') },
      },
    },
    async (request, reply) => {
      const by = signInOf(request.body);
      if (!by) {
        const message = 'must hold exactly one of apiKey and link';
        return sendProblem(request, reply, 'validation-failed', {
          errors: [{ in: 'body', pointer: '', message }],
        });
      }
      const opened = await sessions.open(by);
      if (!opened.ok) return refuse(request, reply, by, opened.error);
      const earlier = sessionSecretOf(request.headers.cookie);
      if (earlier !== undefined) await sessions.end(earlier);
      const { principal, expiresAt, secret } = opened.value;
      request.principal = principal; // whoever counts attempts sees that this one succeeded
      const leftSeconds = Math.floor((Date.parse(expiresAt) - clock.now().getTime()) / 1_000);
      return reply
        .code(201)
        .header('set-cookie', sessionCookie(secret, Math.max(0, leftSeconds)))
        .header('cache-control', 'no-store')
        .send({ ...told(principal), expiresAt, csrfToken: csrfTokenOf(secret) });
    },
  );
}

/** Who one is, and signing out: of those who may come in, whatever they may do. */
export function sessionRoutes(api: Api, { sessions }: ApiDependencies): void {
  api.get(
    PATH,
    {
      config: { needsNoScope: true },
      schema: {
        ...shared,
        operationId: 'getSession',
        summary: 'Who you are, and what you may do',
        response: { 200: success(SessionSchema, 'Whom your session, key or token speaks for') },
      },
    },
    async (request, reply) => {
      const { principal, session } = request;
      return reply.send({
        ...told(principal),
        expiresAt: session?.expiresAt ?? null,
        csrfToken: session ? csrfTokenOf(session.secret) : null,
      });
    },
  );

  api.delete(
    PATH,
    {
      config: { needsNoScope: true },
      schema: {
        ...shared,
        operationId: 'endSession',
        summary: 'Sign out: the session is over, everywhere; a key or a token is as good as before',
        response: { 204: success(Type.Null(), 'You are signed out', 'Set-Cookie') },
      },
    },
    async (request, reply) => {
      if (request.session) await sessions.end(request.session.secret);
      return reply.code(204).header('set-cookie', ENDED_SESSION_COOKIE).send(null);
    },
  );
}

const OF_SIGNING_IN = [
  ...(['malformed-json', 'json-too-deep', 'unsupported-media-type', 'validation-failed'] as const),
  ...(['unauthenticated', 'too-many-attempts', 'cross-site-request', 'unavailable'] as const),
] as const;

const told = ({ actor, tenantId, scopes }: Principal) => ({ actor, tenantId, scopes: [...scopes] });

function signInOf({ apiKey, link }: Static<typeof SignInBody>): SignIn | undefined {
  if (apiKey !== undefined) return link === undefined ? { apiKey } : undefined;
  return link === undefined ? undefined : { link };
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  by: SignIn,
  { reason }: SignInRefused,
): FastifyReply {
  request.log = request.log.child({ denied: reason });
  const detail =
    'link' in by ? (REFUSED_LINKS[reason] ?? KEY_OF_LINK_GONE) : 'This is no key that is good here.';
  return sendProblem(request, reply.header('www-authenticate', 'Bearer'), 'unauthenticated', { detail });
}

const ANOTHER = 'ask for a new one with `npm run op -- sign-in`.';
const KEY_OF_LINK_GONE = 'The key that this link was made for is good no longer: sign in with another key.';
const REFUSED_LINKS: { readonly [Reason in SignInRefused['reason']]?: string } = {
  'unknown-link': `There is no such sign-in link: ${ANOTHER}`,
  'used-link': `This sign-in link was used already: ${ANOTHER}`,
  'expired-link': `This sign-in link is more than an hour old: ${ANOTHER}`,
};
