import type { CustomerId, TenantId } from '../../domain/shared/ids.ts';

export type ErasureRequest = {
  readonly tenantId: TenantId;
  readonly customerId: CustomerId;
  /** As in the metadata of events. */
  readonly requestedBy: string;
};

/** Takes note for good that a customer is to be erased; that it is done follows by itself, whatever happens to us. */
export type RequestErasure = (request: ErasureRequest) => Promise<void>;
