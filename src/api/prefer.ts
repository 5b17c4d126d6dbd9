import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../application/ports.ts';
import type { Result } from '../domain/shared/result.ts';
import { headerNamesOf } from './operation-problems.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It goes by `Prefer: wait=n`, since it may answer before what it began is done. */
    waits?: boolean;
    /** Its answer holds a secret, told this once: it is given whatever was preferred. */
    tellsSecret?: boolean;
  }
}

export const WAIT_MAX_SECONDS = 20;
const WAITERS_MAX = 50; // beyond, requests are answered at once: a preference is no claim
const LOOK_EVERY_MS = 250;

/** What a request would rather have; the first of a kind counts, and what is not understood is passed over. */
export function preferencesOf({ headers }: Pick<FastifyRequest, 'headers'>): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const preference of [headers['prefer'] ?? []].flat().join(',').toLowerCase().split(',')) {
    const [stated = ''] = preference.split(';', 1);
    const [name = '', value = '', ...more] = stated.split('=', 3).map((part) => part.trim());
    const [, plain] = VALUE.exec(value) ?? [];
    if (more.length === 0 && plain !== undefined && NAME.test(name) && !given.has(name))
      given.set(name, plain);
  }
  return given;
}

// Whoever has no key sends this header too. One pattern for all of it, with spaces wherever they may stand, took a second
// for 15 KB of them.
const NAME = /^[\w-]+$/;
const VALUE = /^"?([\w.-]*)"?$/;

/** `Prefer: return=minimal`, for commands: the headers of the answer say all that is asked for. */
export function answerMinimally(api: FastifyInstance): void {
  api.addHook('onSend', (request, reply, payload, done) => {
    const { config, schema } = request.routeOptions;
    const isAsked =
      request.headers['prefer'] !== undefined && preferencesOf(request).get('return') === 'minimal';
    const isCommand = isAsked && headerNamesOf(schema?.headers).includes('idempotency-key');
    if (!isCommand || config.tellsSecret || ![200, 201, 202].includes(reply.statusCode)) {
      done(null, payload);
      return;
    }
    applied(reply, 'return=minimal');
    void reply.removeHeader('content-type').removeHeader('content-length');
    if (reply.statusCode === 200) void reply.code(204);
    done(null, null);
  });
}

/** For `Prefer: wait=n`: looks again until what is open is not any more, or n seconds are over. */
export function waitingRoom(api: FastifyInstance, clock: Clock) {
  let waiting = 0;
  let isClosing = false;
  api.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });

  return async <View>(
    request: FastifyRequest,
    reply: FastifyReply,
    view: View,
    { isOpen, look }: { isOpen: (view: View) => boolean; look: () => Promise<Result<View, unknown>> },
  ): Promise<View> => {
    const seconds = Math.min(Number(preferencesOf(request).get('wait')) || 0, WAIT_MAX_SECONDS);
    if (seconds <= 0 || !isOpen(view) || waiting >= WAITERS_MAX) return view;
    applied(reply, `wait=${seconds}`);
    waiting++;
    request.leaveWork?.(); // or those who wait would keep out who wants to be served, and what they wait for
    try {
      let seen = view;
      for (let ms = 0; ms < seconds * 1_000 && isOpen(seen); ms += LOOK_EVERY_MS) {
        if (isClosing || request.raw.socket.destroyed) break;
        await clock.sleep(LOOK_EVERY_MS);
        // The command is done, and is answered so: who takes a fault for its answer may ask for the same again.
        const looked = await look().catch((fault: unknown) => {
          request.log.warn({ err: fault }, 'what a client waits for cannot be looked up, will retry');
        });
        if (looked?.ok) seen = looked.value;
      }
      return seen;
    } finally {
      waiting--;
    }
  };
}
export type Wait = ReturnType<typeof waitingRoom>;

function applied(reply: FastifyReply, preference: string): void {
  const before = reply.getHeader('preference-applied');
  void reply.header(
    'preference-applied',
    before === undefined ? preference : `${String(before)}, ${preference}`,
  );
}
