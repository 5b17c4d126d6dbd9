import { webhookHandler, webhookReceiver } from '../../src/application/payments/webhooks.ts';
import type {
  PaymentProvider,
  PaymentRouting,
  ReceivedWebhook,
  WebhookInbox,
} from '../../src/application/provider-ports.ts';
import type { PaymentId } from '../../src/domain/shared/ids.ts';
import { err, ok } from '../../src/domain/shared/result.ts';
import { ids } from '../../src/infrastructure/system.ts';
import type { Around } from '../support/in-memory-log.ts';
import { CARD, openShop, type HELD, type Shop, type Terms } from './shops.ts';
import { TENANT } from './virtual-service.ts';

const CLAIM_MS = 60_000;

type Kept = {
  readonly webhook: ReceivedWebhook;
  attempts: number;
  dueAtMs: number;
  outcome?: 'handled' | 'unrelated';
  problem?: string;
};

const keyOf = ({ provider, eventId }: ReceivedWebhook): string => `${provider} ${eventId}`;

/** What the inbox on PostgreSQL promises, in one process and by the test's clock. */
function inMemoryInbox(around: Around, now: () => number) {
  const kept = new Map<string, Kept>();
  const inbox: WebhookInbox = {
    keep: (webhook) =>
      around('keep', async () => {
        if (kept.has(keyOf(webhook))) return false;
        kept.set(keyOf(webhook), { webhook, attempts: 0, dueAtMs: now() });
        return true;
      }),
    claimDue: () =>
      around('claimDue', async () => {
        const due = [...kept.values()].filter((one) => !one.outcome && one.dueAtMs <= now());
        for (const one of due) {
          one.attempts++;
          one.dueAtMs = now() + CLAIM_MS;
        }
        return due.map(({ webhook }) => webhook);
      }),
    settle: (webhook, outcome) =>
      around('settle', async () => void Object.assign(kept.get(keyOf(webhook))!, { outcome })),
    putOff: (webhook, problem) =>
      around('putOff', async () => {
        const one = kept.get(keyOf(webhook))!;
        Object.assign(one, { problem, dueAtMs: now() + Math.min(2 ** one.attempts, 3_600) * 1_000 });
      }),
  };
  return { inbox, kept };
}

type Sent = Partial<Omit<ReceivedWebhook, 'provider'>> & { readonly eventId: string };

const SIGNED: Readonly<Record<string, string>> = { signature: 'right' };

/** What its providers tell a shop by themselves, and what becomes of it; they can be made to say other things. */
function messagesOf(shop: Shop, over: Partial<PaymentProvider> = {}) {
  const { log, clock, gateway, nextGateway, operations } = shop;
  const { inbox, kept } = inMemoryInbox(
    (call, effect) => shop.hook.around(call, effect),
    () => clock.now().getTime(),
  );
  const calls = { looks: 0, synced: [] as PaymentId[] };
  const faults: unknown[] = [];
  const providerOf = (books: typeof gateway): PaymentProvider => ({
    ...books,
    parseWebhook: (rawBody, headers) =>
      headers['signature'] === SIGNED['signature']
        ? ok(JSON.parse(Buffer.from(rawBody).toString('utf8')) as Sent & { type: string })
        : err({ code: 'webhook-signature-invalid', reason: 'No signature' }),
    paymentOf: async (ref) =>
      [...books.books.values()].find(({ providerRef }) => providerRef === ref)?.paymentId as
        PaymentId | undefined,
    ...over,
  });
  const providers = new Map([gateway, nextGateway].map((books) => [books.name, providerOf(books)]));
  const routing: PaymentRouting = {
    routeFor: () => [...providers.keys()],
    knows: (name) => providers.has(name),
    provider: (name) => providers.get(name)!,
  };
  const receive = webhookReceiver(routing, inbox, () => void calls.looks++);
  const handle = webhookHandler({
    inbox,
    routing,
    operations: {
      sync: async (context, paymentId, evidence) => {
        calls.synced.push(paymentId);
        return operations.sync(context, paymentId, evidence);
      },
    },
    tenantOf: async (paymentId) =>
      log.events().some(({ streamId }) => streamId === paymentId) ? TENANT : undefined,
    ids,
    onFault: (fault) => void faults.push(fault),
  });
  const say = (sent: Sent, { provider = 'fake', headers = SIGNED } = {}) =>
    receive(provider, Buffer.from(JSON.stringify({ type: 'payment.changed', ...sent })), headers);
  return {
    ...{ kept, calls, faults, handle, say },
    /** Received, and looked into. */
    tell: async (sent: Sent, provider?: string): Promise<void> => {
      await say(sent, provider === undefined ? {} : { provider });
      await handle();
    },
    outcomes: () => [...kept.values()].map(({ outcome, attempts }) => ({ outcome, attempts })),
  };
}

/** A shop with one order of 100.00, whose providers tell it things. */
export async function toldShop(over: Partial<PaymentProvider> = {}, terms: Terms = {}) {
  const shop = await openShop(terms);
  return { ...shop, ...messagesOf(shop, over) };
}

export type ToldShop = Awaited<ReturnType<typeof toldShop>>;

/** The same, with a payment that the provider is still working on. */
export async function pendingShop(request: typeof CARD | typeof HELD = CARD): Promise<ToldShop> {
  const shop = await toldShop();
  shop.gateway.planNext('authorize', { stage: 'pending' });
  await shop.pay(shop.orderId, request);
  await shop.deliverAll();
  return shop;
}

/** How often the payment's stream holds such an event. */
export const timesOf = ({ log, paymentId }: Shop, type: string): number =>
  log.typesOf(paymentId).filter((one) => one === type).length;
