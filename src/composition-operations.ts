import type { Pool } from './infrastructure/postgres/pool.ts';
import { parkedEvents } from './infrastructure/event-log/parked-events.ts';
import { subscriptionControl } from './infrastructure/event-log/subscription-control.ts';
import { PROJECTIONS } from './infrastructure/read-models/projections.ts';
import { rebuilds } from './infrastructure/read-models/rebuilds.ts';
import { scheduledWork } from './infrastructure/scheduled-work.ts';
import { healthReader, type HealthSources } from './infrastructure/telemetry/health.ts';

export type OperationsParts = HealthSources & { readonly pool: Pool; readonly shardCount: number };

/** What operators look at and change over HTTP, as the command line does. */
export const composeOperations = ({ pool, shardCount, ...sources }: OperationsParts) => ({
  subscriptions: subscriptionControl(pool, shardCount),
  rebuilds: rebuilds(pool, PROJECTIONS),
  parkedEvents: parkedEvents(pool),
  listScheduled: scheduledWork(pool),
  describeHealth: healthReader(sources),
});
