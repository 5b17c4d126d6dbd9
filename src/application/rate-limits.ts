import type { TenantId } from '../domain/shared/ids.ts';

/** What counts together: requests that look, and requests that change something. */
export type RateClass = 'reads' | 'writes';

export type Allowance = {
  readonly allowed: boolean;
  /** Requests of the class that a tenant has in each window. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Left in this window, as far as this process knows. */
  readonly remaining: number;
  readonly resetSeconds: number;
};

/** Takes one request off a tenant's quota, which all processes share; undefined: the class has none. */
export type TakeFromQuota = (
  tenantId: TenantId,
  rateClass: RateClass,
) => Allowance | undefined | Promise<Allowance>;
