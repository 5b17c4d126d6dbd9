import type { ExecuteCommand } from '../execute-command.ts';
import type { Ids, Random } from '../ports.ts';
import { append } from '../execute-command.ts';
import { ownContext } from '../own-context.ts';
import { ok } from '../../domain/shared/result.ts';
import { judge } from '../../domain/webhooks/delivery.ts';
import { tellOutage, webhookOutageAggregate } from '../../domain/webhooks/outage.ts';
import type { ClaimedDelivery, SendWebhook, UntoldOutage, WebhookQueue } from './ports.ts';

export type DeliverPorts = {
  readonly queue: WebhookQueue;
  readonly send: SendWebhook;
  readonly execute: ExecuteCommand;
  readonly ids: Ids;
  readonly random: Random;
};

/** An outage is not in the log yet; it is tried again. */
class OutageNotTold extends Error {
  override readonly name = 'OutageNotTold';
}

/**
 * Sends what was claimed, then notes what came of it. A crash between the two leaves the delivery to whoever claims it
 * next: it is sent again, under the same id.
 */
export function webhookDeliverer({ queue, send, random, ...ports }: DeliverPorts) {
  const tell = outageTeller({ queue, ...ports });
  return async (delivery: ClaimedDelivery): Promise<void> => {
    const attempt = await send(delivery);
    const verdict = judge(attempt, delivery.retries, random());
    if (await queue.settle(delivery, attempt, verdict)) await tell();
  };
}

/** Writes into the log which endpoints were disabled, each time once, whoever else does so at the same time. */
export function outageTeller({ queue, execute, ids }: Pick<DeliverPorts, 'queue' | 'execute' | 'ids'>) {
  return async (): Promise<void> => {
    for (const outage of await queue.untoldOutages()) {
      await tell(outage);
      await queue.noteTold(outage);
    }
  };

  async function tell({ tenantId, activation, ...facts }: UntoldOutage): Promise<void> {
    const streamId = ids.webhookOutageId(facts.endpointId, activation);
    const done = await execute({
      context: ownContext(ids.derivedCommandId('webhook-outage', streamId), tenantId, 'system:webhooks'),
      reads: [streamId],
      decide: (history) => {
        const { state, version } = history.of(webhookOutageAggregate, streamId);
        const events = tellOutage(facts, state);
        return ok({ appends: [append(webhookOutageAggregate, streamId, version, events)], answer: null });
      },
    });
    if (!done.ok) throw new OutageNotTold(`endpoint ${facts.endpointId}: ${done.error.code}`);
  }
}
