import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { IssuerUnreachable, issuerKeys, loadKeySet } from '../../src/infrastructure/access/issuer-keys.ts';
import { newIssuerKey, startIssuer, type IssuerKey } from '../support/issuer.ts';

const COOLDOWN_MS = 30_000;
const FRESH_MS = 300_000;
const KEPT_MS = 3_600_000;

let first: IssuerKey;
let second: IssuerKey;
beforeAll(async () => {
  [first, second] = await Promise.all([newIssuerKey('first'), newIssuerKey('second')]);
});

/** Keys of an issuer that is asked by hand, with a clock that is set by hand. */
function issuerOf(...published: IssuerKey[]) {
  const world = { published, now: 0, loads: 0, isDown: false };
  const load = async (): Promise<JSONWebKeySet> => {
    world.loads++;
    if (world.isDown) throw new Error('down');
    return { keys: world.published.map(({ jwk }) => jwk) };
  };
  const keys = issuerKeys({ load, now: () => world.now });
  const find = async (kid: string): Promise<unknown> =>
    keys({ alg: 'ES256', kid }, { payload: '', signature: '' });
  return { world, find };
}

const UNKNOWN = { code: 'ERR_JWKS_NO_MATCHING_KEY' };

describe('a key of the issuer', () => {
  it('is loaded when it is first needed, once for all who need it', async () => {
    const { world, find } = issuerOf(first);
    expect(world.loads).toBe(0);
    await Promise.all(Array.from({ length: 20 }, () => find('first')));
    expect(world.loads).toBe(1);
  });

  it('that is new is found without a restart, and one that is withdrawn is refused', async () => {
    const { world, find } = issuerOf(first);
    await find('first');
    world.published = [second];
    world.now = COOLDOWN_MS;
    await find('second');
    await expect(find('first')).rejects.toMatchObject(UNKNOWN);
    expect(world.loads).toBe(2);
  });

  it('that is not known is looked for once in a cooldown, however many ask', async () => {
    const { world, find } = issuerOf(first);
    await find('first');
    const ask = () =>
      Promise.all(
        Array.from({ length: 100 }, (_, n) => expect(find(`kid-${n}`)).rejects.toMatchObject(UNKNOWN)),
      );
    await ask();
    expect(world.loads).toBe(1);
    world.now = COOLDOWN_MS;
    await ask();
    await ask();
    expect(world.loads).toBe(2);
    world.now = 2 * COOLDOWN_MS - 1;
    await ask();
    expect(world.loads).toBe(2);
  });

  it('is loaded again in the background when it is not fresh', async () => {
    const { world, find } = issuerOf(first);
    await find('first');
    world.now = FRESH_MS + 1;
    await find('first');
    await find('first');
    expect(world.loads).toBe(2);
  });
});

describe('while the issuer is down', () => {
  it('keys that are known are good for an hour, and it is asked once in a cooldown', async () => {
    const { world, find } = issuerOf(first);
    await find('first');
    world.isDown = true;
    for (world.now = COOLDOWN_MS; world.now < KEPT_MS; world.now += COOLDOWN_MS / 3) {
      await find('first');
      await expect(find('other')).rejects.toMatchObject(UNKNOWN);
    }
    expect(world.loads).toBeLessThanOrEqual(1 + KEPT_MS / COOLDOWN_MS);
    world.now = KEPT_MS;
    await expect(find('first')).rejects.toThrow(IssuerUnreachable);
    world.isDown = false;
    world.now += COOLDOWN_MS;
    await find('first');
  });

  it('without a key that is known, it is asked once in a cooldown too', async () => {
    const { world, find } = issuerOf(first);
    world.isDown = true;
    for (let n = 0; n < 10; n++) await expect(find('first')).rejects.toThrow(IssuerUnreachable);
    expect(world.loads).toBe(1);
  });
});

describe('what is loaded', () => {
  it('is what is published at that address', async () => {
    const issuer = await startIssuer(first);
    expect(await loadKeySet(issuer.jwksUrl)).toEqual({ keys: [first.jwk] });
    await issuer.close();
  });

  it.each<[string, number, string, RegExp]>([
    ['is elsewhere', 302, '', /fetch failed/],
    ['is an error', 500, '{}', /answered with 500/],
    ['is too large', 200, `{"keys":[],"x":"${'x'.repeat(300_000)}"}`, /larger than/],
    ['is no JSON', 200, '<html>', /JSON/],
  ])('fails when it %s', async (_what, status, body, message) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(loadKeySet(`http://127.0.0.1:${port}/keys`)).rejects.toThrow(message);
    server.close().closeAllConnections();
  });

  it('is no use when it is no key set', async () => {
    const keys = issuerKeys({ load: async () => ({ keys: 'none' }) as unknown as JSONWebKeySet });
    await expect(keys({ alg: 'ES256', kid: 'x' }, { payload: '', signature: '' })).rejects.toThrow(
      IssuerUnreachable,
    );
  });
});
