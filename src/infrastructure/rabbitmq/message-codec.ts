import type { Message, Options } from 'amqplib';
import { Ajv, type ValidateFunction } from 'ajv';
import { Type, type Static } from 'typebox';
import {
  CONTRACT_NAMES,
  orderIdOf,
  type IntegrationEvent,
  type IntegrationEventType,
  type IntegrationMessage,
} from '../../application/integration-events.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import { INTEGRATION_DATA } from '../codecs/integration-schemas.ts';
import { EVENTS_EXCHANGE } from './topology.ts';

export type OutgoingMessage = {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: Options.Publish;
};

const SEQUENCE_DIGITS = 10; // CloudEvents wants a sequence that sorts as text

export const CLOUD_EVENTS_SOURCE = '/order-payments';
export const dataSchemaOf = (type: IntegrationEventType): string => `urn:order-payments:schema:${type}`;
/** By which MassTransit finds the class of a message. */
export const messageUrnOf = (type: IntegrationEventType): string =>
  `urn:message:OrderPayments.Contracts:${CONTRACT_NAMES[type]}`;

/** CloudEvents 1.0 in binary mode; the same message comes out the same, whenever and however often it is sent. */
export function encodeMessage(message: IntegrationMessage): OutgoingMessage {
  const { event } = message;
  return {
    exchange: EVENTS_EXCHANGE,
    routingKey: event.type,
    body: Buffer.from(JSON.stringify(event.data)),
    properties: {
      ...propertiesOf(message),
      contentType: 'application/json',
      headers: { ...cloudEventHeaders(message), 'MT-MessageType': messageUrnOf(event.type) },
    },
  };
}

export const propertiesOf = ({ messageId, correlationId, occurredAt, event }: IntegrationMessage) => ({
  messageId,
  correlationId,
  type: event.type,
  timestamp: Math.floor(Date.parse(occurredAt) / 1_000),
  persistent: true,
});

/**
 * With an underscore: of the two prefixes that the AMQP binding of CloudEvents allows, the one it prefers, since
 * clients that take headers for names (JMS) cannot read a colon.
 */
export function cloudEventHeaders(message: IntegrationMessage): Record<string, string | number> {
  const { messageId, tenantId, shard, position, subject, sequence, occurredAt, correlationId } = message;
  const { traceparent, event } = message;
  return {
    cloudEvents_specversion: '1.0',
    cloudEvents_id: messageId,
    cloudEvents_source: CLOUD_EVENTS_SOURCE,
    cloudEvents_type: event.type,
    cloudEvents_time: occurredAt,
    cloudEvents_subject: subject,
    cloudEvents_dataschema: dataSchemaOf(event.type),
    cloudEvents_partitionkey: orderIdOf(message),
    cloudEvents_sequence: String(sequence).padStart(SEQUENCE_DIGITS, '0'),
    cloudEvents_correlationid: correlationId,
    cloudEvents_tenantid: tenantId,
    cloudEvents_shard: shard,
    cloudEvents_position: String(position), // text: CloudEvents integers end at 2³¹
    ...(traceparent === undefined ? {} : { cloudEvents_traceparent: traceparent }),
  };
}

const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

/** What a consumer cannot do without; everything else is for other readers. */
const Envelope = Type.Object({
  messageId: Id,
  correlationId: Type.String({ minLength: 1 }),
  type: Type.String(),
  headers: Type.Object({
    cloudEvents_time: Type.String({ minLength: 1 }),
    cloudEvents_subject: Id,
    cloudEvents_tenantid: Id,
    cloudEvents_shard: Type.Integer({ minimum: 0, maximum: 32_767 }),
    cloudEvents_position: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }),
    cloudEvents_sequence: Type.String({ pattern: '^[0-9]{1,10}$' }),
    cloudEvents_traceparent: Type.Optional(Type.String()),
  }),
});

// Formats are for those who read the schemas: an instant written in another way is still one.
const ajv = new Ajv({ strict: true, validateFormats: false });
const isEnvelope = ajv.compile<Static<typeof Envelope>>(Envelope);
const dataValidators: ReadonlyMap<string, ValidateFunction> = new Map(
  Object.entries(INTEGRATION_DATA).map(([type, schema]) => [type, ajv.compile(schema)]),
);

/** The reason, if it cannot be read, names what is wrong and quotes nothing of the body. */
export function decodeMessage({ properties, content }: Message): Result<IntegrationMessage, string> {
  const envelope: unknown = properties;
  if (!isEnvelope(envelope)) return err(ajv.errorsText(isEnvelope.errors, { dataVar: 'properties' }));
  const { messageId, correlationId, type, headers } = envelope;
  const isData = dataValidators.get(type);
  if (!isData) return err('properties/type names no event this build knows');
  const data = parseJson(content);
  if (!isData(data)) return err(ajv.errorsText(isData.errors, { dataVar: 'body' }));
  const { cloudEvents_traceparent: traceparent } = headers;
  return ok({
    messageId,
    tenantId: headers.cloudEvents_tenantid as TenantId,
    shard: headers.cloudEvents_shard,
    position: BigInt(headers.cloudEvents_position),
    subject: headers.cloudEvents_subject,
    sequence: Number(headers.cloudEvents_sequence),
    occurredAt: headers.cloudEvents_time,
    correlationId,
    ...(traceparent === undefined ? {} : { traceparent }),
    event: { type, data } as IntegrationEvent, // validated just now, by the schema of this very type
  });
}

/** `undefined`, which no schema accepts, when it is no JSON. */
function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}
