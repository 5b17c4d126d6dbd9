import type { BrowsedEvent } from '../application/log-browsing.ts';

const DATA_CHARS_MAX = 160;

/** One line of a list; data may be cut, `eventFacts` has it whole. */
export const eventLine = (event: BrowsedEvent): string =>
  [
    event.id.padEnd(8),
    event.recordedAt,
    event.type.padEnd(22),
    `${event.streamId} v${event.version}`,
    event.actor,
    event.unreadable === null ? shorten(JSON.stringify(event.data)) : `(unreadable: ${event.unreadable})`,
  ].join('  ');

const shorten = (text: string): string =>
  text.length <= DATA_CHARS_MAX ? text : `${text.slice(0, DATA_CHARS_MAX - 1)}…`;

/** The whole of it, a line for each fact. */
export function eventFacts(event: BrowsedEvent): string {
  const facts = [
    ['type', `${event.type}, schema version ${event.schemaVersion}`],
    ['stream', `${event.streamId}, version ${event.version}`],
    ['event', event.eventId],
    ['recorded', event.recordedAt],
    ['tenant', event.tenantId],
    ['command', event.commandId],
    ['cause', event.causationId],
    ['correlation', event.correlationId],
    ['actor', event.actor],
    event.unreadable === null
      ? ['data', JSON.stringify(event.data, undefined, 2).replaceAll('\n', `\n${' '.repeat(14)}`)]
      : ['unreadable', event.unreadable],
  ];
  return [event.id, ...facts.map(([name, value]) => `  ${name!.padEnd(12)}${value}`)].join('\n');
}
