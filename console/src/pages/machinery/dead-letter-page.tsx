import { useParams } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer } from '../../ui/answer.tsx';
import { Status } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Json } from '../../ui/json.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { DeadLetterActions } from './dead-letter-actions.tsx';

type Detail = Awaited<ReturnType<typeof service.getDeadLetter>>;

const COLUMNS: readonly Column<Detail['history'][number]>[] = [
  { id: 'replay', heading: 'Replay', isNumeric: true, cell: ({ replay }) => replay },
  { id: 'at', heading: 'Given up', cell: ({ failedAt }) => <Instant at={failedAt} /> },
  { id: 'attempts', heading: 'Attempts', isNumeric: true, cell: ({ attempts }) => attempts },
  { id: 'fault', heading: 'Fault', cell: ({ faultType }) => faultType },
  { id: 'message', heading: 'It said', cell: ({ faultMessage }) => faultMessage },
];

const Details = ({ letter }: { readonly letter: Detail }) => (
  <>
    <div className="card">
      <Facts
        facts={[
          ['State', <Status key="s" value={letter.state} />],
          ['Consumer', letter.consumer],
          ['Fault', `${letter.faultType}: ${letter.faultMessage}`],
          ['Message id', <Identifier key="m" id={letter.messageId} />],
          ['Came by', letter.hosted === 'broker' ? 'RabbitMQ' : 'the log, inside this service'],
          ['First failed', <Instant key="f" at={letter.firstFailedAt} />],
          ['Trace', letter.traceId === null ? 'none' : <Identifier key="t" id={letter.traceId} />],
        ]}
      />
    </div>
    <Section title="Each time it was given up">
      <DataTable
        label="History"
        rows={letter.history}
        columns={COLUMNS}
        keyOf={({ replay, failedAt }) => `${replay} ${failedAt}`}
      />
    </Section>
    <div className="columns">
      <Section title="Payload">
        <Json label="Payload" value={letter.payload} />
      </Section>
      <Section title="Headers">
        <Json label="Headers" value={letter.headers} />
      </Section>
    </div>
  </>
);

export default function DeadLetterPage() {
  const { letterId } = useParams<{ letterId: string }>();
  const letter = useAnswer(
    ['dead-letter', letterId],
    (signal) => service.getDeadLetter({ letterId }, { signal }),
    { everyMs: 3_000 },
  );
  return (
    <Page
      title={letter.data?.type ?? 'Dead letter'}
      actions={
        letter.data?.state === 'failed' && (
          <DeadLetterActions selection={{ ids: [letterId] }} about="this message" />
        )
      }
    >
      <Answer query={letter}>{(found) => <Details letter={found} />}</Answer>
    </Page>
  );
}
