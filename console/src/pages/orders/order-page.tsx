import type { Order } from '@order-payments/client';
import { useMemo, type ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { Answer } from '../../ui/answer.tsx';
import { Status } from '../../ui/badge.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { changesBetween } from './changes.ts';
import { Differs, DifferencesFromNow } from './differs.tsx';
import { OrderActions } from './order-actions.tsx';
import { OrderDeliveries } from './order-deliveries.tsx';
import { OrderHistory } from './order-history.tsx';
import { OrderLines } from './order-lines.tsx';
import { useHistory, useMoment, useOrderNow, useOrderThen, type OrderMoment } from './order-moment.ts';
import { OrderPayments } from './order-payments.tsx';
import { TimeSlider } from './time-slider.tsx';
import './order.css';

const SHORT_CHARS = 8;

export default function OrderPage() {
  const { orderId = '' } = useParams();
  // Another order is another page: nothing of the one before may show under its id.
  return <OrderInTime key={orderId} orderId={orderId} />;
}

function OrderInTime({ orderId }: { readonly orderId: string }) {
  const now = useOrderNow(orderId);
  const history = useHistory(orderId);
  const events = history.data?.data ?? [];
  const { index, isPast, goTo } = useMoment(events, !history.isPending);
  const then = useOrderThen(orderId, events, isPast ? events[index] : undefined);
  // On the way to the past what was shown stays, dimmed, until it is there: nothing jumps.
  const isOnTheWay = isPast && then.data === undefined && then.error === null;
  const shown = isPast && !(isOnTheWay && history.data) ? then : now;
  const changes = useMemo(
    () => (isPast && then.data && now.data ? differences(then.data, now.data) : undefined),
    [isPast, then.data, now.data],
  );
  const isKnownNow = history.data !== undefined && !isPast;

  return (
    <Page
      title={`Order …${orderId.slice(-SHORT_CHARS)}`}
      lead={<Identifier id={orderId} isWhole />}
      actions={isKnownNow && now.data && <OrderActions order={now.data.order} />}
    >
      {!history.isError && <TimeSlider events={events} index={index} goTo={goTo} changes={changes} />}
      <div className="order">
        <div className="order-shown" aria-busy={isOnTheWay || shown.isPlaceholderData}>
          <Answer query={shown}>
            {({ order, payments }) => (
              <DifferencesFromNow changes={changes ?? []}>
                <OrderHead order={order} />
                <OrderLines order={order} />
                <OrderPayments payments={payments} />
                <OrderDeliveries order={order} />
              </DifferencesFromNow>
            )}
          </Answer>
        </div>
        {!now.isLoadingError && (
          <Section title="History">
            <Answer query={history}>
              {({ data }) => <OrderHistory orderId={orderId} events={data} index={index} goTo={goTo} />}
            </Answer>
          </Section>
        )}
      </div>
    </Page>
  );
}

/** A payment says all that the order's own list of them says, and more. */
const differences = (then: OrderMoment, now: OrderMoment) =>
  changesBetween({ ...then.order, payments: then.payments }, { ...now.order, payments: now.payments });

function OrderHead({ order }: { readonly order: Order }) {
  const { customerId, totals, createdAt, expiresAt } = order;
  const statuses = ['status', 'paymentStatus', 'fulfilmentStatus'] as const;
  const marked = (field: (typeof statuses)[number]): ReactNode => (
    <Differs at={field}>
      <Status value={order[field]} />
    </Differs>
  );
  return (
    <div className="card">
      <Facts
        facts={[
          ['Order', marked('status')],
          ['Payment', marked('paymentStatus')],
          ['Fulfilment', marked('fulfilmentStatus')],
          ['Total', <Money key="total" {...totals.grand} />],
          [
            'Customer',
            <Link key="customer" href={`/orders?customerId=${encodeURIComponent(customerId)}`}>
              {customerId}
            </Link>,
          ],
          ['Created', <Instant key="created" at={createdAt} />],
          ...(order.status === 'Created' && expiresAt !== null
            ? [['Expires if unpaid', <Instant key="expires" at={expiresAt} />] as const]
            : []),
        ]}
      />
    </div>
  );
}
