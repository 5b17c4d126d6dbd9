import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** The keys cannot be had, so nothing can be said about any token. */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable';
}

const BYTES_MAX = 256 * 1024;
const TIMEOUT_MS = 5_000;

export type IssuerKeysOptions = {
  readonly load: () => Promise<JSONWebKeySet>;
  readonly onFailure?: (fault: unknown) => void;
  readonly now?: () => number;
  /** Between two attempts to load, successful or not, whatever is asked for. */
  readonly cooldownMs?: number;
  /** Older keys are loaded again in the background. */
  readonly freshForMs?: number;
  /** Older keys are trusted no longer: one of them may have been withdrawn since. */
  readonly keptForMs?: number;
};

/**
 * The keys that an issuer signs with, as it publishes them. A key that is not known is looked for once in a cooldown,
 * by all who miss one together; while the issuer cannot be reached the keys that are known are good for an hour more.
 */
export function issuerKeys({
  load,
  onFailure,
  now = () => performance.now(),
  cooldownMs = 30_000,
  freshForMs = 300_000,
  keptForMs = 3_600_000,
}: IssuerKeysOptions): JWTVerifyGetKey {
  let known: { readonly select: ReturnType<typeof createLocalJWKSet>; readonly at: number } | undefined;
  let triedAt = -Infinity;
  let loading: Promise<void> | undefined;

  /** Never fails: what could not be loaded is missed by whoever needs it. */
  async function reload(): Promise<void> {
    if (loading) return loading;
    if (now() - triedAt < cooldownMs) return undefined;
    const at = now();
    triedAt = at;
    loading = load()
      .then((jwks) => {
        known = { select: createLocalJWKSet(jwks), at };
      })
      .catch((fault: unknown) => onFailure?.(fault))
      .finally(() => {
        loading = undefined;
      });
    return loading;
  }

  const trusted = () => (known && now() - known.at < keptForMs ? known : undefined);

  return async (header, token) => {
    const kept = trusted();
    if (!kept) await reload();
    else if (now() - kept.at > freshForMs) void reload();
    const first = trusted();
    if (!first) throw new IssuerUnreachable('the keys of the issuer of tokens cannot be loaded');
    try {
      return await first.select(header, token);
    } catch (fault) {
      if (!(fault instanceof errors.JWKSNoMatchingKey)) throw fault;
      await reload();
      const second = trusted();
      if (!second || second === first) throw fault;
      return second.select(header, token);
    }
  };
}

/** Loads a key set, within limits of time and size, from just that address. */
export async function loadKeySet(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok || !response.body) throw new Error(`the key set was answered with ${response.status}`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > BYTES_MAX) throw new Error(`the key set is larger than ${BYTES_MAX} bytes`);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString()) as JSONWebKeySet;
}
