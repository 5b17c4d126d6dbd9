import { useParams } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { useAnswer, useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer } from '../../ui/answer.tsx';
import { Badge } from '../../ui/badge.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Facts } from '../../ui/facts.tsx';
import { List } from '../../ui/list.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { useFilter } from '../../ui/use-filter.ts';
import { DELIVERY_COLUMNS, type Delivery } from './delivery-columns.tsx';
import { EndpointActions } from './endpoint-actions.tsx';

const STATUSES = [
  ['', 'Any'],
  ['pending', 'Pending'],
  ['succeeded', 'Succeeded'],
  ['failed', 'Failed'],
] as const;

export default function WebhookPage() {
  const { endpointId } = useParams<{ endpointId: string }>();
  const [{ status }, setFilter] = useFilter(['status']);
  const endpoint = useAnswer(
    ['webhook-endpoint', endpointId],
    (signal) => service.getWebhookEndpoint({ endpointId }, { signal }),
    { everyMs: 5_000 },
  );
  const wanted = STATUSES.find(([value]) => value !== '' && value === status)?.[0];
  const deliveries = useList<Delivery>(
    ['deliveries', endpointId, wanted],
    (cursor, signal) =>
      service.listWebhookDeliveries(
        { endpointId, limit: 50, ...(wanted && { status: wanted }), ...(cursor && { cursor }) },
        { signal },
      ),
    { everyMs: 5_000 },
  );
  const found = endpoint.data;
  return (
    <Page title={found?.url ?? 'Webhook endpoint'} actions={found && <EndpointActions endpoint={found} />}>
      <Answer query={endpoint} rows={4}>
        {(one) => (
          <div className="card">
            <Facts
              facts={[
                [
                  'Status',
                  <Badge key="s" tone={one.status === 'enabled' ? 'good' : 'bad'}>
                    {one.status === 'enabled' ? 'Enabled' : 'Disabled'}
                  </Badge>,
                ],
                ...(one.disabledReason === null ? [] : [['Disabled because', one.disabledReason] as const]),
                ['Events', one.events.join(', ')],
                ['Description', one.description ?? 'none'],
                [
                  'Failing',
                  one.failingSince === null ? (
                    'no'
                  ) : (
                    <span key="f">
                      since <Instant at={one.failingSince} />, {one.failures} in a row
                    </span>
                  ),
                ],
                [
                  'Secret before',
                  one.previousSecretExpiresAt === null ? (
                    'none'
                  ) : (
                    <span key="p">
                      signs until <Instant at={one.previousSecretExpiresAt} />
                    </span>
                  ),
                ],
                ['Created', <Instant key="c" at={one.createdAt} />],
              ]}
            />
          </div>
        )}
      </Answer>
      <Section
        title="Deliveries"
        actions={
          <SelectField
            label="Status"
            options={STATUSES}
            value={status ?? ''}
            onValue={(value) => setFilter('status', value)}
          />
        }
      >
        <List
          label="Deliveries"
          query={deliveries}
          columns={DELIVERY_COLUMNS}
          keyOf={({ deliveryId }) => deliveryId}
          empty="There is no such delivery."
        />
      </Section>
    </Page>
  );
}
