import { createHmac, timingSafeEqual } from 'node:crypto';

// `__Host-`: browsers take it only with Secure, for this very host and for every path, so that no neighbouring
// subdomain can plant one. They take it over http from localhost alone.
export const SESSION_COOKIE = '__Host-order-payments';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const SECRET = /^[\w-]{43}$/; // 32 bytes in base64url

export const sessionCookie = (secret: string, maxAgeSeconds: number): string =>
  `${SESSION_COOKIE}=${secret}; ${ATTRIBUTES}; Max-Age=${maxAgeSeconds}`;

/** Has the browser forget it. */
export const ENDED_SESSION_COOKIE = sessionCookie('', 0);

/** Undefined: there is none, or it is not one of ours, or there are two, of which somebody else made one. */
export function sessionSecretOf(cookies = ''): string | undefined {
  const name = `${SESSION_COOKIE}=`;
  const found = cookies
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(name));
  const secret = found[0]?.slice(name.length);
  return found.length === 1 && secret !== undefined && SECRET.test(secret) ? secret : undefined;
}

/** Only the page that signed in knows it: it cannot read the cookie, and others cannot read the answer to it. */
export const csrfTokenOf = (secret: string): string =>
  createHmac('sha256', secret).update('csrf').digest('base64url');

export function isCsrfTokenOf(secret: string, token: string): boolean {
  const given = Buffer.from(token);
  const expected = Buffer.from(csrfTokenOf(secret));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A page of ours, or nobody's page at all: an address that was typed in, or a client that is no browser. */
export const isOfOwnPage = (secFetchSite: string | readonly string[] | undefined): boolean =>
  secFetchSite === undefined || secFetchSite === 'same-origin' || secFetchSite === 'none';
