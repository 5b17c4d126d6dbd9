import { Instant } from '../../format/instant.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Badge } from '../../ui/badge.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';

type Entry = Awaited<ReturnType<typeof service.listAudit>>['data'][number];

const COLUMNS: readonly Column<Entry>[] = [
  { id: 'at', heading: 'When', cell: ({ at }) => <Instant at={at} /> },
  { id: 'who', heading: 'Who', cell: ({ actor }) => <code>{actor}</code> },
  {
    id: 'kind',
    heading: 'Kind',
    cell: ({ kind }) =>
      kind === 'denial' ? <Badge tone="bad">Denied</Badge> : <Badge tone="info">Done</Badge>,
  },
  { id: 'what', heading: 'What', cell: ({ what, count }) => (count > 1 ? `${what} (${count} times)` : what) },
  { id: 'reason', heading: 'Why', cell: ({ reason }) => reason },
  {
    id: 'details',
    heading: 'Details',
    cell: ({ details }) =>
      Object.keys(details).length > 0 && (
        <details>
          <summary>Show</summary>
          <code className="audit-details">{JSON.stringify(details)}</code>
        </details>
      ),
  },
];

export default function AuditPage() {
  const entries = useList<Entry>(
    ['audit'],
    (cursor, signal) => service.listAudit({ limit: 50, ...(cursor && { cursor }) }, { signal }),
    { everyMs: 10_000 },
  );
  return (
    <Page title="Audit log" lead="What operators did and why, and what somebody known was refused.">
      <List
        label="Audit log"
        query={entries}
        columns={COLUMNS}
        keyOf={({ kind, id, at }) => `${kind} ${id} ${at}`}
        empty="Nothing was done by hand yet, and nobody was refused anything."
      />
    </Page>
  );
}
