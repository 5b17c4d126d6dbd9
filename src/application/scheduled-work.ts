import type { TenantId } from '../domain/shared/ids.ts';

export const SCHEDULED_KINDS = ['order', 'payment', 'message', 'webhook-delivery'] as const;
export type ScheduledKind = (typeof SCHEDULED_KINDS)[number];

/** Soonest first; the time to the microsecond, as text. */
export type ScheduledPlace = { readonly dueAt: string; readonly kind: ScheduledKind; readonly id: string };

/** What will happen by itself, unless something else happens first. What it is not about is null. */
export type ScheduledWork = ScheduledPlace & {
  readonly orderId: string | null;
  readonly paymentId: string | null;
  readonly consumer: string | null;
  readonly messageId: string | null;
  readonly endpointId: string | null;
  readonly deliveryId: string | null;
  /** That were made already; null: they are not counted. */
  readonly attempts: number | null;
  /** A process has it in hand, or has put it off, until then. */
  readonly claimedUntil: string | null;
};

export type ListScheduled = (
  tenantId: TenantId,
  limit: number,
  after?: ScheduledPlace,
) => Promise<ScheduledWork[]>;
