import type { IncomingMessage, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnsweredRequest } from '../application/telemetry.ts';
import { sendRawProblem } from './http-limits.ts';
import { PROBLEMS, sendProblem } from './problem.ts';
import { isRead } from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** While it has a place: gives that back, though it is not answered yet. */
    leaveWork: (() => void) | undefined;
  }
}

type GateOptions = {
  /** Requests in work at once. */
  readonly inWorkMax: number;
  /** Requests that may wait for a place. */
  readonly queueMax: number;
  /** Once the first in the queue has waited for so long, nobody joins it. */
  readonly waitMs: number;
  /** Whoever waits for so long is told that it was in vain. */
  readonly patienceMs: number;
  /** The event loop cannot keep up. */
  readonly isLate: () => boolean;
};

export type AdmissionOptions = Pick<GateOptions, 'queueMax' | 'waitMs' | 'patienceMs'> & {
  readonly inWorkMax: Readonly<Record<WorkClass, number>>;
  /** The event loop was this late on the average of the last moment: a quarter of the places remain. */
  readonly loopDelayMaxMs: number;
};

/** A flood of one must not take the others down; payments wait for providers, mostly. */
type WorkClass = 'reads' | 'writes' | 'payments';

export const ADMISSION: AdmissionOptions = {
  inWorkMax: { reads: 64, writes: 64, payments: 128 },
  queueMax: 1_000,
  waitMs: 50,
  patienceMs: 5_000,
  loopDelayMaxMs: 60,
};

const RETRY_SECONDS = 1;
const LOOP_LOOKED_AT_EVERY_MS = 100;
const LOOP_RESOLUTION_MS = 10;
const TOLD_EVERY_MS = 1_000;

type Waiting = { readonly since: number; readonly answer: (admitted: boolean) => void };

/**
 * A bounded number in work, and a queue bounded by time: a burst that came at once is taken, and waits; where there is
 * more than can be done, the first in the queue waits for longer and longer, and newcomers are refused at once, so that
 * whoever is let in has waited for little more than `waitMs`.
 */
export function openGate(
  { inWorkMax, queueMax, waitMs, patienceMs, isLate }: GateOptions,
  now = () => performance.now(),
) {
  // A process that starts, or a machine that others keep busy, is late too: with little in work, that is no overload.
  const placesWhenLate = Math.ceil(inWorkMax / 4);
  let inWork = 0;
  const queue = new Set<Waiting>();

  const isFull = (): boolean => {
    if (inWork < placesWhenLate) return false;
    if (isLate()) return true;
    if (inWork < inWorkMax) return false;
    const [first] = queue;
    return first !== undefined && (queue.size >= queueMax || now() - first.since > waitMs);
  };

  function wait(): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting: Waiting = {
        since: now(),
        answer: (admitted) => {
          queue.delete(waiting);
          clearTimeout(inVain);
          resolve(admitted);
        },
      };
      const inVain = setTimeout(() => waiting.answer(false), patienceMs);
      queue.add(waiting);
    });
  }

  return {
    isFull,
    /** Takes a place, or a promise of one; false: none is to be had. */
    enter: (): boolean | Promise<boolean> => {
      if (isFull()) return false;
      if (inWork >= inWorkMax) return wait();
      inWork++;
      return true;
    },
    /** Gives a place back: to the first in the queue. */
    leave: (): void => {
      const [first] = queue;
      if (first) first.answer(true);
      else inWork--;
    },
    sizes: () => ({ inWork, waiting: queue.size }),
  };
}
type Gate = ReturnType<typeof openGate>;

/**
 * What a request counts as; undefined: health, documents, event streams and questions of browsers are let in always. They
 * cost nothing, or have a limit of their own.
 */
function classOf({
  method = 'GET',
  url = '',
}: {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}) {
  if (method === 'OPTIONS' || !url.startsWith('/api/') || /^\/api\/events\/?(\?|$)/.test(url))
    return undefined;
  if (isRead(method)) return 'reads' satisfies WorkClass;
  return /^\/api\/(payments|disputes)\b/.test(url) ? 'payments' : 'writes';
}

const DETAIL = 'Nothing was changed.';

export type Admission = {
  /**
   * Before anything is made of a request: to refuse one must cost next to nothing, or refusing is what keeps us busy. Who
   * spells a path in another way than everybody gets past this, to a place that is not to be had.
   */
  refuses(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes a place for each request once its body is here, and gives it back when its answer is ready. */
  watch(server: FastifyInstance): void;
};

/** `onAnswered` is told of those that are refused before the framework sees them, and would count them. */
export function openAdmission(
  options: AdmissionOptions,
  newId: () => string,
  onAnswered: (request: AnsweredRequest) => void,
): Admission {
  const { inWorkMax, loopDelayMaxMs } = options;
  const loop = watchLoop(loopDelayMaxMs);
  const gateFor = (name: WorkClass): Gate =>
    openGate({ ...options, isLate: loop.isLate, inWorkMax: inWorkMax[name] });
  const gates = { reads: gateFor('reads'), writes: gateFor('writes'), payments: gateFor('payments') };
  let refused = 0; // since it was logged last: a line for each would be the next flood

  const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    refused++;
    return sendProblem(request, reply, 'overloaded', { detail: DETAIL, retryAfterSeconds: RETRY_SECONDS });
  };

  return {
    refuses: (request, response) => {
      const name = classOf(request);
      if (!name || !gates[name].isFull()) return false;
      refused++;
      const { status } = PROBLEMS.overloaded;
      onAnswered({ method: request.method ?? 'GET', route: undefined, status, seconds: 0 });
      sendRawProblem(request, response, 'overloaded', newId(), {
        detail: DETAIL,
        retryAfterSeconds: RETRY_SECONDS,
      });
      return true;
    },
    watch: (server) => {
      const telling = setInterval(() => {
        if (refused > 0) server.log.warn({ refused }, 'overloaded: requests were refused');
        refused = 0;
      }, TOLD_EVERY_MS).unref();
      server.decorateRequest('leaveWork');
      server.addHook('preValidation', (request, reply, done) => {
        // By its route: one path can be spelled in many ways, such as /%61pi/orders or http://x/api/orders.
        const name = classOf({ method: request.method, url: request.routeOptions.url });
        if (!name) return done();
        const gate = gates[name];
        const settle = (admitted: boolean): void => {
          if (!admitted) return void refuse(request, reply);
          request.leaveWork = () => {
            request.leaveWork = undefined;
            gate.leave();
          };
          // Nobody is there any more to do it for.
          if (request.raw.socket.destroyed) void refuse(request, reply);
          else done();
        };
        const entered = gate.enter();
        if (entered instanceof Promise) void entered.then(settle);
        else settle(entered);
      });
      // Not when the answer is taken: a slow reader holds no place, and one who hangs up frees none.
      server.addHook('onSend', (request, _reply, _payload, done) => {
        request.leaveWork?.();
        done();
      });
      server.addHook('onClose', (_server, done) => {
        clearInterval(telling);
        loop.stop();
        done();
      });
    },
  };
}

function watchLoop(loopDelayMaxMs: number) {
  const delays = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delays.enable();
  let late = false;
  const looking = setInterval(() => {
    late = delays.mean / 1e6 - LOOP_RESOLUTION_MS > loopDelayMaxMs;
    delays.reset();
  }, LOOP_LOOKED_AT_EVERY_MS).unref();
  return {
    isLate: () => late,
    stop: () => {
      clearInterval(looking);
      delays.disable();
    },
  };
}
