const LOOPBACK = /^(127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;

/** Of the console, or of the page of it that signs in with a link: behind the #, it reaches no server and no log. */
export const consoleUrl = (base: string, link?: string): string =>
  `${base}/console/${link === undefined ? '' : `sign-in#${link}`}`;

/** Without TLS, browsers keep the cookie of a session for localhost alone, by this name. */
export function onLocalhost(address: string): string {
  const url = new URL(address);
  if (LOOPBACK.test(url.hostname)) url.hostname = 'localhost';
  return url.origin;
}
