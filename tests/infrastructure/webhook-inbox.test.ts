import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReceivedWebhook } from '../../src/application/provider-ports.ts';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import { forgetSettledWebhooks, webhookInbox } from '../../src/infrastructure/postgres/webhook-inbox.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pool: Pool;
let otherPool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ pool } = database);
  const { connectionString } = database;
  otherPool = createPool({ connectionString, max: 10, onConnectionError: () => {} });
});
afterAll(async () => {
  await otherPool.end();
  await database.drop();
});
beforeEach(() => pool.query('truncate provider_webhook'));

const inboxes = () => [webhookInbox(pool), webhookInbox(otherPool)] as const;
const message = (number: number): ReceivedWebhook => ({
  provider: 'simulated',
  eventId: `evt_${number}`,
  type: 'authorize.succeeded',
  paymentId: ids.paymentId(ids.orderId()),
});
const many = (count: number): ReceivedWebhook[] =>
  Array.from({ length: count }, (_, index) => message(index));
const idsOf = (claimed: readonly ReceivedWebhook[]): string[] =>
  claimed.map(({ eventId }) => eventId).toSorted();
const makeDue = () => pool.query('update provider_webhook set next_attempt_at = now()');

/** For how long it is left alone, in whole seconds by the database’s clock. */
async function restsFor({ eventId }: ReceivedWebhook): Promise<number> {
  const { rows } = await pool.query<{ seconds: number }>(
    `select round(extract(epoch from next_attempt_at - now()))::int as seconds from provider_webhook
     where event_id = $1`,
    [eventId],
  );
  return rows[0]!.seconds;
}

describe('the inbox of webhooks', () => {
  it('keeps a message once, though two processes are given it at the same time again and again', async () => {
    const [one, other] = inboxes();
    const each = message(1);
    const kept = await Promise.all([1, 2, 3, 4, 5].flatMap(() => [one.keep(each), other.keep(each)]));
    expect(kept.filter(Boolean)).toHaveLength(1);
    expect(await one.keep({ ...each, provider: 'simulated-b' })).toBe(true);
  });

  it('gives a message out as it was kept', async () => {
    const [inbox] = inboxes();
    const byRef: ReceivedWebhook = { provider: 'p', eventId: 'evt_ref', type: 't', providerRef: 'pi_1' };
    const byNothing: ReceivedWebhook = { provider: 'p', eventId: 'evt_none', type: 't' };
    const all = [message(1), byRef, byNothing];
    for (const each of all) await inbox.keep(each);
    expect(await inbox.claimDue()).toEqual(expect.arrayContaining(all));
  });

  it('gives each message to one of two processes, never to both, and in the end all of them', async () => {
    const [one, other] = inboxes();
    const all = many(120);
    for (const each of all) await one.keep(each);
    const claimed: ReceivedWebhook[] = [];
    for (let round = 0; round < 6; round++)
      claimed.push(...(await Promise.all([one.claimDue(), other.claimDue()])).flat());
    expect(idsOf(claimed)).toEqual(idsOf(all));
  });

  it('does not make a process wait for what another is claiming', async () => {
    const [one, other] = inboxes();
    await one.keep(message(1));
    const tx = await pool.connect();
    await tx.query('begin');
    await tx.query('select from provider_webhook for update');
    const claimed = await other.claimDue();
    await tx.query('rollback');
    tx.release();
    expect(claimed).toEqual([]);
    expect(await other.claimDue()).toHaveLength(1);
  });

  it('leaves what a process died with to the next, once its claim has run out', async () => {
    const [dying, next] = inboxes();
    const each = message(1);
    await dying.keep(each);
    await dying.claimDue();
    expect(await next.claimDue()).toEqual([]);
    expect(await restsFor(each)).toBe(60);
    await makeDue();
    expect(await next.claimDue()).toEqual([each]);
  });

  it('gives out no more what is settled', async () => {
    const [inbox] = inboxes();
    for (const outcome of ['handled', 'unrelated'] as const) {
      const each = { ...message(1), eventId: outcome };
      await inbox.keep(each);
      await inbox.settle(each, outcome);
    }
    await makeDue();
    expect(await inbox.claimDue()).toEqual([]);
  });

  it('tries what is put off ever more rarely, up to once an hour, and never drops it', async () => {
    const [inbox] = inboxes();
    const each = message(1);
    await inbox.keep(each);
    const rests: number[] = [];
    for (let attempt = 1; attempt <= 40; attempt++) {
      await makeDue();
      expect(await inbox.claimDue()).toEqual([each]);
      await inbox.putOff(each, 'not yet');
      rests.push(await restsFor(each));
    }
    expect(rests.slice(0, 13)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]);
    expect(new Set(rests.slice(11))).toEqual(new Set([3_600]));
  });

  it('forgets what was settled more than thirty days ago, and nothing else', async () => {
    const [inbox] = inboxes();
    const [young, old, unmatched] = ['young', 'old', 'unmatched'].map((eventId) => ({
      ...message(1),
      eventId,
    }));
    for (const each of [young!, old!, unmatched!]) await inbox.keep(each);
    for (const each of [young!, old!]) await inbox.settle(each, 'handled');
    await pool.query(
      `update provider_webhook set received_at = now() - case event_id when 'young' then interval '29 days 23 h'
         else interval '30 days 1 h' end`,
    );
    await forgetSettledWebhooks(pool);
    const { rows } = await pool.query('select event_id from provider_webhook order by 1');
    expect(rows).toEqual([{ event_id: 'unmatched' }, { event_id: 'young' }]);
  });
});
