import { useInfiniteQuery } from '@tanstack/react-query';
import { formatCount } from '../../format/count.ts';
import { Instant } from '../../format/instant.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/field.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { LoadMore } from '../../ui/load-more.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';
import { EVENT_COLUMNS } from './event-columns.tsx';

type Shard = Awaited<ReturnType<typeof service.listShards>>['data'][number];

const FOLLOW_EVERY_MS = 1_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const SHARD_COLUMNS: readonly Column<Shard>[] = [
  { id: 'shard', heading: 'Shard', isNumeric: true, cell: ({ shard }) => shard },
  { id: 'events', heading: 'Events', isNumeric: true, cell: ({ events }) => formatCount(events) },
  { id: 'head', heading: 'Head', isNumeric: true, cell: ({ head }) => formatCount(head) },
  {
    id: 'oldest',
    heading: 'Oldest',
    cell: ({ oldestAt }) => oldestAt !== null && <Instant at={oldestAt} />,
  },
  {
    id: 'newest',
    heading: 'Newest',
    cell: ({ newestAt }) => newestAt !== null && <Instant at={newestAt} />,
  },
];

function Shards() {
  const shards = useAnswer(['shards'], (signal) => service.listShards({}, { signal }), { everyMs: 5_000 });
  return (
    <Section title="Shards">
      <Answer query={shards} rows={2}>
        {({ data }) => (
          <DataTable
            label="Shards"
            rows={data}
            columns={SHARD_COLUMNS}
            keyOf={({ shard }) => String(shard)}
          />
        )}
      </Answer>
    </Section>
  );
}

const wrongStream = (id: string): string | undefined =>
  UUID.test(id) ? undefined : 'The id of an order or a payment';
const wrongShard = (shard: string): string | undefined =>
  /^\d{1,3}$/.test(shard) ? undefined : 'A number, from 0';

export default function LogPage() {
  const [filter, setFilter, clear] = useFilter(['shard', 'streamId', 'type', 'follow']);
  const { shard, streamId, type, follow } = filter;
  const isFollowing = follow !== 'no';
  const isFiltered = (shard ?? streamId ?? type) !== undefined;
  const query = {
    ...(shard !== undefined && wrongShard(shard) === undefined && { shard: Number(shard) }),
    ...(streamId !== undefined && wrongStream(streamId) === undefined && { streamId }),
    ...(type !== undefined && { type }),
  };
  const events = useInfiniteQuery({
    queryKey: ['log', query],
    queryFn: ({ pageParam, signal }) =>
      service.listLogEvents(
        { ...query, limit: 50, ...(pageParam !== undefined && { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // Only the newest page is followed: older ones do not change.
    refetchInterval: ({ state }) => (isFollowing && state.data?.pages.length === 1 ? FOLLOW_EVERY_MS : false),
  });
  const field = (name: 'shard' | 'streamId' | 'type') => ({
    value: filter[name] ?? '',
    onValue: (value: string) => setFilter(name, value),
  });
  return (
    <Page
      title="Streams"
      lead="Every event of the log, newest first, as it was recorded."
      actions={
        <>
          {isFiltered && <Button onClick={clear}>Clear filters</Button>}
          <SelectField
            label="New events"
            options={[
              ['', 'Follow'],
              ['no', 'Hold still'],
            ]}
            value={follow ?? ''}
            onValue={(value) => setFilter('follow', value)}
          />
        </>
      }
    >
      <div className="filters">
        <FilterField label="Stream" wrong={wrongStream} {...field('streamId')} />
        <FilterField label="Event type" hint="Such as OrderCreated" {...field('type')} />
        <FilterField label="Shard" wrong={wrongShard} {...field('shard')} />
      </div>
      <Answer query={events}>
        {({ pages }) => {
          const found = pages.flatMap(({ data }) => data);
          const looked = pages.reduce((sum, { lookedThrough }) => sum + lookedThrough, 0);
          return (
            <>
              {found.length === 0 ? (
                <Empty>None among the newest {formatCount(looked)} events.</Empty>
              ) : (
                <DataTable label="Events" rows={found} columns={EVENT_COLUMNS} keyOf={({ id }) => id} />
              )}
              <LoadMore query={events} text="Look further back" />
            </>
          );
        }}
      </Answer>
      <Shards />
    </Page>
  );
}
