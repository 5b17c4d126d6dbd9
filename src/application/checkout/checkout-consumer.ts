import type { CommandConsumer } from '../consumers.ts';
import type { Ids } from '../ports.ts';
import type { ApplyOutcome } from './apply-outcome.ts';

/** The process manager's ear: a payment became final, so its order must hear of it. */
export const checkoutConsumer = (applyOutcome: ApplyOutcome, ids: Ids): CommandConsumer => ({
  name: 'checkout',
  types: ['payment.processed.v1'],
  handle: async ({ event, messageId, tenantId, correlationId, traceparent }) => {
    if (event.type !== 'payment.processed.v1') return;
    const context = {
      commandId: ids.derivedCommandId('checkout', messageId),
      tenantId,
      fingerprint: messageId,
      correlationId,
      causationId: messageId,
      actor: 'system:checkout',
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    await applyOutcome(context, event.data.orderId, event.data.paymentId);
  },
});
