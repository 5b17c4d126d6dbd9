import type { TenantId } from '../domain/shared/ids.ts';
import type { Json } from './ports.ts';

export const INBOUND_COMMANDS = ['CreateOrder', 'ProcessPayment'] as const;
export type InboundCommandName = (typeof INBOUND_COMMANDS)[number];

/** A command of another service, as a message. */
export type InboundCommand = {
  readonly name: InboundCommandName;
  /** Names the command: a message that comes again is answered as it was the first time. */
  readonly messageId: string;
  readonly tenantId: TenantId;
  /** JSON: what the body of the request would be that asks for the same. */
  readonly body: Buffer;
  readonly correlationId?: string;
  readonly traceparent?: string;
  /** Who says to have sent it. */
  readonly sender?: string;
};

/** `problem` is that of the request that asks for the same; `invalid`: it can never be carried out as it is. */
export type InboundOutcome =
  | { readonly kind: 'done'; readonly answer: Json }
  | { readonly kind: 'refused' | 'invalid'; readonly problem: InboundProblem };

/** RFC 9457, as over HTTP. */
export type InboundProblem = {
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
};

/** Throws what is worth another try. */
export type HandleInbound = (command: InboundCommand) => Promise<InboundOutcome>;
