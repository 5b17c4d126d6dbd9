import type { PoolUse } from '../../application/health.ts';
import type { Pool } from '../postgres/pool.ts';

export type Pools = Readonly<Record<string, Pool>>;

export const poolsInUse = (pools: Pools): PoolUse[] =>
  Object.entries(pools).map(([name, { totalCount, idleCount, waitingCount }]) => ({
    ...{ name, busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount },
  }));
