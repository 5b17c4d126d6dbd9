import type { HandleInbound, InboundOutcome, InboundProblem } from '../../application/inbound-commands.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { inLanes } from '../consumers/lanes.ts';
import type { Pool } from '../postgres/pool.ts';
import { attempt, Hopeless } from './attempts.ts';
import type { BatchHandler } from './batch-handlers.ts';
import type { CommandMessage } from './command-codec.ts';
import type { OutgoingMessage } from './message-codec.ts';
import type { Publisher } from './publisher.ts';

const LANES_MAX = 32;

/**
 * Carries out commands of other services and says what came of each where its sender listens; it is acknowledged after
 * that, so a crash in between says it twice. What is refused and nobody listens for, and what can never be carried out,
 * goes to the error queue with the reason.
 */
export function inboundBatches(
  pool: Pool,
  publisher: Publisher,
  handle: HandleInbound,
): BatchHandler<CommandMessage> {
  const isKnown = knownTenants(pool);

  async function carryOut(command: CommandMessage, signal: AbortSignal): Promise<void> {
    const isTenant = await isKnown(command.tenantId);
    const outcome: InboundOutcome = isTenant ? await handle(command) : NO_TENANT;
    if (command.replyTo !== undefined) await reply(command, command.replyTo, outcome, signal);
    if (outcome.kind === 'invalid' || (outcome.kind === 'refused' && command.replyTo === undefined))
      throw new Hopeless(inWords(outcome.problem));
  }

  async function reply(
    command: CommandMessage,
    to: string,
    outcome: InboundOutcome,
    signal: AbortSignal,
  ): Promise<void> {
    await publisher.ready(signal);
    await publisher.publish([replyTo(command, to, outcome)], signal);
  }

  return (batch, settle, { signal, ...options }) =>
    inLanes(
      batch,
      ({ message }) => message.messageId,
      LANES_MAX,
      async (delivery) => {
        const { message, attemptsMax } = delivery;
        settle(delivery, await attempt(() => carryOut(message, signal), { ...options, signal, attemptsMax }));
      },
    );
}

const NO_TENANT: InboundOutcome = {
  kind: 'invalid',
  problem: { code: 'tenant-unknown', title: 'There is no such tenant' },
};

/** A reply that nobody takes any more vanishes: its sender has gone. */
function replyTo(
  { name, messageId, correlationId = messageId }: CommandMessage,
  queue: string,
  outcome: InboundOutcome,
): OutgoingMessage {
  const isDone = outcome.kind === 'done';
  return {
    exchange: '',
    routingKey: queue,
    body: Buffer.from(JSON.stringify(isDone ? outcome.answer : outcome.problem)),
    properties: {
      correlationId,
      type: `${name}.${outcome.kind}`,
      contentType: isDone ? 'application/json' : 'application/problem+json',
      persistent: true,
      mandatory: false,
      headers: { inReplyTo: messageId },
    },
  };
}

function inWords({ code, title, detail, errors = [] }: InboundProblem): string {
  const faults = errors.map(({ pointer, message }) => `${pointer} ${message}`).join('; ');
  return [`${code}: ${title}`, detail, faults].filter((part) => part !== undefined && part !== '').join('. ');
}

/** Those that are there stay. */
function knownTenants(pool: Pool): (tenantId: TenantId) => Promise<boolean> {
  const known = new Set<TenantId>();
  return async (tenantId) => {
    if (known.has(tenantId)) return true;
    const { rowCount } = await pool.query('select from tenant where tenant_id = $1', [tenantId]);
    if (rowCount === 1) known.add(tenantId);
    return rowCount === 1;
  };
}
