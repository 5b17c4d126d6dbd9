import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiKeyView, NewApiKey } from '../../src/application/api-keys.ts';
import type { RefundView } from '../../src/application/payments/refund-view.ts';
import type { AwaitingRefund } from '../../src/application/read-models.ts';
import { usd as money } from '../domain/samples.ts';
import { agreedMoney } from '../support/api-books.ts';
import type { ApiAnswer } from '../support/api-contract.ts';
import { pay, paymentOf, usd } from '../support/api-samples.ts';
import {
  clientOf,
  expectRefusal,
  problemOf,
  startApi,
  traces,
  type Api,
  type ApiClient,
} from '../support/api-service.ts';
import { etagOf, stepsOf, type Steps } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';
import { verifyHere } from '../support/filled-log.ts';

const DAY_MS = 86_400_000;

let api: Api;
/** Who asks for refunds, and who else there is. */
let client: ApiClient;
let colleague: ApiClient;
let steps: Steps;

beforeAll(async () => {
  api = await startApi({ refundApprovalAbove: [money(500)] });
  client = await api.connect();
  colleague = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

const refundOf = ({ body }: ApiAnswer): RefundView => body as RefundView;
const actorOf = ({ key }: ApiClient): string => `key:${key.slice(0, 14)}`;
const moneyOf = (orderId: string) => agreedMoney(api.database.pool, client, orderId);

type Page = { readonly data: readonly AwaitingRefund[]; readonly nextCursor: string | null };
async function waiting(by = client, query = ''): Promise<Page> {
  await traces(api.database.pool);
  return (await by.get(`/api/refunds?status=AwaitingApproval${query}`)).body as Page;
}

/** A paid order of 10.00 USD, and a refund of more than 5.00 that was asked for. */
async function asked(by = client, body: object = { amount: usd(501), reason: 'a scratch' }) {
  const own = stepsOf(api, by);
  const { orderId } = await own.place();
  const { paymentId } = paymentOf(await pay(by, orderId));
  await own.atRest(orderId);
  const answer = await own.onPayment(paymentId, 'refunds', body);
  const url = String(answer.headers['location']);
  return { orderId, paymentId, answer, url, refund: refundOf(answer) };
}

describe('a refund above the limit', () => {
  it('is accepted, waits, and goes back when somebody else approves of it', async () => {
    const { orderId, paymentId, answer, url, refund } = await asked();
    expect(answer.status).toBe(202);
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(url).toBe(`/api/payments/${paymentId}/refunds/${refund.refundId}`);
    const { createdAt } = refund;
    const lapsesAt = new Date(Date.parse(createdAt) + 7 * DAY_MS).toISOString();
    expect(refund).toMatchObject({
      ...{ amount: usd(501), status: 'AwaitingApproval', reason: 'a scratch' },
      ...{ requestedBy: actorOf(client), lapsesAt },
    });
    expect((await client.get(url)).body).toEqual(refund);
    expect((await steps.payment(paymentId)).refunds).toEqual([refund]);
    expect(await steps.atRest(orderId)).toMatchObject({ paymentStatus: 'Paid', refundedAmount: usd(0) });
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 0, held: 0 });

    const own = await expectRefusal(api, () => client.post(`${url}/approve`, {}), {
      status: 403,
      code: 'refund-approval-own',
    });
    expect(problemOf(own).detail).toContain('somebody else');
    const approved = await colleague.post(`${url}/approve`, '');
    expect(approved.status).toBe(200);
    expect(approved.body).toMatchObject({
      ...{ refundId: refund.refundId, status: 'Succeeded', createdAt },
      ...{ requestedBy: actorOf(client), decidedBy: actorOf(colleague) },
    });
    expect((await client.get(url)).body).toEqual(approved.body);
    expect(await steps.atRest(orderId)).toMatchObject({ refundedAmount: usd(501) });
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 501, held: 0 });
    expect((await client.post(`${url}/approve`, {})).body).toEqual(approved.body);
    await expectRefusal(api, () => client.post(`${url}/reject`, {}), {
      status: 409,
      code: 'refund-not-awaiting-approval',
    });
  });

  it('is not approved of by who asked for it with a key that took the place of theirs, nor the other way round', async () => {
    const asker = await api.connect();
    const { data } = (await asker.get('/api/api-keys?limit=100')).body as { data: ApiKeyView[] };
    let keyId = data.find(({ prefix }) => asker.key.startsWith(prefix))!.keyId;
    const own = [asker];
    for (let n = 0; n < 2; n++) {
      const young = (await asker.post(`/api/api-keys/${keyId}/rotate`, {})).body as NewApiKey;
      keyId = young.keyId;
      own.push(clientOf(api.service.server, { key: young.secret!, tenantId: asker.tenantId }));
    }
    for (const [by, other] of [
      [own[0]!, own[2]!],
      [own[2]!, own[1]!],
      [own[1]!, own[0]!],
    ] as const) {
      const { url } = await asked(by);
      await expectRefusal(api, () => other.post(`${url}/approve`, {}), {
        status: 403,
        code: 'refund-approval-own',
      });
      expect((await colleague.post(`${url}/approve`, {})).status).toBe(200);
    }
  });

  it('is told in the history with who asked and who approved', async () => {
    const { orderId, url } = await asked();
    await colleague.post(`${url}/approve`, {});
    const { body } = await client.get(`/api/orders/${orderId}/events`);
    const { data } = body as { data: { type: string; actor: string }[] };
    const told = data.filter(({ type }) => /^Refund(Appr|Requested)/.test(type));
    expect(told.map(({ type, actor }) => [type, actor])).toEqual([
      ['RefundApprovalRequested', actorOf(client)],
      ['RefundApproved', actorOf(colleague)],
      ['RefundRequested', actorOf(colleague)],
    ]);
  });

  it('is one that waits for the provider after its approval, when that takes its time', async () => {
    const { orderId } = await steps.place();
    const { paymentId } = paymentOf(await pay(client, orderId, { paymentToken: 'tok_refund_pending' }));
    const url = String((await steps.onPayment(paymentId, 'refunds')).headers['location']);
    const approved = await colleague.post(`${url}/approve`, {});
    expect(approved.status).toBe(202);
    expect(approved.headers['retry-after']).toBe('5');
    expect(refundOf(approved).status).toBe('Pending');
    await steps.syncUntil(paymentId, ({ refundedAmount }) => refundedAmount.amount === 1000);
    await steps.atRest(orderId);
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 1000, held: 0 });
  });

  it('is rejected with a reason, by who asked for it too, and another may be asked for', async () => {
    const { orderId, paymentId, url } = await asked();
    const rejected = await client.post(`${url}/reject`, { reason: 'my mistake' });
    expect(rejected.status).toBe(200);
    expect(rejected.body).toMatchObject({
      ...{ status: 'Rejected', decidedBy: actorOf(client), rejectionReason: 'my mistake' },
    });
    expect((await client.post(`${url}/reject`, {})).body).toEqual(rejected.body);
    await expectRefusal(api, () => colleague.post(`${url}/approve`, {}), {
      status: 409,
      code: 'refund-not-awaiting-approval',
    });
    const again = refundOf(await steps.onPayment(paymentId, 'refunds'));
    expect(again).toMatchObject({ status: 'AwaitingApproval', amount: usd(1000) });
    await steps.atRest(orderId);
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 0, held: 0 });
  });

  it('keeps its money from others, and is looked at again when it lapses', async () => {
    const { orderId, paymentId, refund } = await asked();
    const errors = ['body /amount'];
    const tooMuch = () => steps.onPayment(paymentId, 'refunds', { amount: usd(500) });
    await steps.refused(orderId, tooMuch, { status: 422, code: 'refund-exceeds-refundable', errors });
    const { rows } = await api.database.pool.query<{ due: boolean }>(
      `select due_at = $2::timestamptz as due from payment_history where payment_id = $1`,
      [paymentId, refund.lapsesAt],
    );
    expect(rows).toEqual([{ due: true }]);
  });

  it('of what is not there is not found, on the payment that was named', async () => {
    const { paymentId, url, refund } = await asked();
    const absent = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
    const other = await asked();
    for (const what of ['approve', 'reject'])
      for (const place of [`${paymentId}/refunds/${absent}`, `${other.paymentId}/refunds/${refund.refundId}`])
        await expectRefusal(api, () => colleague.post(`/api/payments/${place}/${what}`, {}), {
          status: 404,
          code: 'refund-not-found',
        });
    await expectRefusal(api, () => colleague.post(`${url}/approve`, { reason: 'x' }), {
      ...{ status: 422, code: 'validation-failed', errors: ['body /reason'] },
    });
  });

  it('is approved once by many at once', async () => {
    const { orderId, url } = await asked();
    const many = await Promise.all([1, 2, 3, 4, 5].map(() => api.connect()));
    const answers = await Promise.all(
      many.flatMap((one) => [1, 2, 3, 4].map(() => one.post(`${url}/approve`, {}))),
    );
    for (const { status, body } of answers)
      if (status >= 300) expect(body).toMatchObject({ code: 'concurrent-change' });
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    await steps.atRest(orderId);
    expect(await moneyOf(orderId)).toEqual({ captured: 1000, refunded: 501, held: 0 });
    const { rows } = await api.database.pool.query<{ count: number }>(
      `select count(*)::int as count from simulated_provider.operation where operation_id = $1`,
      [url.split('/').at(-1)],
    );
    expect(rows).toEqual([{ count: 1 }]);
  });
});

describe('the list of what waits', () => {
  it('has the one first that lapses first, by pages, and nothing that was decided', async () => {
    const tenant = await api.connect('lister');
    const second = await api.connect('lister');
    const all = [await asked(tenant), await asked(tenant), await asked(tenant), await asked(tenant)];
    await second.post(`${all[1]!.url}/approve`, {});
    await second.post(`${all[2]!.url}/reject`, {});
    const paged: AwaitingRefund[] = [];
    for (let cursor = '', page: Page; ; cursor = `&cursor=${page.nextCursor}`) {
      page = await waiting(second, `&limit=1${cursor}`);
      paged.push(...page.data);
      if (page.nextCursor === null) break;
    }
    expect(paged).toEqual(
      [all[0]!, all[3]!].map(({ orderId, paymentId, refund }) => {
        const { items, ...rest } = refund;
        expect(items).toEqual([]);
        return { ...rest, orderId, paymentId };
      }),
    );
    const { orderId, paymentId } = all[3]!;
    await stepsOf(api, tenant).onOrder(orderId, 'cancel');
    await traces(api.database.pool);
    expect((await waiting(second)).data.map((refund) => refund.paymentId)).not.toContain(paymentId);
    expect(paymentOf(await tenant.get(`/api/payments/${paymentId}`)).refunds).toMatchObject([
      { status: 'Rejected', decidedBy: 'system:checkout' },
      { status: 'Succeeded', amount: usd(1000) },
    ]);
  });

  it('is of the tenant alone, and refuses what it does not know', async () => {
    await asked();
    expect((await waiting()).data.length).toBeGreaterThan(0);
    expect((await waiting(await api.connect('stranger'))).data).toEqual([]);
    const { nextCursor } = await waiting(client, '&limit=1');
    const lister = await api.connect('lister');
    for (const query of [
      '',
      'status=Succeeded',
      'status=AwaitingApproval&limit=0',
      'status=AwaitingApproval&x=1',
    ])
      expect((await client.get(`/api/refunds?${query}`)).status).toBe(422);
    const other = await lister.get(`/api/refunds?status=AwaitingApproval&limit=1&cursor=${nextCursor}`);
    expect(other.status).toBe(422);
  });

  it('and all else is what the log says', async () => {
    await asked();
    await traces(api.database.pool);
    const { findings } = await verifyHere(api.database.pool);
    expect(findings).toEqual([]);
  });
});

it('a refund is approved of on the version of its payment that was seen', async () => {
  const { paymentId, url } = await asked();
  const { version } = await steps.payment(paymentId);
  const stale = { 'if-match': etagOf({ version: version - 1 }) };
  await expectRefusal(api, () => colleague.post(`${url}/approve`, {}, stale), {
    status: 412,
    code: 'version-mismatch',
  });
  expect((await colleague.post(`${url}/approve`, {}, { 'if-match': etagOf({ version }) })).status).toBe(200);
});

it('who tried to approve of their own is told in the audit', async () => {
  const { url } = await asked();
  await client.post(`${url}/approve`, {});
  await eventually(async () => {
    const { data } = (await client.get('/api/ops/audit?limit=100')).body as { data: object[] };
    const denial = { kind: 'denial', actor: actorOf(client), reason: 'refund-approval-own' };
    const what = 'POST /api/payments/:paymentId/refunds/:refundId/approve';
    expect(data).toContainEqual(expect.objectContaining({ ...denial, what }));
  });
});
