import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { performance } from 'node:perf_hooks';
import { Webhook } from 'standardwebhooks';
import type { Attempt, ClaimedDelivery, SendWebhook } from '../../application/webhooks/ports.ts';
import {
  guardedLookup,
  hostOf,
  refusalOfUrl,
  resolveBySystem,
  type AddressPolicy,
  type ResolveAll,
} from './address-guard.ts';

export type SenderOptions = AddressPolicy & {
  readonly version: string;
  readonly timeoutMs?: number;
  /** Another than the system's, for tests. */
  readonly resolve?: ResolveAll;
};

/** In total: name, connection, request and answer. */
const SEND_TIMEOUT_MS = 15_000;
const RESPONSE_KEPT_BYTES = 1_024;

/** The body as Standard Webhooks has it; the same bytes at every attempt. */
const bodyOf = ({ type, occurredAt, data }: ClaimedDelivery): string =>
  JSON.stringify({ type, timestamp: occurredAt, data });

/** Signs with every live secret: a receiver needs to know one of them. */
function signedHeaders({ messageId, secrets }: ClaimedDelivery, at: Date, body: string): OutgoingHttpHeaders {
  const signatures = secrets.map((secret) =>
    new Webhook(secret, { format: 'raw' }).sign(messageId, at, body),
  );
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}

/** Posts a message to its endpoint. Follows no redirect: a Location is a second URL, which nobody has checked. */
export function webhookSender(options: SenderOptions): SendWebhook {
  const { version, timeoutMs = SEND_TIMEOUT_MS, resolve = resolveBySystem } = options;
  const lookup = guardedLookup(options, resolve);

  return async (delivery) => {
    const at = new Date();
    const begun = performance.now();
    const end = (rest: Omit<Attempt, 'at' | 'durationMs'>): Attempt => ({
      at,
      durationMs: Math.round(performance.now() - begun),
      ...rest,
    });
    const refusal = refusalOfUrl(delivery.url, options);
    if (refusal !== undefined) return end({ statusCode: undefined, error: `URL refused: ${refusal}` });
    const body = bodyOf(delivery);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': `OrderPayments-Webhooks/${version}`,
      ...signedHeaders(delivery, at, body),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return end(await post(new URL(delivery.url), { headers, lookup, signal }, body));
    } catch (fault) {
      return end({ statusCode: undefined, error: reasonOf(fault, signal, timeoutMs) });
    }
  };
}

type PostOptions = {
  readonly headers: OutgoingHttpHeaders;
  readonly lookup: ReturnType<typeof guardedLookup>;
  readonly signal: AbortSignal;
};

function post(url: URL, options: PostOptions, body: string): Promise<Omit<Attempt, 'at' | 'durationMs'>> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept would outlive the check of its address.
    const { port, pathname, search } = url;
    const target = { host: hostOf(url), port, path: `${pathname}${search}`, method: 'POST', agent: false };
    let isAnswered = false;
    request({ ...target, ...options }, (response) => {
      isAnswered = true;
      const { statusCode, headers } = response;
      const retryAfterSeconds = secondsOf(headers['retry-after']);
      void beginningOf(response).then((text) => resolve({ statusCode, retryAfterSeconds, response: text }));
    })
      .on('error', (fault) => {
        if (!isAnswered) reject(fault); // else the status has arrived, and what broke off is the rest
      })
      .end(body);
  });
}

/** As much as is kept. The status has arrived, so how the rest ends, if it ends at all, does not matter any more. */
function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    const done = (): void => {
      response.destroy();
      const text = Buffer.concat(chunks).subarray(0, RESPONSE_KEPT_BYTES).toString('utf8');
      resolve(text.replaceAll('\0', '')); // PostgreSQL takes none
    };
    response
      .on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= RESPONSE_KEPT_BYTES) done();
      })
      .on('end', done)
      .on('error', done)
      .on('close', done);
  });
}

const RETRY_AFTER_SECONDS = /^\d{1,9}$/;

/** In seconds from now, of either form of Retry-After; undefined: none that can be read. */
function secondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (RETRY_AFTER_SECONDS.test(retryAfter)) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1_000));
}

/** By code only: a message such as `connect ECONNREFUSED 10.0.0.1:443` would tell of our network. */
function reasonOf(fault: unknown, signal: AbortSignal, timeoutMs: number): string {
  if (signal.aborted) return `no answer within ${timeoutMs / 1_000} s`;
  if (!(fault instanceof Error)) return 'failed';
  return 'code' in fault && typeof fault.code === 'string' ? fault.code : fault.name;
}
