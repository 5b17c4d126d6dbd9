import { isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import { sendProblem } from './problem.ts';

const ADDRESSES_MAX = 10_000;
const WINDOW_MS = 60_000;

export type Attempts = {
  /** Seconds until this address may try again; 0: now. */
  blockedForSeconds(address: string): number;
  failed(address: string): void;
  succeeded(address: string): void;
};

/**
 * Counts requests without a valid key by address and minute. An address that had a valid key before is not blocked:
 * behind a proxy that we are not told to trust all clients have one address, and one of them must not lock out the rest.
 */
export function countAttempts(perMinute: number, now: () => number = () => performance.now()): Attempts {
  const failures = new LRUCache<string, { count: number; until: number }>({ max: ADDRESSES_MAX });
  const known = new LRUCache<string, true>({ max: ADDRESSES_MAX });
  return {
    blockedForSeconds: (address) => {
      const name = networkOf(address);
      const found = failures.get(name);
      if (!found || found.count < perMinute || found.until <= now() || known.has(name)) return 0;
      return Math.ceil((found.until - now()) / 1_000);
    },
    failed: (address) => {
      const name = networkOf(address);
      const found = failures.get(name);
      if (found && found.until > now()) found.count++;
      else failures.set(name, { count: 1, until: now() + WINDOW_MS });
    },
    succeeded: (address) => {
      known.set(networkOf(address), true);
    },
  };
}

/** Whoever has one address of IPv6 has 2^64 of them. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const whole = [...groups, ...Array.from({ length: missing }, () => '0'), ...rest];
  return whole
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/** For routes that need a key: to be added before their keys are looked at. */
export function limitAttempts(scope: FastifyInstance, attempts: Attempts): void {
  scope.addHook('onRequest', (request, reply, done) => {
    const retryAfterSeconds = attempts.blockedForSeconds(request.ip);
    if (retryAfterSeconds === 0) return done();
    const detail = 'Too many requests without a valid key came from your address.';
    void sendProblem(request, reply, 'too-many-attempts', { detail, retryAfterSeconds });
  });
  scope.addHook('onSend', (request, reply, _payload, done) => {
    if (reply.statusCode === 401) attempts.failed(request.ip);
    else if (request.principal as unknown) attempts.succeeded(request.ip);
    done();
  });
}
