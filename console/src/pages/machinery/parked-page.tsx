import { useState } from 'react';
import { Instant } from '../../format/instant.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { TextField } from '../../ui/field.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';
import { usePreview } from '../../ui/use-preview.ts';
import { Concerned, concernsAny } from './concerned.tsx';

type Parked = Awaited<ReturnType<typeof service.listParkedEvents>>['data'][number];
type Selection = { readonly ids: string[] } | { readonly subscription: string } | { readonly all: true };
type Asked = { readonly act: 'retry' | 'discard'; readonly selection: Selection };

const columnsWith = (ask: (asked: Asked) => void): readonly Column<Parked>[] => [
  {
    id: 'event',
    heading: 'Event',
    cell: ({ type, shard, position }) => (
      <>
        {type}
        <div className="muted">
          {shard}-{position}
        </div>
      </>
    ),
  },
  { id: 'subscription', heading: 'Subscription', cell: ({ subscription }) => subscription },
  { id: 'stream', heading: 'Stream', cell: ({ streamId }) => <Identifier id={streamId} /> },
  {
    id: 'kind',
    heading: 'Why',
    cell: ({ kind, error }) => (
      <>
        <Badge tone={kind === 'behind' ? 'neutral' : 'bad'}>
          {kind === 'behind' ? 'waits for an earlier one' : kind}
        </Badge>
        <div className="muted">{error}</div>
      </>
    ),
  },
  { id: 'attempts', heading: 'Attempts', isNumeric: true, cell: ({ attempts }) => attempts },
  { id: 'at', heading: 'Parked', cell: ({ parkedAt }) => <Instant at={parkedAt} /> },
  {
    id: 'next',
    heading: 'Next try',
    cell: ({ nextRetryAt }) => nextRetryAt !== null && <Instant at={nextRetryAt} />,
  },
  {
    id: 'acts',
    heading: 'Actions',
    cell: ({ parkedId, shard, position }) => (
      <span className="button-row">
        <Button
          aria-label={`Retry ${shard}-${position}`}
          onClick={() => ask({ act: 'retry', selection: { ids: [parkedId] } })}
        >
          Retry
        </Button>
        <Button
          tone="danger"
          aria-label={`Discard ${shard}-${position}`}
          onClick={() => ask({ act: 'discard', selection: { ids: [parkedId] } })}
        >
          Discard
        </Button>
      </span>
    ),
  },
];

function ActOnParked({ act, selection, onClose }: Asked & { readonly onClose: () => void }) {
  const [reason, setReason] = useState('');
  const isRetry = act === 'retry';
  const concerned = usePreview(['parked events', selection], (signal) =>
    service.retryParkedEvents({ ...selection, preview: true }, { signal }),
  );
  const given = reason.trim();
  return (
    <ActionDialog
      title={isRetry ? 'Retry parked events' : 'Discard parked events'}
      confirm={isRetry ? 'Retry' : 'Discard for good'}
      tone={isRetry ? 'primary' : 'danger'}
      command={[act, selection, given]}
      isIncomplete={(!isRetry && given === '') || !concernsAny(concerned)}
      send={() =>
        isRetry
          ? service.retryParkedEvents({ ...selection, ...(given !== '' && { reason: given }) })
          : service.discardParkedEvents({ ...selection, reason: given })
      }
      onClose={onClose}
    >
      <TextField
        label="Reason"
        required={!isRetry}
        maxLength={500}
        hint="Kept in the audit log"
        value={reason}
        onValue={setReason}
      />
      <Concerned preview={concerned} none="Nothing: none of these is parked any more.">
        {(count) =>
          isRetry
            ? `${count} will be applied again; those of their streams behind them follow.`
            : `${count} will never be applied by their subscription. This cannot be undone.`
        }
      </Concerned>
    </ActionDialog>
  );
}

export default function ParkedPage() {
  const [{ subscription }, setFilter] = useFilter(['subscription']);
  const [asked, ask] = useState<Asked>();
  const parked = useList<Parked>(
    ['parked', subscription],
    (cursor, signal) =>
      service.listParkedEvents(
        { limit: 50, ...(subscription && { subscription }), ...(cursor && { cursor }) },
        { signal },
      ),
    { everyMs: 3_000 },
  );
  const all: Selection = subscription === undefined ? { all: true } : { subscription };
  return (
    <Page
      title="Parked events"
      lead="Events that a subscription could not apply. The rest of the log goes on; the stream’s later events wait behind them."
      actions={
        (parked.data?.length ?? 0) > 0 && (
          <>
            <Button onClick={() => ask({ act: 'retry', selection: all })}>Retry all</Button>
            <Button tone="danger" onClick={() => ask({ act: 'discard', selection: all })}>
              Discard all
            </Button>
          </>
        )
      }
    >
      <div className="filters">
        <FilterField
          label="Subscription"
          value={subscription ?? ''}
          onValue={(value) => setFilter('subscription', value)}
        />
      </div>
      <List
        label="Parked events"
        query={parked}
        columns={columnsWith(ask)}
        keyOf={({ parkedId }) => parkedId}
        empty="Nothing is parked: every event was applied."
      />
      {asked && <ActOnParked {...asked} onClose={() => ask(undefined)} />}
    </Page>
  );
}
