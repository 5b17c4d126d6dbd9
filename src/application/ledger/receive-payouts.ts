import { payoutAggregate, receivePayout, type PayoutFacts } from '../../domain/ledger/payout.ts';
import { sharesOf, type Owners, type Settlement } from '../../domain/ledger/settlement.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { ok } from '../../domain/shared/result.ts';
import { append, type ExecuteCommand } from '../execute-command.ts';
import type { CommandContext, Ids } from '../ports.ts';

/** A payout could not be written down; what was written of others stays, and repeating it does no harm. */
class PayoutNotReceived extends Error {
  override readonly name = 'PayoutNotReceived';
}

type Received = { readonly provider: string; readonly at: string; readonly owners: Owners };

/** Writes down what each tenant has of these settlements, each share once, whoever else does so at the same time. */
export function payoutReceiver({ execute, ids }: { readonly execute: ExecuteCommand; readonly ids: Ids }) {
  return async (settlements: readonly Settlement[], { provider, at, owners }: Received): Promise<void> => {
    for (const settlement of settlements) {
      const { payoutId, day } = settlement;
      for (const { tenantId, ...share } of sharesOf(settlement, owners))
        await receive(tenantId, { provider, payoutId, day, at, ...share });
    }
  };

  async function receive(tenantId: TenantId, facts: PayoutFacts): Promise<void> {
    const { provider, payoutId, net } = facts;
    const { currency } = net;
    const streamId = ids.payoutStreamId({ provider, payoutId, tenantId, currency });
    const done = await execute({
      context: contextFor(tenantId, ids.derivedCommandId('payout', streamId)),
      reads: [streamId],
      decide: (history) => {
        const { state, version } = history.of(payoutAggregate, streamId);
        const events = receivePayout(facts, state);
        return ok({
          appends: [append(payoutAggregate, streamId, version, events)],
          answer: { payoutStreamId: streamId },
        });
      },
    });
    if (!done.ok) throw new PayoutNotReceived(`payout ${payoutId} of ${provider}: ${done.error.code}`);
  }
}

// The fingerprint is of the name alone: a provider that says something else of the same payout later makes a break, not
// a refusal.
const contextFor = (tenantId: TenantId, commandId: CommandContext['commandId']): CommandContext => ({
  commandId,
  tenantId,
  fingerprint: commandId,
  correlationId: commandId,
  causationId: commandId,
  actor: 'system:reconciliation',
});
