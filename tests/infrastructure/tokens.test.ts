import { expect, it } from 'vitest';
import { tokenAuthenticator } from '../../src/infrastructure/access/tokens.ts';
import type { TenantId } from '../../src/domain/shared/ids.ts';
import { AUDIENCE, claimsOf, newIssuerKey, secondsFromNow, sign } from '../support/issuer.ts';

const ISSUER = 'https://id.example';

it('a token is verified once a minute, however often it is shown, and no longer than it is good', async () => {
  const key = await newIssuerKey('key');
  let at = Date.now();
  let verified = 0;
  const authenticate = tokenAuthenticator({
    rules: { issuer: ISSUER, audience: AUDIENCE, clockToleranceSeconds: 0 },
    keys: () => {
      verified++;
      return key.jwk;
    },
    findTenant: () => Promise.resolve('tenant' as TenantId),
    clock: { now: () => new Date(at) },
  });
  const token = await sign(key, claimsOf(ISSUER, { exp: secondsFromNow(90) }));
  for (let n = 0; n < 3; n++)
    expect(await authenticate(token)).toMatchObject({ ok: true, value: { actor: 'jwt:ada' } });
  expect(verified).toBe(1);
  at += 61_000;
  for (let n = 0; n < 2; n++) expect((await authenticate(token)).ok).toBe(true);
  expect(verified).toBe(2);
  at += 30_000;
  expect(await authenticate(token)).toMatchObject({ ok: false, error: { reason: 'expired-token' } });
  const changed = `${token.slice(0, -4)}AAAA`;
  for (let n = 0; n < 2; n++) expect((await authenticate(changed)).ok).toBe(false);
  expect(verified).toBe(5);
});
