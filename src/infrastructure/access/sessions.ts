import { randomBytes } from 'node:crypto';
import type { Authenticate } from '../../application/access.ts';
import type { OpenedSession, Sessions, SignInRefused } from '../../application/sessions.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { hashOf } from '../postgres/api-keys.ts';
import { instantText } from '../postgres/column-text.ts';
import type { Pool } from '../postgres/pool.ts';

const SECRET_BYTES = 32;
const SESSION_HOURS = 12;
const SESSIONS_OF_KEY_MAX = 100; // at one more the oldest ends: signing in again and again fills nothing
const LINK_HOURS = 1;
/** So long one is told that a link was used, or is too old, rather than that there is none. */
const LINK_REMEMBERED_HOURS = 24;

const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

type Opened = { readonly keyHash: Buffer; readonly expiresAt: string };

/**
 * Sessions of the console. A session is as good as its key: each time it is shown, its key is asked for by `ofHash`, so
 * that it ends everywhere as soon as that is revoked.
 */
export const consoleSessions = (
  pool: Pool,
  ofHash: (keyHash: Buffer) => ReturnType<Authenticate>,
): Sessions => {
  async function opened(
    secret: string,
    session: Opened | undefined,
    missing: SignInRefused,
  ): Promise<Result<OpenedSession, SignInRefused>> {
    if (!session) return err(missing);
    const known = await ofHash(session.keyHash);
    return known.ok ? ok({ principal: known.value, expiresAt: session.expiresAt, secret }) : known;
  }

  return {
    open: async (by) => {
      const secret = newSecret();
      if ('link' in by) {
        const linkHash = hashOf(by.link);
        const session = await openByLink(pool, hashOf(secret), linkHash);
        return opened(secret, session, session ? { reason: 'used-link' } : await whyNot(pool, linkHash));
      }
      const keyHash = hashOf(by.apiKey);
      const known = await ofHash(keyHash);
      if (!known.ok) return known;
      return opened(secret, await openByKey(pool, hashOf(secret), keyHash), { reason: 'unknown-key' });
    },

    find: async (secret) => {
      const { rows } = await pool.query<Opened>({
        name: 'find-session',
        text: `select key_hash as "keyHash", ${instantText('expires_at')} as "expiresAt"
          from console_session where session_hash = $1 and expires_at > now()`,
        values: [hashOf(secret)],
      });
      const [session] = rows;
      if (!session) return err({ reason: 'unknown-session' });
      const known = await ofHash(session.keyHash);
      return known.ok ? ok({ principal: known.value, expiresAt: session.expiresAt }) : known;
    },

    end: async (secret) => {
      await pool.query('delete from console_session where session_hash = $1', [hashOf(secret)]);
    },
  };
};

/** A session outlives neither its day nor its key. `by` selects the hash of a key that may have one. */
const openedBy = (by: string): string => `
  by_key as (
    select key_hash, least(now() + interval '${SESSION_HOURS} hours', expires_at) as expires_at from api_key
    where key_hash in (${by})),
  ended as (
    delete from console_session where session_hash in (
      select session_hash from console_session where key_hash in (select key_hash from by_key)
      order by created_at desc offset ${SESSIONS_OF_KEY_MAX - 1}))
  insert into console_session (session_hash, key_hash, expires_at)
  select $1::bytea, key_hash, expires_at from by_key
  returning key_hash as "keyHash", ${instantText('expires_at')} as "expiresAt"`;

async function openByKey(pool: Pool, sessionHash: Buffer, keyHash: Buffer): Promise<Opened | undefined> {
  const { rows } = await pool.query<Opened>(`with ${openedBy('select $2::bytea')}`, [sessionHash, keyHash]);
  return rows[0];
}

/** Uses the link up. Of those who come at once the first locks its row, and the others find it used. */
async function openByLink(pool: Pool, sessionHash: Buffer, linkHash: Buffer): Promise<Opened | undefined> {
  const { rows } = await pool.query<Opened>(
    `with used as (
       update sign_in_link set used_at = now()
       where link_hash = $2 and used_at is null and expires_at > now() returning key_hash),
     ${openedBy('select key_hash from used')}`,
    [sessionHash, linkHash],
  );
  return rows[0];
}

async function whyNot(pool: Pool, linkHash: Buffer): Promise<SignInRefused> {
  const { rows } = await pool.query<{ isUsed: boolean }>(
    'select used_at is not null as "isUsed" from sign_in_link where link_hash = $1',
    [linkHash],
  );
  const [link] = rows;
  if (!link) return { reason: 'unknown-link' };
  return { reason: link.isUsed ? 'used-link' : 'expired-link' };
}

/** A link that opens one session for this key, within the hour. It is returned this once and only its hash is kept. */
export async function createSignInLink(
  pool: Pool,
  keyHash: Buffer,
): Promise<{ link: string; expiresAt: string }> {
  const link = newSecret();
  const { rows } = await pool.query<{ expiresAt: string }>(
    `insert into sign_in_link (link_hash, key_hash, expires_at)
     values ($1, $2, now() + interval '${LINK_HOURS} hours') returning ${instantText('expires_at')} as "expiresAt"`,
    [hashOf(link), keyHash],
  );
  return { link, expiresAt: rows[0]!.expiresAt };
}

export async function forgetSessions(pool: Pool): Promise<void> {
  await pool.query('delete from console_session where expires_at < now()');
  await pool.query(
    `delete from sign_in_link where expires_at < now() - interval '${LINK_REMEMBERED_HOURS} hours'`,
  );
}
