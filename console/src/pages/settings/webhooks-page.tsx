import { useState } from 'react';
import { Link } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { useCan } from '../../service/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { List } from '../../ui/list.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { DELIVERY_COLUMNS, type Delivery } from './delivery-columns.tsx';
import { Secret } from './secret.tsx';
import { CreateEndpoint, type Endpoint } from './webhook-dialogs.tsx';

const COLUMNS: readonly Column<Endpoint>[] = [
  {
    id: 'url',
    heading: 'URL',
    cell: ({ url, endpointId }) => <Link href={`/webhooks/${endpointId}`}>{url}</Link>,
  },
  {
    id: 'status',
    heading: 'Status',
    cell: ({ status, failures }) => (
      <>
        <Badge tone={status === 'enabled' ? 'good' : 'bad'}>
          {status === 'enabled' ? 'Enabled' : 'Disabled'}
        </Badge>{' '}
        {failures > 0 && <Badge tone="warn">{failures} failed in a row</Badge>}
      </>
    ),
  },
  { id: 'events', heading: 'Events', cell: ({ events }) => events.join(', ') },
  { id: 'description', heading: 'Description', cell: ({ description }) => description },
  { id: 'created', heading: 'Created', cell: ({ createdAt }) => <Instant at={createdAt} /> },
];

type Asked = { readonly act: 'create' } | { readonly act: 'tell'; readonly secret: string | null };

export default function WebhooksPage() {
  const [asked, ask] = useState<Asked>();
  const canManage = useCan('admin');
  const endpoints = useList<Endpoint>(['webhook-endpoints'], (cursor, signal) =>
    service.listWebhookEndpoints({ limit: 50, ...(cursor && { cursor }) }, { signal }),
  );
  const deliveries = useList<Delivery>(
    ['deliveries'],
    (cursor, signal) => service.listWebhookDeliveries({ limit: 20, ...(cursor && { cursor }) }, { signal }),
    { everyMs: 5_000 },
  );
  return (
    <Page
      title="Webhooks"
      actions={
        canManage && (
          <Button tone="primary" onClick={() => ask({ act: 'create' })}>
            New endpoint
          </Button>
        )
      }
    >
      <List
        label="Webhook endpoints"
        query={endpoints}
        columns={COLUMNS}
        keyOf={({ endpointId }) => endpointId}
        empty="Nobody is told of anything yet. An endpoint gets a signed message for each event it asks for."
      />
      <Section title="Latest deliveries">
        <List
          label="Latest deliveries"
          query={deliveries}
          columns={DELIVERY_COLUMNS}
          keyOf={({ deliveryId }) => deliveryId}
          empty="Nothing was delivered yet."
        />
      </Section>
      {asked?.act === 'create' && (
        <CreateEndpoint
          onSecret={(secret) => ask({ act: 'tell', secret })}
          onClose={() => ask((now) => (now?.act === 'tell' ? now : undefined))}
        />
      )}
      {asked?.act === 'tell' && (
        <Secret title="What messages are signed with" secret={asked.secret} onClose={() => ask(undefined)} />
      )}
    </Page>
  );
}
