import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export const AUDIENCE = 'order-payments';

export type IssuerKey = {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
};

/** `alg` stays out of what is published if `isBare`: the key would do for other algorithms of its type. */
export async function newIssuerKey(kid: string, alg = 'ES256', isBare = false): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', ...(!isBare && { alg }) };
  return { kid, alg, privateKey, jwk };
}

export type Issuer = {
  readonly url: string;
  readonly jwksUrl: string;
  /** How often its keys were asked for. */
  asked(): number;
  publish(...keys: readonly IssuerKey[]): void;
  close(): Promise<void>;
};

/** Publishes keys as an issuer of tokens does. */
export async function startIssuer(...published: readonly IssuerKey[]): Promise<Issuer> {
  let keys = published;
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    jwksUrl: `${url}/keys`,
    asked: () => asked,
    publish: (...next) => void (keys = next),
    close: async () => {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
}

export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** Claims to put in place of those of a good token; undefined takes one away. */
export type ClaimsOver = { readonly [Name in keyof JWTPayload]?: JWTPayload[Name] | undefined };

/** A token that is good, but for what `over` says. */
export const claimsOf = (issuer: string, over: ClaimsOver = {}): JWTPayload =>
  JSON.parse(
    JSON.stringify({
      iss: issuer,
      aud: AUDIENCE,
      sub: 'ada',
      tenant: 'acme',
      scope: 'orders:read',
      iat: secondsFromNow(-5),
      exp: secondsFromNow(300),
      ...over,
    }),
  ) as JWTPayload;

export const sign = (
  { kid, alg, privateKey }: Pick<IssuerKey, 'kid' | 'alg' | 'privateKey'>,
  claims: JWTPayload,
  header: object = {},
): Promise<string> => new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
