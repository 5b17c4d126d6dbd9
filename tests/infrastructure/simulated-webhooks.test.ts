import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PaymentProvider } from '../../src/application/provider-ports.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { money } from '../../src/domain/shared/money.ts';
import { simulatedProvider } from '../../src/infrastructure/gateways/simulated-provider.ts';
import { announce, deliverSimulatedWebhooks } from '../../src/infrastructure/gateways/simulated-webhooks.ts';
import { inTransaction } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startSink } from '../support/webhook-sink.ts';

const SECRET = Buffer.from('secret');
const NOBODY = 'http://127.0.0.1:1';

let database: TestDatabase;
let sink: Awaited<ReturnType<typeof startSink>>;
let provider: PaymentProvider;
beforeAll(async () => {
  database = await createTestDatabase();
  sink = await startSink();
  provider = simulatedProvider(database.pool, {
    name: 'simulated',
    webhookSecret: SECRET,
    publicUrl: () => 'http://test',
  });
});
afterAll(async () => {
  await sink.stop();
  await database.drop();
});
beforeEach(async () => {
  sink.arrivals.length = 0;
  await database.pool.query('truncate simulated_provider.webhook');
});

const paymentId = ids.paymentId(ids.orderId());
const say = (eventId: string, { name = 'simulated', copies = 1, afterMs = 0 } = {}): Promise<void> =>
  inTransaction(database.pool, (tx) =>
    announce(
      tx,
      { provider: name, payment_id: paymentId },
      { eventId, type: 'authorize.succeeded', afterMs, copies },
    ),
  );
const send = (url = sink.url): Promise<void> => deliverSimulatedWebhooks(database.pool, SECRET, url);
const makeDue = () => database.pool.query('update simulated_provider.webhook set deliver_at = now()');
const arrived = (): string[] => sink.arrivals.map(({ headers }) => String(headers['webhook-id']));

async function restsFor(): Promise<number> {
  const { rows } = await database.pool.query<{ seconds: number }>(
    `select round(extract(epoch from deliver_at - now()))::int as seconds from simulated_provider.webhook`,
  );
  return rows[0]!.seconds;
}

describe('a webhook of the simulated provider', () => {
  it('is posted where its provider’s go, with a signature that the library finds right', async () => {
    await say('evt_1', { name: 'simulated-b' });
    await send();
    const [{ url, headers, body }] = sink.arrivals as [(typeof sink.arrivals)[0]];
    expect(url).toBe('/api/psp/simulated-b/webhooks');
    const verifier = new Webhook(SECRET, { format: 'raw' });
    const verified = verifier.verify(body, headers as Record<string, string>);
    expect(verified).toEqual({ id: 'evt_1', type: 'authorize.succeeded', paymentId });
    expect(provider.parseWebhook(Buffer.from(body), headers)).toEqual({
      ok: true,
      value: { eventId: 'evt_1', type: 'authorize.succeeded', paymentId },
    });
  });

  it.each([400, 404, 500, 503])(
    'that is answered with %i is sent again until it is taken',
    async (status) => {
      sink.answers.push(status, status);
      await say('evt_1');
      for (let time = 0; time < 4; time++) {
        await send();
        await makeDue();
      }
      expect(arrived()).toEqual(['evt_1', 'evt_1', 'evt_1']);
    },
  );

  it('that nobody is there to take is sent again, ever more rarely, and is never dropped', async () => {
    await say('evt_1');
    const rests: number[] = [];
    for (let attempt = 1; attempt <= 14; attempt++) {
      await send(NOBODY);
      rests.push(await restsFor());
      await makeDue();
    }
    expect(rests).toEqual([4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600, 3600]);
    await send();
    expect(arrived()).toEqual(['evt_1']);
  });

  it('is announced once, and sent in as many copies as it is to have', async () => {
    await say('evt_1', { copies: 3 });
    await say('evt_1', { copies: 3 });
    await send();
    await makeDue();
    await send();
    expect(arrived()).toEqual(['evt_1', 'evt_1', 'evt_1']);
  });

  it('is sent again when one of its copies was not taken', async () => {
    sink.answers.push(200, 500);
    await say('evt_1', { copies: 2 });
    await send();
    await makeDue();
    await send();
    expect(arrived()).toHaveLength(4);
  });

  it('is not sent before its time, and what is due goes before it', async () => {
    await say('evt_first', { afterMs: 3_600_000 });
    await say('evt_second');
    await send();
    expect(arrived()).toEqual(['evt_second']);
    await makeDue();
    await send();
    expect(arrived()).toEqual(['evt_second', 'evt_first']);
  });

  it('is sent by one of two senders', async () => {
    for (let number = 0; number < 80; number++) await say(`evt_${number}`);
    for (let round = 0; round < 3; round++) await Promise.all([send(), send()]);
    expect(arrived()).toHaveLength(80);
    expect(new Set(arrived()).size).toBe(80);
  });

  it('that another sender has in hand is not waited for', async () => {
    await say('evt_1');
    const tx = await database.pool.connect();
    await tx.query('begin');
    await tx.query('select from simulated_provider.webhook for update');
    await send();
    const before = arrived();
    await tx.query('rollback');
    tx.release();
    expect(before).toEqual([]);
    await send();
    expect(arrived()).toEqual(['evt_1']);
  });
});

/** A payment that the customer's bank will claim back, and what the provider says of the dispute. */
async function disputed(paymentToken: string) {
  const id = ids.paymentId(ids.orderId());
  const operationId = `${id}:1`;
  const amount = money(1_000n, parseCurrency('EUR')!);
  const request = { operationId, paymentId: id, amount, paymentToken };
  await provider.authorize({ ...request, paymentMethod: 'card', captureMethod: 'automatic' });
  const move = (what: 'opens_at' | 'closes_at') =>
    database.pool.query(
      `update simulated_provider.dispute d set ${what} = now() from simulated_provider.intent i
       where i.intent_ref = d.intent_ref and i.payment_id = $1`,
      [id],
    );
  const { rows } = await database.pool.query<{ intent_ref: string; dispute_id: string }>(
    `select intent_ref, dispute_id from simulated_provider.dispute join simulated_provider.intent using (intent_ref)
     where payment_id = $1`,
    [id],
  );
  const { intent_ref: providerRef, dispute_id: disputeId } = rows[0]!;
  const find = async () => (await provider.retrieve({ paymentId: id, attemptId: operationId })).disputes;
  const told = { paymentId: id, providerRef, disputeId };
  return { move, find, told, disputeId, amount, status: async () => (await find())[0]?.status };
}

describe('a dispute in the books of the simulated provider', () => {
  it.each(['won', 'lost'] as const)('opens by itself, and ends as %s by itself', async (verdict) => {
    const { move, find, disputeId, amount } = await disputed(`tok_dispute_${verdict}`);
    expect(await find()).toEqual([]);
    await move('opens_at');
    const fee = money(1_500n, amount.currency);
    const facts = { disputeId, amount, fee, reason: 'fraudulent' };
    expect(await find()).toEqual([{ ...facts, status: 'open' }]);
    await move('closes_at');
    expect(await find()).toEqual([{ ...facts, status: verdict }]);
  });

  it('waits a week for an answer with tok_dispute_open, and is decided soon after one', async () => {
    const { move, status, told } = await disputed('tok_dispute_open');
    const waits = async (interval: string) =>
      (
        await database.pool.query(
          `select closes_at > now() + $2::interval as waits from simulated_provider.dispute where dispute_id = $1`,
          [told.disputeId, interval],
        )
      ).rows;
    await move('opens_at');
    expect(await waits('6 days')).toEqual([{ waits: true }]);
    await provider.submitEvidence({ ...told, evidence: 'signed for' });
    expect(await waits('2 s')).toEqual([{ waits: false }]);
    await move('closes_at');
    expect(await status()).toBe('won');
  });

  it('is lost at once when it is accepted, whatever the bank would have said, and again', async () => {
    const { move, status, told } = await disputed('tok_dispute_won');
    await move('opens_at');
    await provider.acceptDispute(told);
    expect(await status()).toBe('lost');
    await provider.acceptDispute(told);
    await provider.submitEvidence({ ...told, evidence: 'too late' });
    expect(await status()).toBe('lost');
  });

  it('is under review once there is evidence, and decided soon after', async () => {
    const { move, status, told } = await disputed('tok_dispute_won');
    await move('opens_at');
    await provider.submitEvidence({ ...told, evidence: 'signed for' });
    expect(await status()).toBe('under_review');
    const { rows } = await database.pool.query<{ soon: boolean }>(
      `select closes_at <= now() + interval '2 s' as soon from simulated_provider.dispute where dispute_id = $1`,
      [told.disputeId],
    );
    expect(rows).toEqual([{ soon: true }]);
    await move('closes_at');
    expect(await status()).toBe('won');
    await provider.acceptDispute(told);
    expect(await status()).toBe('won');
  });

  it('is told of when it opens and when it closes, and sooner when it closes sooner', async () => {
    const { move, told, disputeId } = await disputed('tok_dispute_lost');
    await send();
    expect(arrived()).toEqual([]);
    await move('opens_at');
    await provider.acceptDispute(told);
    await send();
    expect(arrived()).toEqual([`${disputeId}:closed`]);
    await makeDue();
    await send();
    expect(arrived()).toEqual([`${disputeId}:closed`, `${disputeId}:opened`]);
  });

  it('that is not open yet, or not this payment’s, cannot be answered', async () => {
    const [early, other] = [await disputed('tok_dispute_won'), await disputed('tok_dispute_won')];
    await expect(provider.acceptDispute(early.told)).rejects.toMatchObject({ name: 'ProviderFault' });
    await other.move('opens_at');
    const mixed = { ...early.told, disputeId: other.disputeId };
    await expect(provider.acceptDispute(mixed)).rejects.toMatchObject({ name: 'ProviderFault' });
    expect(await other.status()).toBe('open');
  });
});
