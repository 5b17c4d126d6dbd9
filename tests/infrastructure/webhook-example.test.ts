import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClaimedDelivery } from '../../src/application/webhooks/ports.ts';
import { webhookSender } from '../../src/infrastructure/webhooks/send.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/receive-webhooks.mjs', import.meta.url));
const NEW = Buffer.alloc(32, 1);
const OLD = Buffer.alloc(32, 2);

let stop: () => Promise<void>;
let url: string;
const lines: string[] = [];

beforeAll(async () => {
  const env = { ...process.env, PORT: '0', WEBHOOK_SECRET: `whsec_${OLD.toString('base64')}` };
  const child = spawn(process.execPath, [EXAMPLE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const output = createInterface(child.stdout);
  const [first] = (await once(output, 'line')) as [string];
  url = `http://127.0.0.1:${first.replace('listening on ', '')}/hooks`;
  output.on('line', (line) => lines.push(line));
  stop = async () => {
    child.kill();
    await once(child, 'exit');
  };
});
afterAll(() => stop());

const delivery = (messageId: string, secrets: readonly Buffer[]): ClaimedDelivery => ({
  ...{ deliveryId: 'd', endpointId: 'e', messageId, type: 'order.paid.v1', data: { orderId: 'o' } },
  ...{ occurredAt: '2026-01-01T00:00:00.000Z', url, secrets, number: 1, retries: 0 },
});

it('the receiver of the examples takes a message once, from us alone, also while the secret is being changed', async () => {
  const send = webhookSender({ allowPrivate: true, version: 'test' });
  const attempts = [
    await send(delivery('m1', [NEW, OLD])),
    await send(delivery('m1', [NEW, OLD])),
    await send(delivery('m2', [OLD])),
    await send(delivery('m3', [NEW])),
  ];
  expect(attempts.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204, 401]);
  const taken = 'order.paid.v1 2026-01-01T00:00:00.000Z {"orderId":"o"}';
  await expect.poll(() => lines).toEqual([taken, taken]);
});
