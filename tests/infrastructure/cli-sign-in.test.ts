import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf } from '../../src/infrastructure/postgres/api-keys.ts';
import { cliOn, jsonOf, startCli, type CliRun } from '../support/cli.ts';
import { startTestService, type Client, type TestService } from '../support/service.ts';

let started: TestService;
let client: Client;
let run: (...args: readonly string[]) => Promise<CliRun>;

beforeAll(async () => {
  started = await startTestService();
  client = await started.client();
  run = cliOn(started.database);
});
afterAll(() => started.stop());

const prefixOf = ({ key }: Client): string => key.slice(0, 14);

const open = async (url: string) => {
  const answer = await started.service.server.inject({
    method: 'POST',
    url: '/api/session',
    payload: { link: url.split('#')[1] },
  });
  return { status: answer.statusCode, body: answer.json<{ actor?: string }>() };
};

describe('a link that is made on the command line', () => {
  it('signs in as the key that is named by its prefix, once', async () => {
    const { exitCode, stdout, stderr } = await run('sign-in', '--key', prefixOf(client));
    expect(stdout).toMatch(/^http:\/\/localhost:3000\/console\/sign-in#[\w-]{43}\n$/);
    expect(stderr).toContain('set PUBLIC_URL');
    expect(exitCode).toBe(0);
    expect(await open(stdout.trim())).toMatchObject({
      ...{ status: 201, body: { actor: `key:${prefixOf(client)}` } },
    });
    expect(await open(stdout.trim())).toMatchObject({ status: 401 });
  });

  it('… or by its id, and leads to where the service is said to be', async () => {
    const { data } = (await client.get('/api/api-keys')).body as {
      data: { keyId: string; prefix: string }[];
    };
    const { keyId } = data.find(({ prefix }) => prefix === prefixOf(client))!;
    const env = {
      DATABASE_URL: started.database.connectionString,
      PUBLIC_URL: 'https://pay.example.com/op/',
    };
    const made = await startCli(env, ['sign-in', '--key', keyId, '--json', '--reason', 'first day']).ended();
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    const { url, prefix, expiresAt } = jsonOf(made);
    expect(url).toMatch(/^https:\/\/pay\.example\.com\/op\/console\/sign-in#/);
    expect(prefix).toBe(prefixOf(client));
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(await open(url)).toMatchObject({ status: 201 });
    const audit = (await client.get('/api/ops/audit')).body as { data: object[] };
    expect(audit.data).toContainEqual(
      expect.objectContaining({
        what: 'console.sign-in-link',
        reason: 'first day',
        details: { keyId, prefix },
      }),
    );
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['nobody has', async () => 'op_live_nobody', /there is no key "op_live_nobody"/],
    [
      'was revoked',
      async () => {
        const leaver = await started.client('leaver');
        await started.database.pool.query('update api_key set revoked_at = now() where key_hash = $1', [
          hashOf(leaver.key),
        ]);
        return prefixOf(leaver);
      },
      /was revoked or has expired/,
    ],
    [
      'begins as another does',
      async () => {
        await started.database.pool.query(
          `insert into api_key (key_hash, prefix, tenant_id, scopes)
           select sha256(convert_to(n::text, 'UTF8')), 'op_test_twins1', $1, '{}' from generate_series(1, 2) n`,
          [client.tenantId],
        );
        return 'op_test_twins1';
      },
      /several keys have the prefix op_test_twins1: give the id/,
    ],
  ])('is made for no key that %s', async (_what, nameOf, message) => {
    const { exitCode, stdout, stderr } = await run('sign-in', '--key', await nameOf());
    expect({ exitCode, stdout, stderr }).toEqual({
      ...{ exitCode: 1, stdout: '', stderr: expect.stringMatching(message) as string },
    });
  });
});
