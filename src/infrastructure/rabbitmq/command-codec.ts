import type { Message } from 'amqplib';
import { Ajv } from 'ajv';
import { Type, type Static } from 'typebox';
import { INBOUND_COMMANDS, type InboundCommand } from '../../application/inbound-commands.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { err, ok, type Result } from '../../domain/shared/result.ts';
import type { Subscriber } from './topology.ts';

/** Other services send their commands straight to this consumer's queue, by the default exchange. */
export const COMMANDS: Subscriber = { name: 'commands', types: [] };

/** `replyTo`: the queue that is told what came of it. */
export type CommandMessage = InboundCommand & { readonly replyTo?: string };

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[\\x21-\\x7e]+$' });

const Envelope = Type.Object({
  messageId: text(255),
  type: Type.Enum([...INBOUND_COMMANDS]),
  correlationId: Type.Optional(text(255)),
  replyTo: Type.Optional(text(255)),
  appId: Type.Optional(text(100)),
  headers: Type.Object({
    cloudEvents_tenantid: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
    cloudEvents_traceparent: Type.Optional(Type.String()),
  }),
});

const ajv = new Ajv({ strict: true });
const isEnvelope = ajv.compile<Static<typeof Envelope>>(Envelope);

/** MassTransit names the class of a raw message in a header. */
const NAME = /^urn:message:[\w.]+:(\w+)$/;

/** The reason, if it cannot be read, names what is wrong and quotes nothing of the message. */
export function decodeCommand({ properties, content }: Message): Result<CommandMessage, string> {
  const given = new Map<string, unknown>(Object.entries(properties));
  const headers = (given.get('headers') ?? {}) as Readonly<Record<string, unknown>>;
  const type = given.get('type') ?? NAME.exec(String(headers['MT-MessageType']))?.[1];
  const present = [...given, ['type', type] as const].filter(([, value]) => value !== undefined);
  const envelope: unknown = { ...Object.fromEntries(present), headers };
  if (!isEnvelope(envelope)) return err(ajv.errorsText(isEnvelope.errors, { dataVar: 'properties' }));
  const { cloudEvents_tenantid: tenantId, cloudEvents_traceparent: traceparent } = envelope.headers;
  return ok({
    name: envelope.type,
    messageId: envelope.messageId,
    tenantId: tenantId as TenantId,
    body: content,
    ...(envelope.correlationId !== undefined && { correlationId: envelope.correlationId }),
    ...(envelope.replyTo !== undefined && { replyTo: envelope.replyTo }),
    ...(envelope.appId !== undefined && { sender: envelope.appId }),
    ...(traceparent !== undefined && { traceparent }),
  });
}
