import type { CommandId, TenantId } from '../domain/shared/ids.ts';
import type { CommandContext } from './ports.ts';

/** Of a command that nobody outside asked for and no event led to: it is its own beginning. */
export const ownContext = (commandId: CommandId, tenantId: TenantId, actor: string): CommandContext => ({
  ...{ commandId, tenantId, actor },
  ...{ fingerprint: commandId, correlationId: commandId, causationId: commandId },
});
