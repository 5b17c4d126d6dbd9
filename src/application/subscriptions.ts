import type { TenantId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';

/** Who acts on the service as a whole. */
export type ServiceOperator = {
  readonly actor: string;
  /** Whose key it is done with, and in whose audit it is found; null: at the database. */
  readonly tenantId: TenantId | null;
  readonly reason?: string | undefined;
};

/** How one subscription stands on one shard, for operators. */
export type UnitStanding = {
  readonly shard: number;
  readonly name: string;
  readonly version: number;
  readonly status: 'running' | 'paused' | 'halted';
  readonly position: bigint;
  readonly head: bigint;
  /** How long ago the next event was recorded; null: there is none. */
  readonly behindMs: number | null;
  readonly owner: string | null;
  /** Until the lease ends, below zero since when; null: nobody has it. */
  readonly leaseMs: number | null;
  readonly lastError: string | null;
  /** Events it could not handle, or that wait behind one. */
  readonly parked: number;
  /** Whether a living process would follow it. */
  readonly followed: boolean;
  /** Of a projection only. */
  readonly generation: 'building' | 'live' | null;
  readonly codeVersion: number | null;
};

/** `busy`: a batch in hand did not end in time; nothing was changed. */
export type SubscriptionRefusal =
  | { readonly code: 'subscription-not-found'; readonly names: readonly string[] }
  | { readonly code: 'shard-unknown'; readonly shardCount: number }
  | { readonly code: 'busy' };

export type Subscriptions = {
  list(): Promise<readonly UnitStanding[]>;
  /** Nothing is committed for them any more; an effect outside the database may be at work until the lease is gone. */
  pause(
    by: ServiceOperator,
    name: string,
    shard: number | undefined,
  ): Promise<Result<readonly UnitStanding[], SubscriptionRefusal>>;
  /** Lets them go on, also those that halted. */
  resume(
    by: ServiceOperator,
    name: string,
    shard: number | undefined,
  ): Promise<Result<readonly UnitStanding[], SubscriptionRefusal>>;
};

/** How far a generation of a read model has come, over all shards. */
export type GenerationProgress = {
  readonly name: string;
  readonly generation: number;
  readonly codeVersion: number;
  readonly status: 'building' | 'live';
  readonly done: bigint;
  readonly total: bigint;
  readonly parked: number;
  readonly lastError: string | null;
  /** Why it will not go on by itself; null: it will. */
  readonly stopped: string | null;
};

/** `projection-newer`: a newer build made it, and only that can make it again. */
export type RebuildRefusal =
  | { readonly code: 'projection-not-found'; readonly names: readonly string[] }
  | { readonly code: 'projection-newer'; readonly codeVersion: number; readonly ours: number }
  | { readonly code: 'busy' };

export type Rebuilds = {
  show(name: string): Promise<Result<readonly GenerationProgress[], RebuildRefusal>>;
  /** Begins a generation beside the live one, which running services build; or tells of the one being built. */
  begin(by: ServiceOperator, name: string): Promise<Result<GenerationProgress, RebuildRefusal>>;
  /** Drops what is being built; undefined: nothing is. */
  cancel(by: ServiceOperator, name: string): Promise<Result<number | undefined, RebuildRefusal>>;
};
