import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Letter } from '../../src/application/dead-letters.ts';
import type { OrderView } from '../../src/application/orders/order-view.ts';
import type { PaymentView } from '../../src/application/payments/payment-view.ts';
import { STORIES } from '../../src/demo-stories.ts';
import { eventually } from '../support/eventually.ts';
import { spawnService, type ServiceProcess } from '../support/process.ts';

const WITHIN_MS = 240_000;
const IS_THERE = 'the demo data is there';

let dataDir: string;
let service: ServiceProcess;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'order-payments-demo-'));
  await chmod(dataDir, 0o711);
  service = start();
});
afterAll(async () => {
  await service.end('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

const start = (): ServiceProcess => spawnService({ DATA_DIR: dataDir, PORT: '0' });
const key = (): Promise<string> => readFile(join(dataDir, 'demo-key'), 'utf8');
const state = (): Promise<string> => readFile(join(dataDir, 'demo-data'), 'utf8');

async function ask<Answer>(path: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${await key()}`, 'content-type': 'application/json' };
  const sent = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${await service.url()}/api/${path}`, { headers, ...sent });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

type List<Item> = { readonly data: readonly Item[] };
const list = async <Item>(path: string): Promise<readonly Item[]> => (await ask<List<Item>>(path)).data;
const letters = () => list<Letter>('ops/dead-letters');
const orders = () => list<OrderView>('orders?limit=100');
const payments = async (): Promise<PaymentView[]> => {
  const found: PaymentView[] = [];
  for (const { orderId } of await orders())
    found.push(...(await list<PaymentView>(`payments?orderId=${orderId}`)));
  return found;
};

const untilThere = (): Promise<void> =>
  eventually(() => expect(service.output()).toContain(IS_THERE), WITHIN_MS);
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].toSorted();

describe('the demo data', { timeout: WITHIN_MS }, () => {
  it('is begun after the service is ready, and gone on with after a kill half way', async () => {
    await eventually(async () => expect((await orders()).length).toBeGreaterThan(3), WITHIN_MS);
    const { output } = service;
    expect(output().indexOf('ready at')).toBeGreaterThan(-1);
    expect(output()).not.toContain(IS_THERE);
    await service.end('SIGKILL');
    expect(await state()).toBe('begun');
    service = start();
    await untilThere();
    expect(await orders()).toHaveLength(STORIES.length);
    await eventually(async () => expect(await state()).toBe('done'));
  });

  it('has orders in every status there is', async () => {
    await eventually(async () => {
      const found = await orders();
      expect(sorted(found.map(({ status }) => status))).toEqual(
        sorted(['Created', 'Confirmed', 'Completed', 'Cancelling', 'Cancelled', 'Expired']),
      );
      expect(sorted(found.map(({ paymentStatus }) => paymentStatus))).toEqual(
        sorted([
          ...['Unpaid', 'Pending', 'PartiallyAuthorized', 'Authorized', 'PartiallyPaid', 'Paid', 'Overpaid'],
          ...['PartiallyRefunded', 'Refunded'],
        ]),
      );
      expect(sorted(found.map(({ fulfilmentStatus }) => fulfilmentStatus))).toEqual(
        sorted(['None', 'Partial', 'Fulfilled', 'Returned']),
      );
      expect(sorted(found.map(({ currency }) => currency))).toEqual(['EUR', 'JPY', 'USD']);
      expect(found.map(({ customerId }) => customerId)).toContain('erased');
    }, WITHIN_MS);
  });

  it('has payments in every status there is, refunds that failed, and disputes of every end', async () => {
    await eventually(async () => {
      const found = await payments();
      expect(sorted(found.map(({ status }) => status))).toEqual(
        sorted([
          ...['Pending', 'RequiresAction', 'Authorized', 'PartiallyCaptured', 'Completed', 'Failed'],
          ...['Voided', 'Expired'],
        ]),
      );
      const refunds = found.flatMap((payment) => payment.refunds);
      expect(sorted(refunds.map(({ status }) => status))).toEqual(['Failed', 'Succeeded']);
      expect(found.map(({ captures }) => captures.length)).toContain(3);
      const disputes = await list<{ status: string }>('disputes');
      expect(disputes.map(({ status }) => status).toSorted()).toEqual(['lost', 'open', 'won']);
    }, WITHIN_MS);
  });

  it('has keys that look and that are revoked, and an endpoint that nobody answers at', async () => {
    const keys = await list<{ name: string | null; scopes: string[]; revokedAt: string | null }>('api-keys');
    expect(keys).toHaveLength(4);
    expect(keys.filter(({ scopes }) => scopes.join() === 'orders:read')).toHaveLength(1);
    expect(keys.filter(({ revokedAt }) => revokedAt !== null)).toHaveLength(1);
    const endpoints = await list<{ endpointId: string; status: string }>('webhook-endpoints');
    expect(endpoints.map(({ status }) => status).toSorted()).toEqual(['disabled', 'enabled']);
    await eventually(async () => {
      const tried = await list<{ attemptCount: number; status: string }>('webhook-deliveries');
      expect(tried.length).toBeGreaterThan(1);
      for (const delivery of tried) {
        expect(delivery.status).toBe('pending');
        expect(delivery.attemptCount).toBeGreaterThan(0);
      }
    }, WITHIN_MS);
  });

  it('has a dead letter, which goes through when it is replayed', async () => {
    const [letter] = await eventually(async () => {
      const found = await letters();
      expect(found).toMatchObject([{ consumer: 'demo-mailer', state: 'failed' }]);
      return found;
    }, WITHIN_MS);
    await ask('ops/dead-letters/replay', { ids: [letter!.letterId] });
    await eventually(async () => expect(await letters()).toMatchObject([{ state: 'resolved' }]), WITHIN_MS);
  });

  it('is made once: neither the next start adds to it, nor one on data of before there was any', async () => {
    const made = (await orders()).length;
    for (const dataOfBefore of [false, true]) {
      await service.end('SIGTERM');
      if (dataOfBefore) await rm(join(dataDir, 'demo-data'));
      service = start();
      await eventually(() => expect(service.output()).toContain('Stop with Ctrl-C'), WITHIN_MS);
      expect(service.output()).not.toContain('being made');
      expect(await orders()).toHaveLength(made);
    }
    await expect(state()).rejects.toThrow('ENOENT');
  });
});
