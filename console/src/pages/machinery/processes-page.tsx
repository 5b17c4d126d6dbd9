import { formatCount, formatDuration } from '../../format/count.ts';
import { Instant } from '../../format/instant.tsx';
import { useHealth, useSubscriptions } from '../../service/machinery.ts';
import type { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page, Section } from '../../ui/page.tsx';
import type { Unit } from './subscription-act.tsx';

type Health = Awaited<ReturnType<typeof service.getHealth>>;
type Process = { readonly owner: string; readonly units: readonly Unit[]; readonly leaseMs: number };

const TONES: Readonly<Record<Health['checks'][number]['status'], Tone>> = {
  ok: 'good',
  degraded: 'warn',
  failed: 'bad',
};

const CHECK_COLUMNS: readonly Column<Health['checks'][number]>[] = [
  { id: 'name', heading: 'Check', cell: ({ name }) => name },
  { id: 'status', heading: 'Status', cell: ({ status }) => <Badge tone={TONES[status]}>{status}</Badge> },
  { id: 'detail', heading: 'Detail', cell: ({ detail }) => detail },
];
const POOL_COLUMNS: readonly Column<Health['pools'][number]>[] = [
  { id: 'name', heading: 'Connections for', cell: ({ name }) => name },
  { id: 'busy', heading: 'Busy', isNumeric: true, cell: ({ busy }) => busy },
  { id: 'idle', heading: 'Idle', isNumeric: true, cell: ({ idle }) => idle },
  { id: 'waiting', heading: 'Waiting queries', isNumeric: true, cell: ({ waiting }) => waiting },
];
const QUEUE_COLUMNS: readonly Column<Health['appendQueues'][number]>[] = [
  { id: 'shard', heading: 'Shard', isNumeric: true, cell: ({ shard }) => shard },
  {
    id: 'waiting',
    heading: 'Commands waiting',
    isNumeric: true,
    cell: ({ waiting }) => formatCount(waiting),
  },
];
const PROCESS_COLUMNS: readonly Column<Process>[] = [
  { id: 'owner', heading: 'Process', cell: ({ owner }) => <code>{owner}</code> },
  {
    id: 'count',
    heading: 'Holds',
    isNumeric: true,
    cell: ({ units }) => formatCount(units.length),
    sortBy: ({ units }) => units.length,
  },
  {
    id: 'what',
    heading: 'Which',
    cell: ({ units }) => units.map(({ name, shard }) => `${name} ${shard}`).join(', '),
  },
  {
    id: 'lease',
    heading: 'Leases run out',
    cell: ({ leaseMs }) => (leaseMs > 0 ? `in ${formatDuration(leaseMs)}` : 'they have'),
  },
];

const processesOf = (units: readonly Unit[]): Process[] => {
  const held = units.filter((unit): unit is Unit & { owner: string } => unit.owner !== null);
  return [...Map.groupBy(held, ({ owner }) => owner)].map(([owner, ofOwner]) => ({
    owner,
    units: ofOwner,
    leaseMs: Math.max(...ofOwner.map(({ leaseMs }) => leaseMs ?? 0)),
  }));
};

function relayInWords({ configured, connected, messagesBehind, oldestSeconds }: Health['relay']): string {
  if (!configured) return 'No broker: messages are handled inside this service.';
  const state = connected ? 'Connected to RabbitMQ' : 'Not connected to RabbitMQ';
  const backlog = `${formatCount(messagesBehind ?? 0)} messages to be published`;
  const age = oldestSeconds === null ? '' : `, the oldest for ${formatDuration(oldestSeconds * 1_000)}`;
  return `${state}; ${backlog}${age}.`;
}

const HealthDetails = ({ health }: { readonly health: Health }) => (
  <>
    <div className="card">
      <Facts
        facts={[
          ['Version', health.version],
          ['Answered by', <code key="o">{health.owner}</code>],
          ['Started', <Instant key="s" at={health.startedAt} />],
          ['Relay', relayInWords(health.relay)],
        ]}
      />
    </div>
    <Section title="Checks">
      <DataTable label="Checks" rows={health.checks} columns={CHECK_COLUMNS} keyOf={({ name }) => name} />
    </Section>
    <div className="columns">
      <Section title="Connections to PostgreSQL">
        <DataTable
          label="Connections"
          rows={health.pools}
          columns={POOL_COLUMNS}
          keyOf={({ name }) => name}
        />
      </Section>
      <Section title="Appends">
        <DataTable
          label="Append queues"
          rows={health.appendQueues}
          columns={QUEUE_COLUMNS}
          keyOf={({ shard }) => String(shard)}
        />
      </Section>
    </div>
  </>
);

export default function ProcessesPage() {
  const health = useHealth();
  const units = useSubscriptions();
  return (
    <Page title="Processes and relay">
      <Answer query={health}>{(found) => <HealthDetails health={found} />}</Answer>
      <Section title="Leases per process">
        <Answer query={units} rows={2}>
          {({ data }) => {
            const processes = processesOf(data);
            return processes.length === 0 ? (
              <Empty>No process holds a lease.</Empty>
            ) : (
              <DataTable
                label="Leases per process"
                rows={processes}
                columns={PROCESS_COLUMNS}
                keyOf={({ owner }) => owner}
              />
            );
          }}
        </Answer>
      </Section>
    </Page>
  );
}
