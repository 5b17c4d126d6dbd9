import { userInfo } from 'node:os';
import type { ServiceOperator } from '../application/subscriptions.ts';

/** The account that runs this, as it is noted with what operators do. */
export function actor(): string {
  try {
    return `user:${userInfo().username}`;
  } catch {
    return `user:${process.getuid?.() ?? 'unknown'}`; // in a container the account may have no name
  }
}

/** Whoever stands at the database acts for no tenant. */
export const operator = (): ServiceOperator => ({ actor: actor(), tenantId: null });
