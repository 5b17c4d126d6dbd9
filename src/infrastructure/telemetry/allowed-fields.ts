import { scrubbed } from './scrub.ts';

/**
 * All that log lines may name, beside their time, level and message. What is not listed is dropped, so that a field
 * nobody thought about, or a whole object logged in haste, gives nothing away.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  // of requests
  ...['reqId', 'traceId', 'method', 'url', 'status', 'ms'],
  // of who was not let in, and why
  ...['denied', 'actor', 'refused'],
  // of what it is about
  ...['tenantId', 'streamId', 'paymentId', 'erasureId', 'deliveryId', 'endpointId', 'messageId', 'eventId'],
  // of where it happened
  ...['job', 'consumer', 'subscription', 'projection', 'provider', 'connection', 'broker', 'unit', 'shard'],
  // of how it stands
  ...['version', 'generation', 'position', 'type', 'batch', 'failures', 'attempts', 'redelivery', 'replay'],
  ...['parked', 'seconds', 'isNew', 'reason'],
  'err',
]);

const CHARS_MAX = 1_000;

/** The allowed fields that hold a single value; `dropped` counts the others, by which one sees that something is missing. */
export function allowedFields(fields: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  let dropped = 0;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (!ALLOWED.has(name)) dropped++;
    else if (name === 'err')
      kept[name] = value; // has a serializer
    else if (typeof value === 'string') kept[name] = scrubbed(value).slice(0, CHARS_MAX);
    else if (typeof value === 'bigint') kept[name] = String(value);
    else if (value === null || typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
    else dropped++;
  }
  return dropped === 0 ? kept : { ...kept, dropped };
}
