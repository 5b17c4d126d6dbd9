import type { Logger } from 'pino';
import { paymentChanger, paymentRehearser } from './application/checkout/change-payment.ts';
import { orderReconciler } from './application/checkout/reconcile-order.ts';
import { orderWants } from './application/checkout/still-wanted.ts';
import { paymentTaker } from './application/checkout/take-payment.ts';
import { waker } from './application/checkout/wake.ts';
import { commandRehearser, type ExecuteCommand } from './application/execute-command.ts';
import { orderCreator } from './application/orders/create-order.ts';
import { disputeAnswerer } from './application/payments/disputes.ts';
import { paymentOperations } from './application/payments/payment-operations.ts';
import { webhookHandler, webhookReceiver } from './application/payments/webhooks.ts';
import type { Clock, EventLog, Ids } from './application/ports.ts';
import type { PaymentProvider } from './application/provider-ports.ts';
import type { Money } from './domain/shared/money.ts';
import { alwaysInStock } from './infrastructure/gateways/always-in-stock.ts';
import { openProviders, type ProviderOptions } from './infrastructure/gateways/providers.ts';
import { routeByRules } from './infrastructure/gateways/routing.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';
import { syncNotes } from './infrastructure/operator-actions.ts';
import { tenantOf, webhookInbox } from './infrastructure/postgres/webhook-inbox.ts';

export type PaymentParts = {
  readonly pool: Pool;
  readonly shardCount: number;
  readonly log: EventLog;
  readonly execute: ExecuteCommand;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly payments: ProviderOptions;
  /** Puts telemetry around each provider. */
  readonly observed: (provider: PaymentProvider) => PaymentProvider;
  readonly refundApprovalAbove: readonly Money[];
  readonly simulated: { readonly webhookSecret: Buffer; readonly publicUrl: () => string };
  /** Called for each webhook that was stored. */
  readonly onWebhook: () => void;
};

/** All that takes orders and their money: the use cases over the providers, and what the providers tell us. */
export async function composePayments({ pool, shardCount, logger, payments, ...parts }: PaymentParts) {
  const { log, execute, ids } = parts;
  const ports = { log, execute, ids, clock: parts.clock };
  const providers = await openProviders(pool, payments, parts.simulated);
  const routing = routeByRules(providers.map(parts.observed), payments.routes);
  const onProviderFault = (fault: unknown, paymentId: string): void => {
    const reason = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
    logger.warn({ paymentId, reason }, 'a provider did not say what came of a call; it is asked again later');
  };
  const isStillWanted = orderWants(log);
  const operations = paymentOperations({ ...ports, isStillWanted, routing, onProviderFault });
  const inbox = webhookInbox(pool);
  const { refundApprovalAbove } = parts;
  const changePayment = paymentChanger({ ...ports, operations, refundApprovalAbove });
  const rehearse = commandRehearser(log);
  const reconcileOrder = orderReconciler({ ...ports, changePayment, stock: alwaysInStock });
  return {
    createOrder: orderCreator(execute, alwaysInStock),
    takePayment: paymentTaker({ ...ports, operations, reconcileOrder, routing }),
    changePayment,
    rehearse,
    rehearsePayment: paymentRehearser({ ...ports, rehearse, refundApprovalAbove }),
    syncPayment: operations.sync,
    noteSync: syncNotes(pool),
    answerDispute: disputeAnswerer({ log, routing, operations, onProviderFault }),
    reconcileOrder,
    wake: waker({ ...ports, operations, changePayment, reconcileOrder }),
    receiveWebhook: webhookReceiver(routing, inbox, parts.onWebhook),
    handleWebhooks: webhookHandler({
      inbox,
      routing,
      operations,
      tenantOf: tenantOf(pool, shardCount),
      ids,
      onFault: (fault, { provider, eventId }) =>
        logger.error({ err: fault, provider, eventId }, 'a webhook could not be looked into, will retry'),
    }),
  };
}
