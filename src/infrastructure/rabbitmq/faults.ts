import type { ConsumeMessage, Options } from 'amqplib';
import type { OutgoingMessage } from './message-codec.ts';
import { errorQueueOf } from './topology.ts';

export type Failure = { readonly consumer: string; readonly queue: string; readonly fault: unknown };

/** The message can never be handled: nothing in it tells a consumer what to do. */
export class UndecodableMessage extends Error {
  override readonly name = 'UndecodableMessage';
}

// All headers of a message together must stay below 64 KiB.
const MESSAGE_CHARS_MAX = 1_000;
const STACK_CHARS_MAX = 8_000;

/** The message as it came, for the error queue, with headers that say who failed on it, why and when. */
export function faultCopy(raw: ConsumeMessage, { consumer, queue, fault }: Failure): OutgoingMessage {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  return {
    exchange: '',
    routingKey: errorQueueOf(queue),
    body: raw.content,
    properties: {
      ...keptProperties(raw),
      headers: {
        ...keptHeaders(raw),
        'MT-Reason': 'fault',
        'MT-Fault-ExceptionType': error.constructor.name, // the name of those from PostgreSQL is only `error`
        'MT-Fault-Message': error.message.slice(0, MESSAGE_CHARS_MAX),
        'MT-Fault-StackTrace': (error.stack ?? '').slice(0, STACK_CHARS_MAX),
        'MT-Fault-Timestamp': new Date().toISOString(),
        'MT-Fault-ConsumerType': consumer,
        'MT-Fault-InputAddress': queue,
      },
    },
  };
}

/** Left out: `expiration`, which would delete it there, and `userId`, which the broker checks against ours. */
function keptProperties({ properties }: ConsumeMessage): Options.Publish {
  const { expiration: _expiration, userId: _userId, ...kept } = properties as Options.Publish;
  return { ...kept, persistent: true };
}

/** Left out: `CC` and `BCC`, by which the broker would send the copy to further queues. */
function keptHeaders({ properties }: ConsumeMessage): Record<string, unknown> {
  const { CC: _cc, BCC: _bcc, ...kept } = (properties.headers ?? {}) as Record<string, unknown>;
  return kept;
}
