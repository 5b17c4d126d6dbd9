import {
  CONTRACT_NAMES,
  isIntegrationEventType,
  type IntegrationEventType,
} from './application/integration-events.ts';

/** `order.created.v1,order.paid.v1`, or `*` for all there are; undefined for what is no such list. */
function parseEnvelopes(raw: string): readonly IntegrationEventType[] | undefined {
  const names = raw.trim() === '*' ? Object.keys(CONTRACT_NAMES) : raw.split(',').map((name) => name.trim());
  const types = names.filter(isIntegrationEventType);
  return types.length === names.length && new Set(types).size === types.length ? types : undefined;
}

export const MASSTRANSIT_ENVELOPES = {
  fallback: [] as readonly IntegrationEventType[],
  accepted: 'types of messages, each once, separated by commas, such as order.created.v1; or *',
  description: 'Types of messages that are published as MassTransit envelopes too, or `*`; needs AMQP_URL',
  parse: parseEnvelopes,
};
