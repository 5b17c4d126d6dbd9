import { describe, expect, it } from 'vitest';
import { disputeAnswerer } from '../../src/application/payments/disputes.ts';
import type { PaymentProvider } from '../../src/application/provider-ports.ts';
import type { DisputeReport } from '../../src/domain/payments/provider-report.ts';
import type { PaymentId } from '../../src/domain/shared/ids.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { usd } from '../domain/samples.ts';
import { undisturbed } from '../support/in-memory-log.ts';
import { expectAtRest } from './at-rest.ts';
import { failing } from './breakages.ts';
import { paidShop, TOTAL } from './shops.ts';
import { contextOf, OTHER_TENANT, paymentIn, refusalIn } from './virtual-service.ts';

const DISPUTE = { disputeId: 'dp_1', amount: TOTAL, fee: usd(1_500), reason: 'fraudulent' } as const;
const EVIDENCE = 'signed for at the door';

const context = (tenantId?: typeof OTHER_TENANT) => ({
  ...contextOf('answer', {}, tenantId),
  commandId: ids.commandId(),
});

/** A shop whose one payment is disputed, and whose provider hears what is said against it. */
async function disputedShop(status: DisputeReport['status'] = 'open') {
  const shop = await paidShop();
  const { gateway, paymentId, sync, log, operations, hook } = shop;
  const told: string[] = [];
  const faults: unknown[] = [];
  const becomes = (next: DisputeReport['status']): void =>
    gateway.dispute(paymentId, { ...DISPUTE, status: next });
  const provider: PaymentProvider = {
    ...gateway,
    acceptDispute: ({ disputeId }) =>
      hook.around('accept', async () => {
        told.push(`accept ${disputeId}`);
        becomes('lost');
      }),
    submitEvidence: ({ evidence }) =>
      hook.around('evidence', async () => {
        told.push(`evidence ${evidence}`);
        becomes('under_review');
      }),
  };
  const answers = disputeAnswerer({
    ...{ log, operations },
    routing: { routeFor: () => ['fake'], knows: () => true, provider: () => provider },
    onProviderFault: (fault) => void faults.push(fault),
  });
  becomes(status);
  await sync(paymentId);
  const named = { paymentId, disputeId: DISPUTE.disputeId };
  return {
    ...shop,
    ...{ told, faults, becomes, answers },
    accept: (over: { paymentId?: PaymentId; disputeId?: string } = {}, tenantId?: typeof OTHER_TENANT) =>
      answers.accept(context(tenantId), { ...named, ...over }),
    submit: (over: { disputeId?: string } = {}) =>
      answers.submitEvidence(context(), { ...named, ...over, evidence: EVIDENCE }),
    statusNow: () => shop.payment(paymentId).disputes[0]?.status,
  };
}

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof disputedShop>>['accept']>>;
const codeOf = (answer: Answer): string | undefined => (answer.ok ? undefined : answer.error.code);

describe('a dispute that is given up', () => {
  it('is lost as soon as the provider, asked right after, says so', async () => {
    const { accept, told, statusNow, log, paymentId } = await disputedShop();
    const accepted = await accept();
    expect(accepted).toMatchObject({ ok: true, value: { answer: { disputes: [{ status: 'lost' }] } } });
    expect(told).toEqual(['accept dp_1']);
    expect(statusNow()).toBe('lost');
    expect(log.typesOf(paymentId).slice(-2)).toEqual(['DisputeOpened', 'DisputeLost']);
  });

  it('again stays so: the provider is told nothing more, and nothing is written', async () => {
    const { accept, told, log } = await disputedShop();
    await accept();
    const after = log.events();
    expect(await accept()).toMatchObject({ ok: true, value: { answer: { disputes: [{ status: 'lost' }] } } });
    expect(told).toEqual(['accept dp_1']);
    expect(log.events()).toEqual(after);
  });

  it('may be looked at already', async () => {
    const { accept, submit, told, statusNow } = await disputedShop();
    await submit();
    await accept();
    expect(told).toEqual([`evidence ${EVIDENCE}`, 'accept dp_1']);
    expect(statusNow()).toBe('lost');
  });

  it('is still open for us while the provider does not say what became of it, and lost once it does', async () => {
    const { accept, hook, statusNow, sync, paymentId } = await disputedShop();
    hook.around = failing('retrieve', 'before');
    expect(await accept()).toMatchObject({ ok: true, value: { heard: false } });
    expect(statusNow()).toBe('open');
    await sync(paymentId);
    expect(statusNow()).toBe('lost');
  });
});

describe('evidence against a dispute', () => {
  it('is handed to the provider, and what it makes of it is written down', async () => {
    const { submit, told, statusNow, log } = await disputedShop();
    expect(codeOf(await submit())).toBeUndefined();
    expect(told).toEqual([`evidence ${EVIDENCE}`]);
    expect(statusNow()).toBe('under_review');
    expect(JSON.stringify(log.events().map(({ event }) => event.type))).toContain('DisputeUpdated');
    expect(log.events().some(({ event }) => Object.values(event).includes(EVIDENCE))).toBe(false);
  });

  it.each(['under_review', 'won', 'lost'] as const)('comes too late when it is %s', async (status) => {
    const { submit, told, log } = await disputedShop(status);
    const before = log.events();
    expect(await submit()).toEqual({ ok: false, error: { code: 'dispute-not-open', status } });
    expect(told).toEqual([]);
    expect(log.events()).toEqual(before);
  });
});

describe('an answer to a dispute', () => {
  it('that was won is refused, and the provider is not told', async () => {
    const { accept, told } = await disputedShop('won');
    expect(await accept()).toEqual({ ok: false, error: { code: 'dispute-not-open', status: 'won' } });
    expect(told).toEqual([]);
  });

  it('that is not there, or another tenant’s, finds none, and the provider is not told', async () => {
    const { accept, submit, told, orderId } = await disputedShop();
    expect(codeOf(await accept({ disputeId: 'dp_2' }))).toBe('dispute-not-found');
    expect(codeOf(await submit({ disputeId: 'dp_2' }))).toBe('dispute-not-found');
    expect(codeOf(await accept({ paymentId: ids.paymentId(orderId) }))).toBe('dispute-not-found');
    expect(codeOf(await accept({}, OTHER_TENANT))).toBe('dispute-not-found');
    expect(told).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'with which the provider fails %s it has acted is not known to have reached it, and may be repeated',
    async (moment) => {
      const { accept, hook, faults, log, statusNow, told } = await disputedShop();
      const before = log.events();
      hook.around = failing('accept', moment);
      expect(await accept()).toEqual({ ok: false, error: { code: 'provider-unavailable' } });
      expect(faults).toMatchObject([{ message: 'socket hang up' }]);
      expect(log.events()).toEqual(before);
      hook.around = undisturbed;
      expect(codeOf(await accept())).toBeUndefined();
      expect(statusNow()).toBe('lost');
      expect(told.at(-1)).toBe('accept dp_1');
    },
  );
});

describe('a refund', () => {
  it.each(['open', 'under_review'] as const)(
    'is refused while the dispute is %s, and made once it is won',
    async (status) => {
      const { refund, paymentId, becomes, sync, gateway } = await disputedShop(status);
      expect(refusalIn(await refund(paymentId, 'early'))).toBe('payment-not-refundable');
      expect(gateway.done('refund')).toEqual([]);
      becomes('won');
      await sync(paymentId);
      expect(paymentIn(await refund(paymentId, 'later')).refundedAmount.amount).toBe(10_000);
    },
  );

  it('of what the bank took is refused', async () => {
    const { refund, paymentId, gateway } = await disputedShop('lost');
    expect((await refund(paymentId, 'back', { amount: usd(1) })).ok).toBe(false);
    expect(gateway.done('refund')).toEqual([]);
  });
});

describe('a cancelled order', () => {
  it.each([
    ['won', TOTAL],
    ['lost', usd(0)],
  ] as const)('waits for its dispute, and gives back what is left once it is %s', async (end, back) => {
    const shop = await disputedShop();
    const { cancel, deliverAll, elapse, orderId, paymentId, order, becomes, sync, gateway } = shop;
    await cancel(orderId);
    await deliverAll();
    expect(gateway.refunded(paymentId, TOTAL)).toEqual(usd(0));
    becomes(end);
    await sync(paymentId);
    await deliverAll();
    await elapse(60_000);
    expect(order(orderId).status).toBe('Cancelled');
    expect(gateway.refunded(paymentId, TOTAL)).toEqual(back);
    expectAtRest(shop, orderId);
  });
});
