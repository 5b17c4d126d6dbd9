import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { formatDuration } from '../../format/count.ts';
import { Instant } from '../../format/instant.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { Answer, Empty } from '../../ui/answer.tsx';
import { Badge, Status } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Page, Section } from '../../ui/page.tsx';

type Detail = Awaited<ReturnType<typeof service.getWebhookDelivery>>;
type Attempt = Detail['attempts'][number];

const isGood = (status: number | null): boolean => status !== null && status >= 200 && status < 300;

const COLUMNS: readonly Column<Attempt>[] = [
  { id: 'number', heading: 'Attempt', isNumeric: true, cell: ({ number }) => number },
  { id: 'at', heading: 'At', cell: ({ at }) => <Instant at={at} /> },
  {
    id: 'answer',
    heading: 'Answer',
    cell: ({ statusCode, error }) => (
      <Badge tone={isGood(statusCode) ? 'good' : 'bad'}>{statusCode ?? error ?? 'none'}</Badge>
    ),
  },
  { id: 'took', heading: 'Took', isNumeric: true, cell: ({ durationMs }) => formatDuration(durationMs) },
  { id: 'said', heading: 'It said', cell: ({ response }) => response !== null && <code>{response}</code> },
];

export default function DeliveryPage() {
  const { deliveryId } = useParams<{ deliveryId: string }>();
  const [isAsked, setAsked] = useState(false);
  const delivery = useAnswer(
    ['delivery', deliveryId],
    (signal) => service.getWebhookDelivery({ deliveryId }, { signal }),
    { everyMs: 5_000 },
  );
  return (
    <Page
      title="Webhook delivery"
      actions={
        delivery.data &&
        delivery.data.status !== 'pending' && <Button onClick={() => setAsked(true)}>Deliver again</Button>
      }
    >
      <Answer query={delivery}>
        {(one) => (
          <>
            <div className="card">
              <Facts
                facts={[
                  ['Message', one.type],
                  ['Message id', <Identifier key="m" id={one.messageId} />],
                  ['Status', <Status key="s" value={one.status} />],
                  [
                    'Endpoint',
                    <Link key="e" href={`/webhooks/${one.endpointId}`}>
                      Show
                    </Link>,
                  ],
                  ['Created', <Instant key="c" at={one.createdAt} />],
                  [
                    'Next attempt',
                    one.nextAttemptAt === null ? 'none' : <Instant key="n" at={one.nextAttemptAt} />,
                  ],
                ]}
              />
            </div>
            <Section title="Attempts">
              {one.attempts.length === 0 ? (
                <Empty>Not sent yet.</Empty>
              ) : (
                <DataTable
                  label="Attempts"
                  rows={one.attempts}
                  columns={COLUMNS}
                  keyOf={({ number, at }) => `${number} ${at}`}
                />
              )}
            </Section>
          </>
        )}
      </Answer>
      {isAsked && (
        <ActionDialog
          title="Deliver again"
          confirm="Deliver again"
          command={deliveryId}
          send={(idempotencyKey) => service.redeliverWebhook({ deliveryId }, { idempotencyKey })}
          onClose={() => setAsked(false)}
        >
          <p className="effect">The same message, with the same id, is posted to its endpoint once more.</p>
        </ActionDialog>
      )}
    </Page>
  );
}
