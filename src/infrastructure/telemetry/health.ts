import type { Check, ServiceHealth } from '../../application/health.ts';
import type { Clock } from '../../application/ports.ts';
import type { ReadBacklog } from './backlog.ts';
import { poolsInUse, type Pools } from './pools-in-use.ts';

export type HealthSources = {
  readonly version: string;
  readonly owner: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly readiness: () => Promise<readonly Check[]>;
  readonly hasBroker: boolean;
  readonly backlog: ReadBacklog;
  readonly waitingCommands: () => readonly number[];
  readonly pools: Pools;
};

/** Put together from what checks and gauges look at anyway. */
export function healthReader({ version, owner, clock, ...sources }: HealthSources) {
  const startedAt = clock.now();
  return async (): Promise<ServiceHealth> => {
    const [checks, backlog] = await Promise.all([sources.readiness(), sources.backlog()]);
    const broker = checks.find(({ name }) => name === 'rabbitmq');
    const behind = backlog?.relay.filter(({ messages }) => messages > 0);
    return {
      ...{ version, owner, startedAt: startedAt.toISOString(), checks },
      uptimeSeconds: Math.floor((clock.now().getTime() - startedAt.getTime()) / 1_000),
      relay: {
        configured: sources.hasBroker,
        connected: broker?.status === 'ok',
        messagesBehind: behind?.reduce((sum, { messages }) => sum + messages, 0) ?? null,
        oldestSeconds: behind && behind.length > 0 ? Math.max(...behind.map((one) => one.ageSeconds)) : null,
      },
      appendQueues: sources.waitingCommands().map((waiting, shard) => ({ shard, waiting })),
      pools: poolsInUse(sources.pools),
    };
  };
}
