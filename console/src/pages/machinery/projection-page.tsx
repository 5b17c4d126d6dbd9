import { useParams } from 'wouter';
import { formatCount, formatDuration, formatPercent } from '../../format/count.ts';
import { useSubscriptions } from '../../service/machinery.ts';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { Status } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { standings } from './standing.ts';
import { SubscriptionActions, type Unit } from './subscription-act.tsx';

type Generation = Awaited<ReturnType<typeof service.getProjection>>['generations'][number];

const UNIT_COLUMNS: readonly Column<Unit>[] = [
  { id: 'shard', heading: 'Shard', isNumeric: true, cell: ({ shard }) => shard },
  { id: 'version', heading: 'Version', isNumeric: true, cell: ({ version }) => version },
  { id: 'status', heading: 'Status', cell: ({ status }) => <Status value={status} /> },
  {
    id: 'position',
    heading: 'Position',
    isNumeric: true,
    cell: ({ position, head }) => `${formatCount(position)} of ${formatCount(head)}`,
  },
  { id: 'lag', heading: 'Behind', isNumeric: true, cell: ({ lag }) => formatCount(lag) },
  {
    id: 'age',
    heading: 'Oldest behind',
    isNumeric: true,
    cell: ({ behindMs }) => (behindMs === null ? '–' : formatDuration(behindMs)),
  },
  { id: 'owner', heading: 'Process', cell: ({ owner }) => owner !== null && <code>{owner}</code> },
  {
    id: 'lease',
    heading: 'Lease',
    cell: ({ leaseMs }) => (leaseMs === null || leaseMs <= 0 ? 'free' : `for ${formatDuration(leaseMs)}`),
  },
  { id: 'error', heading: 'Last error', cell: ({ lastError }) => lastError },
];

function Progress({ generation, status, done, total, stopped, lastError, codeVersion }: Generation) {
  const share = total === '0' ? 1 : Math.min(1, Number(done) / Number(total));
  return (
    <div className="card">
      <p>
        <strong>Generation {generation}</strong> <Status value={status} /> code version {codeVersion}
      </p>
      <progress aria-label={`Generation ${generation}`} value={share} max={1} />
      <p className="muted">
        {formatCount(done)} of {formatCount(total)} events, {formatPercent(share)}
        {stopped !== null && `; ${stopped}`}
        {lastError !== null && `; ${lastError}`}
      </p>
    </div>
  );
}

const Generations = ({ name }: { readonly name: string }) => {
  const projection = useAnswer(
    ['projection', name],
    (signal) => service.getProjection({ name }, { signal }),
    { everyMs: 1_000 },
  );
  return (
    <Section title="Generations">
      <div aria-live="polite">
        <Answer query={projection} rows={2}>
          {({ generations }) =>
            generations.map((generation) => <Progress key={generation.generation} {...generation} />)
          }
        </Answer>
      </div>
    </Section>
  );
};

export default function ProjectionPage() {
  const { name } = useParams<{ name: string }>();
  const units = useSubscriptions();
  const own = units.data?.data.filter((unit) => unit.name === name) ?? [];
  const [standing] = standings(own);
  return (
    <Page
      title={name}
      actions={
        standing && (
          <SubscriptionActions
            name={name}
            isRunning={standing.isRunning}
            isStopped={standing.status !== 'running'}
            isProjection={standing.kind === 'projection'}
            isBuilding={standing.isBuilding}
          />
        )
      }
    >
      {standing?.kind === 'projection' && <Generations name={name} />}
      <Section title="Shards">
        <Answer query={units}>
          {() =>
            own.length === 0 ? (
              <Empty>Nothing of this name follows the log.</Empty>
            ) : (
              <DataTable
                label="Shards"
                rows={own}
                columns={UNIT_COLUMNS}
                keyOf={({ version, shard }) => `${version}/${shard}`}
              />
            )
          }
        </Answer>
      </Section>
    </Page>
  );
}
