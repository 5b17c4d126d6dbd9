/** What is posted to a webhook endpoint: see docs/webhooks.md and docs/messages.md. */
export type WebhookMessage = {
  /** Such as `order.paid.v1`. */
  readonly type: string;
  /** When it happened. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export type ReceivedWebhook = {
  /** As it came: parsed and written again it would have another signature. */
  readonly body: string | Uint8Array;
  /** Of the request: an object as Node has it, or `Headers`. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
};

export type WebhookOptions = {
  /** Older or newer messages are refused, or whoever recorded one could send it again. Default 300. */
  readonly toleranceSeconds?: number;
};

export class WebhookSignatureError extends Error {
  override readonly name = 'WebhookSignatureError';
}

const PREFIX = 'whsec_';

/**
 * The message, if it is from the service that knows `secret`; else throws a `WebhookSignatureError`. By Standard
 * Webhooks: HMAC-SHA-256 over id, time and body. A message may come twice: remember `webhook-id`.
 */
export async function verifyWebhook(
  { body, headers }: ReceivedWebhook,
  secret: string,
  { toleranceSeconds = 300 }: WebhookOptions = {},
): Promise<WebhookMessage> {
  const header = (name: string): string => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    if (typeof value !== 'string') throw new WebhookSignatureError(`the header ${name} is missing`);
    return value;
  };
  const id = header('webhook-id');
  const sentAt = header('webhook-timestamp');
  const ageSeconds = Math.abs(Date.now() / 1_000 - Number(sentAt));
  // NaN is within no tolerance.
  if (!(ageSeconds <= toleranceSeconds)) throw new WebhookSignatureError('it was not sent just now');

  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${id}.${sentAt}.${text}`);
  const key = await keyOf(secret);
  // Two while the secret is being changed.
  for (const signature of header('webhook-signature').split(' ')) {
    const [version, value = ''] = signature.split(',');
    const bytes = version === 'v1' ? bytesOf(value) : undefined;
    // Compares in constant time.
    if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, signed)))
      return JSON.parse(text) as WebhookMessage;
  }
  throw new WebhookSignatureError('no signature is right');
}

async function keyOf(secret: string) {
  const bytes = secret.startsWith(PREFIX) ? bytesOf(secret.slice(PREFIX.length)) : undefined;
  if (!bytes?.length) throw new TypeError(`the secret must be as the API gave it: ${PREFIX}…`);
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

/** Undefined: it is not base64. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
