import type { IntegrationEventType, IntegrationMessage } from './integration-events.ts';

/** A consumer whose effect is a command: the log drops what it has seen before. */
export type CommandConsumer = {
  readonly name: string;
  readonly types: readonly IntegrationEventType[];
  readonly handle: (message: IntegrationMessage) => Promise<void>;
};
