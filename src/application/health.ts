/** How one part of the service is. `degraded`: it does not keep requests from being served. */
export type Check = {
  readonly name: string;
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly detail: string;
};

export type PoolUse = {
  readonly name: string;
  readonly busy: number;
  readonly idle: number;
  /** Queries that wait for a connection. */
  readonly waiting: number;
};

/** How this process and what it works on are, as metrics tell it too. */
export type ServiceHealth = {
  readonly version: string;
  /** Names this process as the owner of leases. */
  readonly owner: string;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly checks: readonly Check[];
  readonly relay: {
    /** Whether this process has a broker. */
    readonly configured: boolean;
    readonly connected: boolean;
    /** What the broker has not got yet; null: the database did not say in time. */
    readonly messagesBehind: number | null;
    /** Age of the oldest of those. */
    readonly oldestSeconds: number | null;
  };
  /** Commands that wait for the group commit, by shard. */
  readonly appendQueues: readonly { readonly shard: number; readonly waiting: number }[];
  readonly pools: readonly PoolUse[];
};
