import { useParams } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { inWords } from '../../ui/badge.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Json } from '../../ui/json.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { EVENT_COLUMNS, type LogEvent } from './event-columns.tsx';

type Found = Awaited<ReturnType<typeof service.getLogEvent>>;

const Related = ({ title, events }: { readonly title: string; readonly events: readonly LogEvent[] }) => (
  <Section title={title}>
    {events.length === 0 ? (
      <Empty>None.</Empty>
    ) : (
      <DataTable label={title} rows={events} columns={EVENT_COLUMNS} keyOf={({ id }) => id} />
    )}
  </Section>
);

function Details({ event, origin, causes, effects, together }: Found) {
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            ['Type', <code key="t">{event.type}</code>],
            ['Stream', <Identifier key="s" id={event.streamId} to={`/log?streamId=${event.streamId}`} />],
            ['Version', event.version],
            ['Place', `${event.id} (shard and position)`],
            ['Recorded', <Instant key="r" at={event.recordedAt} />],
            ['Who', <code key="w">{event.actor}</code>],
            ['Began with', `${origin.id}, by ${origin.actor}`],
            ['Event id', <Identifier key="e" id={event.eventId} />],
            ['Command', <Identifier key="c" id={event.commandId} />],
            ['Correlation', <Identifier key="k" id={event.correlationId} />],
          ]}
        />
      </div>
      <Section title="As it is in the log">
        {event.unreadable !== null && <p>{event.unreadable}</p>}
        <Json label="Data of the event" value={event.data} />
      </Section>
      <Related title="What led to it" events={causes} />
      <Related title="What came of it" events={effects} />
      <Related title="Recorded with it" events={together} />
    </>
  );
}

export default function EventPage() {
  const { eventId: id } = useParams<{ eventId: string }>();
  const found = useAnswer(['log-event', id], (signal) => service.getLogEvent({ id }, { signal }));
  return (
    <Page title={found.data ? inWords(found.data.event.type) : 'Event'}>
      <Answer query={found}>{(detail) => <Details {...detail} />}</Answer>
    </Page>
  );
}
