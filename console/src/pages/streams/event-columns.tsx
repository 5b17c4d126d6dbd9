import { Link } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import type { service } from '../../service/service.ts';
import { inWords } from '../../ui/badge.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { Identifier } from '../../ui/identifier.tsx';

export type LogEvent = Awaited<ReturnType<typeof service.listLogEvents>>['data'][number];

export const EVENT_COLUMNS: readonly Column<LogEvent>[] = [
  {
    id: 'place',
    heading: 'Place',
    cell: ({ id }) => (
      <Link href={`/log/${id}`} className="nowrap" title="Shard and position">
        {id}
      </Link>
    ),
  },
  { id: 'type', heading: 'Event', cell: ({ type }) => <span title={type}>{inWords(type)}</span> },
  {
    id: 'stream',
    heading: 'Stream',
    cell: ({ streamId }) => <Identifier id={streamId} to={`/log?streamId=${streamId}`} />,
  },
  { id: 'version', heading: 'Version', isNumeric: true, cell: ({ version }) => version },
  { id: 'actor', heading: 'Who', cell: ({ actor }) => <code>{actor}</code> },
  { id: 'at', heading: 'Recorded', cell: ({ recordedAt }) => <Instant at={recordedAt} /> },
];
