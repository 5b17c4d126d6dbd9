import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok, type Result } from '../../domain/shared/result.ts';

/**
 * Stripe did not say what came of a call, or refused us. Holds none of what the SDK's error does: that one carries the
 * whole answer, with the customer's client secret in it.
 */
export class StripeFault extends Error {
  override readonly name = 'StripeFault';
}

export type Refusal = { readonly kind: 'declined' | 'not_sent'; readonly code: string };

/** What we read of the SDK's errors. */
type Failure = {
  readonly type: string;
  readonly rawType?: string;
  readonly statusCode?: number;
  readonly code?: string;
  readonly decline_code?: string;
  readonly requestId?: string;
  readonly detail?: unknown;
};

const KEY_IN_USE_ROUNDS_MAX = 3;
const KEY_IN_USE_WAIT_MS = 200;

/** Says what Stripe answered, or why it certainly did nothing; throws when it may have acted. */
export async function asked<T>(send: () => Promise<T>): Promise<Result<T, Refusal>> {
  for (let round = 1; ; round++) {
    try {
      return ok(await send());
    } catch (fault) {
      if (!isFailure(fault)) throw fault;
      // Our own earlier call is still at work there: the same key gets its answer as soon as it has one.
      if (fault.statusCode === 409 && round < KEY_IN_USE_ROUNDS_MAX) {
        await sleep(round * KEY_IN_USE_WAIT_MS);
        continue;
      }
      const refusal = refusalOf(fault);
      // That the repetition was not sent says nothing of the call that holds the key.
      if (!refusal || (round > 1 && refusal.kind === 'not_sent')) throw new StripeFault(inWords(fault));
      return err(refusal);
    }
  }
}

/** For calls that change nothing, and those whose refusal has no outcome of its own. */
export async function answered<T>(send: () => Promise<T>): Promise<T> {
  const answer = await asked(send);
  if (!answer.ok) throw new StripeFault(`Stripe refused: ${answer.error.code}`);
  return answer.value;
}

/** False for faults of our own. */
const isFailure = (fault: unknown): fault is Failure =>
  fault instanceof Error && 'type' in fault && String(fault.type).startsWith('Stripe');

function refusalOf(failure: Failure): Refusal | undefined {
  const { type, rawType, statusCode, code, decline_code } = failure;
  switch (type) {
    case 'StripeRateLimitError':
      return { kind: 'not_sent', code: code ?? 'rate_limit' };
    case 'StripeConnectionError': {
      const before = connectionCode(failure);
      return before === undefined ? undefined : { kind: 'not_sent', code: before };
    }
    case 'StripeCardError':
    case 'StripeInvalidRequestError':
      return { kind: 'declined', code: [decline_code, code, rawType].find(Boolean) ?? `http_${statusCode}` };
    default:
      return undefined;
  }
}

/** These come before a connection stands, so before a byte of the request left. A reset or a timeout may come after. */
const NEVER_CONNECTED: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

function connectionCode({ detail }: Failure): string | undefined {
  const code: unknown = detail instanceof Error && 'code' in detail ? detail.code : undefined;
  return typeof code === 'string' && NEVER_CONNECTED.includes(code) ? code.toLowerCase() : undefined;
}

function inWords({ type, statusCode, code, requestId, detail }: Failure): string {
  if (statusCode === 401 || statusCode === 403)
    return `Stripe does not accept the key, or not for this (HTTP ${statusCode}): check STRIPE_SECRET_KEY`;
  const lost = detail instanceof Error ? detail.message : undefined;
  const facts = [statusCode && `HTTP ${statusCode}`, code, lost, requestId].filter(Boolean).join(', ');
  return facts === '' ? `no answer from Stripe: ${type}` : `no answer from Stripe: ${type} (${facts})`;
}
