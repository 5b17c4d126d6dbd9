import type { Payment } from '@order-payments/client';
import { Link } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import type { service } from '../../service/service.ts';
import { useCan } from '../../service/session.tsx';
import { Answer } from '../../ui/answer.tsx';
import { inWords } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Section } from '../../ui/page.tsx';
import { useHistory } from '../orders/order-moment.ts';

type Happened = Awaited<ReturnType<typeof service.listOrderEvents>>['data'][number];

/** Of an event, whatever its type: they are shown as they are in the log. */
function wordOf({ data }: Happened, name: string): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const value: unknown = Object.entries(data).find(([key]) => key === name)?.[1];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export const providerIn = (events: readonly Happened[], paymentId: string): string | undefined =>
  events
    .filter(({ streamId, type }) => streamId === paymentId && type === 'AttemptStarted')
    .map((event) => wordOf(event, 'provider'))
    .at(-1);

export function PaymentHistory({ payment }: { readonly payment: Payment }) {
  const canBrowse = useCan('ops');
  const events = useHistory(payment.orderId);
  const columns: readonly Column<Happened>[] = [
    { id: 'version', heading: 'Version', isNumeric: true, cell: ({ version }) => version },
    {
      id: 'type',
      heading: 'What happened',
      cell: ({ id, type }) => (canBrowse ? <Link href={`/log/${id}`}>{inWords(type)}</Link> : inWords(type)),
    },
    { id: 'why', heading: 'Reason', cell: (event) => wordOf(event, 'reason') ?? '' },
    { id: 'actor', heading: 'By', cell: ({ actor }) => <span className="nowrap">{actor}</span> },
    { id: 'recordedAt', heading: 'When', cell: ({ recordedAt }) => <Instant at={recordedAt} /> },
  ];
  return (
    <Section title="History">
      <Answer query={events}>
        {({ data }) => (
          <DataTable
            label="History of the payment"
            rows={data.filter(({ streamId }) => streamId === payment.paymentId)}
            columns={columns}
            keyOf={({ eventId }) => eventId}
          />
        )}
      </Answer>
    </Section>
  );
}
