import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type Api } from '../support/api-service.ts';
import { parseHttpFile, runHttpFile } from '../support/http-file.ts';
import { startReceiver, type Receiver } from '../support/webhook-receiver.ts';

const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));
const read = (name: string): string => readFileSync(`${FOLDER}${name}`, 'utf8');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.http'));

let api: Api;
let host: string;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  api = await startApi({ webhooksAllowPrivate: true });
  host = await api.service.server.listen({ port: 0, host: '127.0.0.1' });
  api.service.reachableAt(host);
});
afterAll(async () => {
  await api.stop();
  await receiver.stop();
});

/** As somebody with a key of their own. */
async function run(text: string, tenant: string): Promise<void> {
  const { key } = await api.connect(tenant);
  await runHttpFile(parseHttpFile(text), { host, key, receiver: receiver.url });
}

describe('the requests for an editor', () => {
  it.concurrent.each(files)('of %s are answered as the file says', (name) => run(read(name), name));

  it('are listed with what they show', () => {
    const listed = [...read('README.md').matchAll(/^\| \[(\S+\.http)\]\(\1\)/gm)].map(([, name]) => name!);
    expect(listed.toSorted()).toEqual(files.toSorted());
  });
});

const place = (expectations: string): string => `### Place
${expectations}
POST {{host}}/api/orders
Authorization: Bearer {{key}}
Content-Type: application/json

{ "customerId": "c", "items": [{ "productId": "p", "productName": "P", "quantity": 1, "unitPrice": { "amount": 1, "currency": "USD" } }] }
`;

describe('a request that is not answered as its file says', () => {
  it.each([
    ['another status', '# expect 200', /"Place": .*201/s],
    ['another value', '# expect 201\n# expect body $.status = "Paid"', /"Place": .*Paid/s],
    ['no such value', '# expect 201\n# expect body $.items[1].lineId = "2"', /"Place": .*undefined/s],
    ['no such header', '# expect 201\n# expect header idempotency-replayed = "true"', /"Place": .*replayed/s],
    [
      'a reference to nothing',
      '# expect 201\n# expect body $.orderId = "{{other.response.body.$.orderId}}"',
      /other/,
    ],
    ['no expectation at all', '# @name order', /expects no status/],
    ['an expectation that nobody understands', '# expect 201 Created', /not clear/],
  ])('fails: %s', async (_, expectations, message) => {
    await expect(async () => run(place(expectations), 'planted')).rejects.toThrow(message);
  });
});
