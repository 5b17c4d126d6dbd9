import { Link } from 'wouter';
import { formatCount } from '../../format/count.ts';
import { Instant } from '../../format/instant.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Status } from '../../ui/badge.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/field.tsx';
import { List } from '../../ui/list.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';
import { DeadLetterActions } from './dead-letter-actions.tsx';

type Group = Awaited<ReturnType<typeof service.listDeadLetterGroups>>['data'][number];
type Letter = Awaited<ReturnType<typeof service.listDeadLetters>>['data'][number];

const STATES = [
  ['failed', 'Failed'],
  ['replaying', 'Being replayed'],
  ['resolved', 'Resolved'],
  ['discarded', 'Discarded'],
] as const;

const groupColumns = (state: (typeof STATES)[number][0]): readonly Column<Group>[] => [
  {
    id: 'fault',
    heading: 'Fault',
    cell: ({ faultType, faultMessage, groupId }) => (
      <>
        <Link href={`/dead-letters?state=${state}&groupId=${groupId}`}>{faultType}</Link>
        <div className="muted">{faultMessage}</div>
      </>
    ),
  },
  { id: 'consumer', heading: 'Consumer', cell: ({ consumer }) => consumer },
  { id: 'failed', heading: 'Failed', isNumeric: true, cell: ({ failed }) => formatCount(failed) },
  {
    id: 'replaying',
    heading: 'Being replayed',
    isNumeric: true,
    cell: ({ replaying }) => formatCount(replaying),
  },
  { id: 'first', heading: 'First', cell: ({ firstFailedAt }) => <Instant at={firstFailedAt} /> },
  { id: 'last', heading: 'Last', cell: ({ lastFailedAt }) => <Instant at={lastFailedAt} /> },
  {
    id: 'acts',
    heading: 'Actions',
    cell: ({ groupId, failed, faultType }) =>
      failed > 0 && <DeadLetterActions selection={{ groupId }} about={`all with ${faultType}`} />,
  },
];

const LETTER_COLUMNS: readonly Column<Letter>[] = [
  {
    id: 'message',
    heading: 'Message',
    cell: ({ letterId, type }) => <Link href={`/dead-letters/${letterId}`}>{type ?? 'unknown type'}</Link>,
  },
  { id: 'consumer', heading: 'Consumer', cell: ({ consumer }) => consumer },
  { id: 'state', heading: 'State', cell: ({ state }) => <Status value={state} /> },
  { id: 'fault', heading: 'Fault', cell: ({ faultMessage }) => faultMessage },
  { id: 'attempts', heading: 'Attempts', isNumeric: true, cell: ({ attempts }) => attempts },
  { id: 'replays', heading: 'Replays', isNumeric: true, cell: ({ replays }) => replays },
  { id: 'failedAt', heading: 'Failed', cell: ({ failedAt }) => <Instant at={failedAt} /> },
];

export default function DeadLettersPage() {
  const [{ groupId, state = 'failed' }, setFilter] = useFilter(['groupId', 'state']);
  const wanted = STATES.find(([value]) => value === state)?.[0] ?? 'failed';
  const groups = useList<Group>(
    ['dead-letter-groups', wanted],
    (cursor, signal) =>
      service.listDeadLetterGroups({ state: wanted, limit: 50, ...(cursor && { cursor }) }, { signal }),
    { everyMs: 5_000 },
  );
  const letters = useList<Letter>(
    ['dead-letters', groupId, wanted],
    (cursor, signal) =>
      service.listDeadLetters(
        { state: wanted, limit: 50, ...(groupId && { groupId }), ...(cursor && { cursor }) },
        { signal },
      ),
    { everyMs: 5_000 },
  );
  return (
    <Page
      title="Dead letters"
      lead="Messages that a consumer gave up after all its attempts. Nothing is lost: replay or discard them."
    >
      <div className="filters">
        <SelectField
          label="State"
          options={STATES}
          value={wanted}
          onValue={(value) => setFilter('state', value)}
        />
      </div>
      <Section title="By fault">
        <List
          label="Groups of dead letters"
          query={groups}
          columns={groupColumns(wanted)}
          keyOf={({ groupId: id }) => id}
          empty="No message is in this state."
        />
      </Section>
      <Section
        title={groupId === undefined ? 'Messages' : 'Messages of one fault'}
        actions={
          groupId !== undefined && (
            <Link href={`/dead-letters?state=${wanted}`}>Show those of all faults</Link>
          )
        }
      >
        <List
          label="Dead letters"
          query={letters}
          columns={LETTER_COLUMNS}
          keyOf={({ letterId }) => letterId}
          empty="No message is in this state."
        />
      </Section>
    </Page>
  );
}
