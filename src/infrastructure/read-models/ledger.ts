import { foldStream } from '../../application/load-aggregates.ts';
import type { DomainEvent, RecordedEvent } from '../../application/ports.ts';
import {
  movedBy,
  orderPostings,
  paymentPostings,
  payoutPostings,
  type Leg,
} from '../../domain/ledger/postings.ts';
import { orderAggregate } from '../../domain/orders/order-evolution.ts';
import { paymentAggregate } from '../../domain/payments/payment-evolution.ts';
import { eventCodec } from '../codecs/event-codec.ts';
import { isOrderEvent } from '../codecs/order-codec.ts';
import { isPaymentEvent } from '../codecs/payment-codec.ts';
import { isPayoutEvent } from '../codecs/payout-codec.ts';
import type { ReadingCodec } from '../event-log/open-rows.ts';
import { readStreams } from '../event-log/read.ts';
import type { Tx } from '../postgres/pool.ts';
import { columns, type Projection } from './projection.ts';

/** Events that move money; mostly the state before them is needed, so their streams are read. */
const MOVING: ReadonlySet<DomainEvent['type']> = new Set([
  'PaymentAuthorized',
  'CaptureSucceeded',
  'PaymentVoided',
  'AuthorizationExpired',
  'RefundSucceeded',
  'RefundFailed',
  'DisputeOpened',
  'DisputeWon',
  'DisputeLost',
  'FulfilmentShipped',
  'OrderRefundRequested',
  'OrderRefundReleased',
  'PayoutReceived',
]);

/** Amounts are all that is looked at. */
const namingNobody: ReadingCodec = { ...eventCodec, findKeys: async () => new Map() };

/** What an event comes to in the books, and by what the provider knows it. */
type Posted = {
  readonly legs: readonly Leg[];
  readonly orderId: string | null;
  readonly provider: string | null;
  readonly operationId: string | null;
  readonly valueDay: string | null;
};

type Transaction = Posted & { readonly recorded: RecordedEvent; readonly currency: string };

/** Double entry, derived from events: one transaction an event, none for one that moves no money. */
export const ledgerProjection: Projection = {
  name: 'ledger-transaction',
  codeVersion: 2,
  concerns: ({ type }) => MOVING.has(type),
  project: async (tx, table, events) => {
    const moving = events.filter(({ event }) => MOVING.has(event.type));
    if (moving.length === 0) return;
    const transactions: Transaction[] = [];
    for (const tenantId of new Set(moving.map(({ metadata }) => metadata.tenantId))) {
      const ofTenant = moving.filter(({ metadata }) => metadata.tenantId === tenantId);
      transactions.push(...(await transactionsOf(tx, ofTenant)));
    }
    if (transactions.length > 0) await insert(tx, table, transactions);
  },
};

async function transactionsOf(tx: Tx, moving: readonly RecordedEvent[]): Promise<Transaction[]> {
  const [{ shard, metadata }] = moving as readonly [RecordedEvent, ...RecordedEvent[]];
  const streamIds = [...new Set(moving.map(({ streamId }) => streamId))];
  const version = Math.max(...moving.map((recorded) => recorded.version));
  const streams = await readStreams(tx, namingNobody, shard, metadata.tenantId, streamIds, { version });
  const byId = new Map(streamIds.map((id, index) => [id, streams[index] ?? []]));
  return moving.flatMap((recorded) => {
    const earlier = byId.get(recorded.streamId)!.slice(0, recorded.version - 1);
    const posted = post(recorded, earlier);
    const [first] = posted.legs;
    return first ? [{ ...posted, recorded, currency: first.amount.currency }] : [];
  });
}

const AT_NO_PROVIDER = { provider: null, operationId: null, valueDay: null };

function post({ event, streamId }: RecordedEvent, earlier: readonly RecordedEvent[]): Posted {
  if (isPayoutEvent(event)) {
    const { provider, payoutId: operationId, day: valueDay } = event;
    return { legs: payoutPostings(event), orderId: null, provider, operationId, valueDay };
  }
  if (isPaymentEvent(event)) {
    const { state } = foldStream(paymentAggregate, earlier);
    const legs = paymentPostings(event, state);
    const operationId = movedBy(event) ?? null;
    const provider = operationId === null ? null : providerOf(legs);
    const orderId = state.status === 'absent' ? streamId : state.orderId;
    return { legs, orderId, provider, operationId: provider && operationId, valueDay: null };
  }
  const legs = isOrderEvent(event) ? orderPostings(event, foldStream(orderAggregate, earlier).state) : [];
  return { legs, orderId: streamId, ...AT_NO_PROVIDER };
}

const CLEARING = 'psp_clearing:';

const providerOf = (legs: readonly Leg[]): string | null =>
  legs.find(({ account }) => account.startsWith(CLEARING))?.account.slice(CLEARING.length) ?? null;

async function insert(tx: Tx, table: string, transactions: readonly Transaction[]): Promise<void> {
  const rows = transactions.map(({ recorded, orderId, legs, currency, provider, operationId, valueDay }) => [
    recorded.shard,
    recorded.position,
    recorded.eventId,
    recorded.metadata.tenantId,
    orderId,
    recorded.streamId,
    recorded.event.type,
    currency,
    // Arrays of arrays must be of one length each, which these are not.
    JSON.stringify(legs.map(({ account, side, amount }) => [account, side, String(amount.amountMinor)])),
    recorded.recordedAt,
    provider,
    operationId,
    valueDay,
  ]);
  await tx.query({
    name: `insert into ${table}`,
    text: `insert into ${table} (shard, position, event_id, tenant_id, order_id, stream_id, type, currency, accounts,
        debits, credits, booked_at, provider, operation_id, value_day)
      select u.shard, u.position, u.event_id, u.tenant_id, u.order_id, u.stream_id, u.type, u.currency,
        l.accounts, l.debits, l.credits, u.booked_at, u.provider, u.operation_id, u.value_day
      from unnest($1::smallint[], $2::bigint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
        $9::jsonb[], $10::timestamptz[], $11::text[], $12::text[], $13::date[])
        as u (shard, position, event_id, tenant_id, order_id, stream_id, type, currency, legs, booked_at, provider,
          operation_id, value_day),
      lateral (select array_agg(leg ->> 0 order by n) as accounts,
          array_agg(case when leg ->> 1 = 'debit' then (leg ->> 2)::bigint else 0 end order by n) as debits,
          array_agg(case when leg ->> 1 = 'credit' then (leg ->> 2)::bigint else 0 end order by n) as credits
        from jsonb_array_elements(u.legs) with ordinality as e (leg, n)) l
      on conflict do nothing`,
    values: columns(rows),
  });
}
