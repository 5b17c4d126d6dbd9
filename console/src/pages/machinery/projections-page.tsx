import { Link } from 'wouter';
import { formatCount } from '../../format/count.ts';
import { useSubscriptions } from '../../service/machinery.ts';
import { Answer } from '../../ui/answer.tsx';
import { Badge, Status } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { standings, type Standing } from './standing.ts';
import { SubscriptionActions } from './subscription-act.tsx';
import { useSpeeds } from './use-speeds.ts';

const columnsWith = (speeds: ReadonlyMap<string, number>): readonly Column<Standing>[] => [
  { id: 'name', heading: 'Name', cell: ({ name }) => <Link href={`/machinery/${name}`}>{name}</Link> },
  {
    id: 'status',
    heading: 'Status',
    cell: ({ status, isBuilding }) => (
      <>
        <Status value={status} /> {isBuilding && <Badge tone="info">Being rebuilt</Badge>}
      </>
    ),
  },
  {
    id: 'position',
    heading: 'Position',
    isNumeric: true,
    cell: ({ position, head }) => `${formatCount(position)} of ${formatCount(head)}`,
  },
  {
    id: 'lag',
    heading: 'Behind',
    isNumeric: true,
    cell: ({ lag }) => formatCount(lag),
    sortBy: ({ lag }) => lag,
  },
  {
    id: 'speed',
    heading: 'Events/s',
    isNumeric: true,
    cell: ({ name }) => {
      const speed = speeds.get(name);
      return speed === undefined ? '–' : formatCount(Math.round(speed));
    },
  },
  {
    id: 'parked',
    heading: 'Parked',
    isNumeric: true,
    cell: ({ parked, name }) =>
      parked === 0 ? '0' : <Link href={`/parked?subscription=${name}`}>{formatCount(parked)}</Link>,
    sortBy: ({ parked }) => parked,
  },
  { id: 'error', heading: 'Last error', cell: ({ lastError }) => lastError },
  {
    id: 'acts',
    heading: 'Actions',
    cell: ({ name, kind, status, isRunning, isBuilding }) => (
      <SubscriptionActions
        name={name}
        isRunning={isRunning}
        isStopped={status !== 'running'}
        isProjection={kind === 'projection'}
        isBuilding={isBuilding}
      />
    ),
  },
];

const NONE: readonly Standing[] = [];

export default function ProjectionsPage() {
  const units = useSubscriptions();
  const all = units.data ? standings(units.data.data) : NONE;
  const columns = columnsWith(useSpeeds(all, units.data ? units.dataUpdatedAt : 0));
  const table = (title: string, kind: Standing['kind']) => (
    <Section title={title}>
      <DataTable
        label={title}
        rows={all.filter((one) => one.kind === kind)}
        columns={columns}
        keyOf={({ name }) => name}
      />
    </Section>
  );
  return (
    <Page
      title="Projections"
      lead="All that follows the log: how far it has come, over all shards. What is applied once stays applied."
    >
      <Answer query={units}>
        {() => (
          <>
            {table('Read models', 'projection')}
            {table('Other subscriptions', 'subscription')}
          </>
        )}
      </Answer>
    </Page>
  );
}
