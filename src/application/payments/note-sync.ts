import type { PaymentId, TenantId } from '../../domain/shared/ids.ts';

/** Keeps why somebody had the provider asked: the question itself is no event. */
export type NoteSync = (asked: {
  readonly actor: string;
  readonly tenantId: TenantId;
  readonly paymentId: PaymentId;
  readonly reason: string;
}) => Promise<void>;
