import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pay, paymentOf } from '../support/api-samples.ts';
import { startApi, traces, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf } from '../support/api-steps.ts';
import { cliOn, jsonOf, type CliRun } from '../support/cli.ts';
import { today } from '../support/reconciler.ts';

let api: Api;
let client: ApiClient;
let paymentId: string;
let cli: (...args: readonly string[]) => Promise<CliRun>;

beforeAll(async () => {
  api = await startApi();
  client = await api.connect('acme');
  const { orderId } = await stepsOf(api, client).place();
  ({ paymentId } = paymentOf(await pay(client, orderId)));
  await traces(api.database.pool);
  cli = cliOn(api.database);
});
afterAll(() => api.stop());

const meddle = (by: string) =>
  api.database.pool.query(`update simulated_provider.operation set amount_minor = amount_minor ${by}`);

/** The day on which the provider has the payment. */
async function day(): Promise<string> {
  const { rows } = await api.database.pool.query(
    `select (at at time zone 'UTC')::date::text as day from simulated_provider.balance_transaction`,
  );
  return rows[0].day;
}

describe('order-payments ledger', () => {
  it('reconciles a day that agrees, and books its payout', async () => {
    const run = await cli('ledger', 'reconcile', '--day', await day());
    expect(run.stdout).toBe(`simulated ${await day()}: 1 transactions, 1 payouts, 0 breaks\n`);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    await traces(api.database.pool);
    const balance = jsonOf(await cli('ledger', 'trial-balance', '--tenant', 'acme', '--json'));
    const accounts = Object.fromEntries(
      balance.trialBalance[0].accounts.map((one: { account: string; balance: string }) => [
        one.account,
        one.balance,
      ]),
    );
    expect(accounts).toMatchObject({ bank: '985', psp_fees: '15', 'psp_clearing:simulated': '0' });
  });

  it('shows the payout’s stream and what it comes to', async () => {
    const { rows } = await api.database.pool.query(
      `select stream_id from event where type = 'PayoutReceived'`,
    );
    const { exitCode, ...run } = await cli('events', 'stream', rows[0].stream_id, '--state', '--json');
    expect(exitCode).toBe(0);
    expect(jsonOf({ exitCode, ...run })).toMatchObject({
      category: 'payout',
      state: { status: 'received', provider: 'simulated', net: { amount: 985, currency: 'USD' } },
    });
  });

  it('ends with 1 and a line for each break, until they are resolved', async () => {
    await meddle('+ 5');
    const args = ['ledger', 'reconcile', '--day', await day(), '--provider', 'simulated'];
    const broken = await cli(...args);
    const [counts, ...lines] = broken.stdout.trimEnd().split('\n');
    expect(counts).toBe(`simulated ${await day()}: 1 transactions, 1 payouts, 2 breaks`);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/ amount-differs +expected 1000, found 1005 USD /);
    expect(lines[0]).toContain(`payment ${paymentId}`);
    expect(broken.exitCode).toBe(1);

    const listed = await cli('ledger', 'breaks', '--status', 'open', '--tenant', 'acme');
    expect(listed.stdout.match(/^open /gm)).toHaveLength(2);
    await meddle('- 5');
    expect(await cli(...args)).toMatchObject({ exitCode: 0 });
    expect((await cli('ledger', 'breaks', '--status', 'open')).stdout).toBe('none\n');
    const resolved = jsonOf(await cli('ledger', 'breaks', '--status', 'resolved', '--json'));
    expect(resolved.breaks).toHaveLength(2);
  });

  it('lists breaks of no tenant as well', async () => {
    await api.database.pool.query(
      `insert into reconciliation_break (provider, day, kind, subject, currency, actual)
       values ('simulated', '2026-01-01', 'unknown-payment', 'txn_x', 'USD', 900)`,
    );
    const { stdout } = await cli('ledger', 'breaks', '--day', '2026-01-01');
    expect(stdout).toMatch(/^open .* unknown-payment +expected nothing, found 900 USD/);
    expect((await cli('ledger', 'breaks', '--day', '2026-01-01', '--tenant', 'acme')).stdout).toBe('none\n');
  });

  it.each<[string, RegExp]>([
    ['reconcile', /--day/],
    ['reconcile --day 2026-02-30', /calendar day/],
    ['reconcile --day 9999-01-01', /has not begun/],
    [`reconcile --day ${today()} --provider nobody`, /those of simulated can/],
    ['breaks --status ignored', /open or resolved/],
  ])('refuses %s as wrong usage', async (line, why) => {
    const { exitCode, stdout, stderr } = await cli('ledger', ...line.split(' '));
    expect(stderr).toMatch(why);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});
