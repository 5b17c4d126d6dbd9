import type { Authenticate } from '../../application/access.ts';
import { err } from '../../domain/shared/result.ts';
import { hashOf, type FoundKey } from '../postgres/api-keys.ts';

const KNOWN_FOR_MS = 60_000; // whatever was heard: a net below the net
const KNOWN_MAX = 10_000;

export type KeyCache = {
  readonly authenticate: Authenticate;
  /** The same of a key that somebody showed earlier, of which only the hash is known now. */
  ofHash(keyHash: Buffer): ReturnType<Authenticate>;
  /** The key of this hash (base64) changed; undefined: any may have. */
  forget(name?: string): void;
};

type KeyCacheOptions = {
  readonly find: (keyHash: Buffer) => Promise<FoundKey | undefined>;
  /** Whether a change of a key would have been heard by now. */
  readonly isCurrent: () => boolean;
  readonly onUse: (keyId: string) => void;
  readonly now?: () => number;
};

/**
 * Remembers keys, so that a request asks PostgreSQL nothing, but answers from memory only while it is certain to hear
 * of changes; else it asks each time. Keys that do not exist are not remembered: one of them may be made any moment.
 */
export function keyCache({
  find,
  isCurrent,
  onUse,
  now = () => performance.now(),
}: KeyCacheOptions): KeyCache {
  const known = new Map<string, { readonly outcome: FoundKey['outcome']; readonly until: number }>();
  let changes = 0;

  async function lookUp(keyHash: Buffer, name: string): Promise<FoundKey['outcome'] | undefined> {
    const before = changes;
    const askedAt = now();
    const found = await find(keyHash);
    if (!found) return undefined;
    // A change that was heard while the answer was on its way may be younger than the answer.
    if (before === changes) {
      if (known.size >= KNOWN_MAX) known.clear();
      known.set(name, {
        outcome: found.outcome,
        until: askedAt + Math.min(KNOWN_FOR_MS, found.leftMs ?? KNOWN_FOR_MS),
      });
    }
    return found.outcome;
  }

  async function ofHash(keyHash: Buffer): ReturnType<Authenticate> {
    const name = keyHash.toString('base64');
    const kept = isCurrent() ? known.get(name) : undefined;
    const outcome = kept && kept.until > now() ? kept.outcome : await lookUp(keyHash, name);
    if (!outcome) return err({ reason: 'unknown-key' });
    if (outcome.ok) onUse(outcome.value.keyId);
    return outcome;
  }

  return {
    authenticate: (credential) => ofHash(hashOf(credential)),
    ofHash,
    forget: (name) => {
      changes++;
      if (name === undefined) known.clear();
      else known.delete(name);
    },
  };
}
