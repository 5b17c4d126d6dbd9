import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** `allowPrivate`: for tests and development, where receivers are on this machine. */
export type AddressPolicy = { readonly allowPrivate: boolean };

/** The name resolves to where no tenant may send us. Says nothing of where that is. */
class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
  readonly code = 'ADDRESS_NOT_PUBLIC';
}

// Of IPv6 only this part is given out to the public; it holds ranges that stand for IPv4 addresses, too.
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the public internet. Everything else is refused by default: private, loopback,
 * link-local (clouds keep their metadata there), multicast, reserved, and what wraps an IPv4 address (mapped, NAT64,
 * 6to4, Teredo), since it may wrap any of these.
 */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0) return false; // the library reads short and octal spellings, too
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6));
}

const HTTPS_PORT = 443;
const OWN_PORTS_FROM = 1_024; // below it other protocols listen

/** Why nothing is sent to a URL, whatever its name resolves to; undefined: nothing speaks against it. */
export function refusalOfUrl(raw: string, { allowPrivate }: AddressPolicy): string | undefined {
  if (!URL.canParse(raw)) return 'it is no URL';
  const { protocol, username, password, port, hash } = new URL(raw);
  if (protocol !== 'https:' && !(allowPrivate && protocol === 'http:')) return 'it must begin with https://';
  if (username !== '' || password !== '') return 'it must not hold a user name or a password';
  if (hash !== '') return 'it must not have a fragment';
  if (allowPrivate) return undefined;
  const number = port === '' ? HTTPS_PORT : Number(port);
  if (number !== HTTPS_PORT && number < OWN_PORTS_FROM) return 'its port must be 443, or 1024 and above';
  const host = hostOf(new URL(raw));
  // Every spelling of an IPv4 address (decimal, octal, hexadecimal, short) was made the usual one by the parser.
  return isIP(host) !== 0 && !isPublic(host) ? 'its address is not a public one' : undefined;
}

/** An IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

export type ResolveAll = (
  hostname: string,
  done: (fault: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export const resolveBySystem: ResolveAll = (hostname, done) => systemLookup(hostname, { all: true }, done);

/**
 * For `net.connect`, which connects to what it is given here and asks no second time: so the address that was checked is
 * the one that is connected to, whatever the name resolves to a moment later. One address that is not public is enough.
 */
export const guardedLookup =
  ({ allowPrivate }: AddressPolicy, resolve: ResolveAll): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, (fault, addresses) => {
      const [first] = addresses ?? [];
      if (fault) callback(fault, '', 0);
      else if (!first || (!allowPrivate && !addresses.every(({ address }) => isPublic(address))))
        callback(new ForbiddenAddress('the address is not a public one'), '', 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
