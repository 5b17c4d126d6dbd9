import type { Message } from 'amqplib';
import { textOfFault } from '../dead-letters/faults.ts';
import type { OutgoingMessage } from './message-codec.ts';
import { errorQueueOf } from './topology.ts';
import { asItCame, travelHeaders, type Travel } from './travel.ts';

export type Failure = {
  readonly consumer: string;
  readonly queue: string;
  readonly fault: unknown;
  readonly travel: Travel;
};

/** The message can never be handled: nothing in it tells a consumer what to do. */
export class UndecodableMessage extends Error {
  override readonly name = 'UndecodableMessage';
}

/** The message as it came, for the error queue, with headers that say who failed on it, why, when and how often. */
export function faultCopy(raw: Message, { consumer, queue, fault, travel }: Failure): OutgoingMessage {
  const { type, message, stack } = textOfFault(fault);
  const { headers, ...properties } = asItCame(raw);
  return {
    exchange: '',
    routingKey: errorQueueOf(queue),
    body: raw.content,
    properties: {
      ...properties,
      headers: {
        ...headers,
        ...travelHeaders(travel),
        'MT-Reason': 'fault',
        'MT-Fault-ExceptionType': type,
        'MT-Fault-Message': message,
        'MT-Fault-StackTrace': stack,
        'MT-Fault-Timestamp': new Date().toISOString(),
        'MT-Fault-ConsumerType': consumer,
        'MT-Fault-InputAddress': queue,
      },
    },
  };
}
