import { err, ok, type Result } from '../../domain/shared/result.ts';
import type { CommandContext, Ids } from '../ports.ts';
import type {
  PaymentRouting,
  ReceivedWebhook,
  TenantOf,
  WebhookHeaders,
  WebhookInbox,
  WebhookRefusal,
} from '../provider-ports.ts';
import type { PaymentId } from '../../domain/shared/ids.ts';
import { ownContext } from '../own-context.ts';
import type { PaymentOperations } from './payment-operations.ts';

export type ReceiveRefusal = WebhookRefusal | { readonly code: 'provider-not-found' };
export type ReceiveWebhook = ReturnType<typeof webhookReceiver>;

/** Takes in a provider's message: believed only if signed, answered only once it is stored, looked into afterwards. */
export const webhookReceiver =
  (routing: PaymentRouting, inbox: WebhookInbox, onKept: () => void) =>
  async (
    provider: string,
    rawBody: Uint8Array,
    headers: WebhookHeaders,
  ): Promise<Result<'kept' | 'known', ReceiveRefusal>> => {
    if (!routing.knows(provider)) return err({ code: 'provider-not-found' });
    const parsed = routing.provider(provider).parseWebhook(rawBody, headers);
    if (!parsed.ok) return parsed;
    const isNew = await inbox.keep({ ...parsed.value, provider });
    if (isNew) onKept();
    return ok(isNew ? 'kept' : 'known');
  };

export type WebhookPorts = {
  readonly inbox: WebhookInbox;
  readonly routing: PaymentRouting;
  readonly operations: Pick<PaymentOperations, 'sync'>;
  readonly tenantOf: TenantOf;
  readonly ids: Ids;
  readonly onFault: (fault: unknown, webhook: ReceivedWebhook) => void;
};

/**
 * Looks into the messages that are due. What a message says is a hint: the provider is asked for all it knows of the
 * payment, and what is new is written down, so messages may come twice, late, in any order, or before our own row.
 */
export function webhookHandler({ inbox, routing, operations, tenantOf, ids, onFault }: WebhookPorts) {
  async function lookInto(webhook: ReceivedWebhook): Promise<void> {
    const { provider, providerRef, eventId } = webhook;
    if (webhook.paymentId === undefined && providerRef === undefined)
      return inbox.settle(webhook, 'unrelated');
    const paymentId = webhook.paymentId ?? (await routing.provider(provider).paymentOf(providerRef!));
    if (!paymentId) return inbox.putOff(webhook, `${provider} names no payment of ours for ${providerRef}`);
    const tenantId = await tenantOf(paymentId);
    if (!tenantId) return inbox.putOff(webhook, `there is no payment ${paymentId} here`);
    const commandId = ids.derivedCommandId('webhook', provider, eventId);
    const context = ownContext(commandId, tenantId, `provider:${provider}`);
    return synchronise(context, paymentId, webhook);
  }

  async function synchronise(
    context: CommandContext,
    paymentId: PaymentId,
    webhook: ReceivedWebhook,
  ): Promise<void> {
    const synced = await operations.sync(context, paymentId, 'webhook');
    if (!synced.ok) return inbox.putOff(webhook, synced.error.code);
    return synced.value.heard
      ? inbox.settle(webhook, 'handled')
      : inbox.putOff(webhook, 'the provider did not answer when it was asked');
  }

  /** All that are due now; a fault with one is that one's problem, and it is due again later. */
  return async (): Promise<void> => {
    const due = await inbox.claimDue();
    await Promise.all(
      due.map((webhook) =>
        lookInto(webhook).catch((fault: unknown) => {
          onFault(fault, webhook);
          return inbox.putOff(webhook, fault instanceof Error ? fault.name : 'fault');
        }),
      ),
    );
  };
}
