import { integer, url } from './config-variables.ts';

export const JWT_ISSUER = {
  fallback: undefined,
  accepted: 'the issuer as its tokens name it in `iss`, such as https://id.example.com/',
  description: 'Whose tokens are taken beside API keys; see docs/access.md',
  parse: (raw: string): string | undefined => (/^\S{1,300}$/.test(raw) ? raw : undefined),
};

export const JWT_AUDIENCE = {
  fallback: undefined,
  accepted: 'what tokens for this service name in `aud`',
  description: 'What such tokens must be meant for',
  parse: (raw: string): string | undefined => (/^\S{1,300}$/.test(raw) ? raw : undefined),
};

export const JWT_JWKS_URL = url(
  ['https', 'http'],
  'Where the issuer publishes its keys; in production over https',
);

export const JWT_CLOCK_TOLERANCE_SECONDS = integer(
  0,
  300,
  30,
  'How far the clocks of the issuer and of this service may be apart',
);

type Settings = {
  readonly nodeEnv: string;
  readonly jwtIssuer: string | undefined;
  readonly jwtAudience: string | undefined;
  readonly jwtJwksUrl: string | undefined;
};

/** One who can change what is read on the way can sign for anybody; on the machine itself there is no way. */
const mayBePlain = (raw: string, nodeEnv: string): boolean =>
  nodeEnv !== 'production' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(raw).hostname);

/** Goes by what was given, so that what is malformed is not also reported as missing. */
export function accessContradictions(
  { nodeEnv, jwtJwksUrl }: Settings,
  given: (name: 'JWT_ISSUER' | 'JWT_AUDIENCE' | 'JWT_JWKS_URL') => string | undefined,
): { readonly name: string; readonly given: string; readonly accepted: string }[] {
  const names = ['JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL'] as const;
  const missing = names.filter((name) => given(name) === undefined);
  if (missing.length > 0 && missing.length < names.length) {
    const accepted = 'set together with the others, or none of JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL is';
    return missing.map((name) => ({ name, given: 'nothing', accepted }));
  }
  if (jwtJwksUrl?.startsWith('http://') === true && !mayBePlain(jwtJwksUrl, nodeEnv))
    return [
      {
        name: 'JWT_JWKS_URL',
        given: 'http://*** (hidden), with NODE_ENV=production',
        accepted: 'https in production, unless it is on this machine',
      },
    ];
  return [];
}
