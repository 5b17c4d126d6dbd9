import { useMemo } from 'react';
import { formatInstant } from '../../format/instant.tsx';
import { Relative, useNow } from '../../format/relative.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { useCan } from '../../service/session.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';

type Work = Awaited<ReturnType<typeof service.listScheduledWork>>['data'][number];

const EVERY_MS = 5_000;
const NOW_EVERY_MS = 1_000;

const KINDS: Readonly<Record<Work['kind'], readonly [what: string, why: string]>> = {
  order: ['Order looked after', 'It expires, or its next step is taken'],
  payment: ['Payment looked after', 'The provider is asked, or an authorization is let go'],
  message: ['Message tried again', 'Its consumer could not handle it'],
  'webhook-delivery': ['Webhook sent', 'It is posted to the endpoint'],
};

type AboutProps = { readonly work: Work; readonly isAdmin: boolean };

/** Endpoints and deliveries have pages for those who manage them only. */
const About = ({ work, isAdmin }: AboutProps) => {
  const { orderId, paymentId, deliveryId, messageId, consumer, kind } = work;
  return (
    <>
      {orderId !== null && (
        <div>
          Order <Identifier id={orderId} to={`/orders/${orderId}`} />
        </div>
      )}
      {paymentId !== null && (
        <div>
          Payment <Identifier id={paymentId} to={`/payments/${paymentId}`} />
        </div>
      )}
      {deliveryId !== null && (
        <div>
          Delivery <Identifier id={deliveryId} {...(isAdmin && { to: `/deliveries/${deliveryId}` })} />
        </div>
      )}
      {kind === 'message' && messageId !== null && (
        <div>
          Message <Identifier id={messageId} />
        </div>
      )}
      {consumer !== null && <div>Consumer {consumer}</div>}
    </>
  );
};

const When = ({ at, now }: { readonly at: string; readonly now: number }) => (
  <>
    <Relative at={at} now={now} />
    <div className="muted">{formatInstant(at)}</div>
  </>
);

const columnsAt = (now: number, isAdmin: boolean): readonly Column<Work>[] => [
  { id: 'due', heading: 'Due', cell: ({ dueAt }) => <When at={dueAt} now={now} /> },
  {
    id: 'what',
    heading: 'What happens',
    cell: ({ kind }) => (
      <>
        {KINDS[kind][0]}
        <div className="muted">{KINDS[kind][1]}</div>
      </>
    ),
  },
  { id: 'about', heading: 'About', cell: (work) => <About work={work} isAdmin={isAdmin} /> },
  { id: 'attempts', heading: 'Attempts', isNumeric: true, cell: ({ attempts }) => attempts ?? '–' },
  {
    id: 'claimed',
    heading: 'Not before',
    cell: ({ claimedUntil }) =>
      claimedUntil !== null && Date.parse(claimedUntil) > now ? <When at={claimedUntil} now={now} /> : '–',
  },
];

export default function ScheduledPage() {
  const now = useNow(NOW_EVERY_MS);
  const isAdmin = useCan('admin');
  const columns = useMemo(() => columnsAt(now, isAdmin), [now, isAdmin]);
  const work = useList<Work>(
    ['scheduled'],
    (cursor, signal) => service.listScheduledWork({ limit: 50, ...(cursor && { cursor }) }, { signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <Page
      title="Scheduled"
      lead="What the service does by itself, soonest first. Until the time under “Not before”, a process has it in hand or has put it off."
    >
      <List
        label="Scheduled work"
        query={work}
        columns={columns}
        keyOf={({ kind, id }) => `${kind} ${id}`}
        empty="Nothing is scheduled."
      />
    </Page>
  );
}
