import type { Message, Options } from 'amqplib';

/** How often a message was handed to its consumer before, as its headers say; all 0 for one that comes first. */
export type Travel = {
  /** From our schedule, so late. */
  readonly redelivery: number;
  /** By operators. */
  readonly replay: number;
  /** Made so far, since it came or since this replay. */
  readonly attempts: number;
};

type Headers = Readonly<Record<string, unknown>>;
export type SentProperties = Omit<Options.Publish, 'headers'> & { readonly headers: Headers };

const PREFIX = 'order-payments-';

export const headersOf = ({ properties }: Message): Headers => properties.headers ?? {};

export function travelOf(raw: Message): Travel {
  const headers = headersOf(raw);
  const read = (name: keyof Travel): number => {
    const value = headers[PREFIX + name];
    return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 1e6 ? value : 0;
  };
  return { redelivery: read('redelivery'), replay: read('replay'), attempts: read('attempts') };
}

export const travelHeaders = (travel: Travel): Headers =>
  Object.fromEntries(Object.entries(travel).map(([name, value]) => [PREFIX + name, value]));

/**
 * The properties a message came with first. Left out: `expiration`, which would delete a copy where it waits, `userId`,
 * which the broker checks against ours, `CC` and `BCC`, by which it would send the copy to further queues, and what
 * brokers and we have added since.
 */
export function asItCame(raw: Message): SentProperties {
  const { expiration: _expiration, userId: _userId, ...kept } = raw.properties as Options.Publish;
  const headers = Object.entries(headersOf(raw)).filter(([name]) => !ADDED.test(name));
  return { ...kept, persistent: true, headers: Object.fromEntries(headers) };
}

const ADDED =
  /^(CC|BCC|order-payments-.*|MT-Reason|MT-Fault-.*|x-death|x-(first|last)-death-.*|x-delivery-count)$/;
