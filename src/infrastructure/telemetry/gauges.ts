import { Gauge } from 'prom-client';
import type { Backlog, ReadBacklog } from './backlog.ts';
import type { ServiceMetrics } from './metrics.ts';
import { poolsInUse, type Pools } from './pools-in-use.ts';

export type GaugeSources = {
  readonly backlog: ReadBacklog;
  readonly pools: Pools;
  /** Commands that wait for the group commit, by shard. */
  readonly waitingCommands: () => readonly number[];
};

type Reading<Label extends string> = readonly (readonly [
  labels: Record<Label, string | number>,
  value: number,
])[];

/** What is at the moment, looked up when somebody asks. */
export function addGauges(
  { registry }: ServiceMetrics,
  { backlog, pools, waitingCommands }: GaugeSources,
): void {
  function gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: () => Reading<Label>,
  ): void {
    registry.registerMetric(gaugeOf(name, help, labelNames, () => Promise.resolve(read())));
  }
  /** Has no values while the database does not answer: old ones would look like good ones. */
  function ofBacklog<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: (backlog: Backlog) => Reading<Label>,
  ): void {
    const readNow = async () => {
      const known = await backlog();
      return known ? read(known) : [];
    };
    registry.registerMetric(gaugeOf(name, help, labelNames, readNow));
  }

  gauge('append_waiting_commands', 'Commands that wait for the group commit', ['shard'], () =>
    waitingCommands().map((waiting, shard) => [{ shard }, waiting]),
  );
  gauge('pool_connections', 'Connections to PostgreSQL', ['pool', 'state'], () =>
    poolsInUse(pools).flatMap(({ name, busy, idle }) => [
      [{ pool: name, state: 'busy' }, busy],
      [{ pool: name, state: 'idle' }, idle],
    ]),
  );
  gauge('pool_waiting_queries', 'Queries that wait for a connection', ['pool'], () =>
    poolsInUse(pools).map(({ name, waiting }) => [{ pool: name }, waiting]),
  );

  const unit = ['subscription', 'version', 'shard'] as const;
  type Standing = Backlog['subscriptions'][number];
  const ofSubscriptions = (name: string, help: string, value: (standing: Standing) => number): void =>
    ofBacklog(name, help, unit, ({ subscriptions }) =>
      subscriptions.map((one) => [
        { subscription: one.name, version: one.version, shard: one.shard },
        value(one),
      ]),
    );
  ofSubscriptions('subscription_lag_events', 'Events it has not come to yet', ({ events }) => events);
  ofSubscriptions('subscription_lag_seconds', 'Age of the first of those', (one) => one.ageSeconds);
  ofSubscriptions(
    'subscription_parked_events',
    'Events it could not handle, or that wait behind one',
    (one) => one.parked,
  );
  ofSubscriptions('subscription_running', '0: paused by somebody, or halted by a fault', (one) =>
    Number(one.running),
  );
  ofBacklog('relay_lag_messages', 'Messages the broker has not got yet', ['shard'], ({ relay }) =>
    relay.map(({ shard, messages }) => [{ shard }, messages]),
  );
  ofBacklog('relay_lag_seconds', 'Age of the oldest of those', ['shard'], ({ relay }) =>
    relay.map(({ shard, ageSeconds }) => [{ shard }, ageSeconds]),
  );
  ofBacklog(
    'dead_letters_waiting',
    'Dead letters nobody has decided about',
    ['consumer'],
    ({ deadLetters }) => deadLetters.map(({ consumer, waiting }) => [{ consumer }, waiting]),
  );
  ofBacklog(
    'webhook_deliveries_waiting',
    'Webhooks for enabled endpoints not yet delivered',
    [],
    ({ webhooks }) => [[{}, webhooks.waiting]],
  );
  ofBacklog('webhook_oldest_seconds', 'Age of the oldest of those', [], ({ webhooks }) => [
    [{}, webhooks.ageSeconds],
  ]);
  ofBacklog('webhook_overdue_seconds', 'How late the next attempt is', [], ({ webhooks }) => [
    [{}, webhooks.overdueSeconds],
  ]);
  registry.registerMetric(
    gaugeOf('backlog_readable', '0: PostgreSQL did not say in time what waits', [], async () => [
      [{}, Number((await backlog()) !== undefined)],
    ]),
  );
}

function gaugeOf<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: () => Promise<Reading<Label>>,
): Gauge<Label> {
  return new Gauge({
    name: `order_payments_${name}`,
    help,
    labelNames,
    registers: [],
    async collect() {
      const values = await read();
      this.reset();
      if (labelNames.length === 0) this.set(Number.NaN); // unknown, not none
      for (const [labels, value] of values) this.set(labels, value);
    },
  });
}
