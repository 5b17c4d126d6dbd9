import { orderAggregate } from '../src/domain/orders/order-evolution.ts';

const NOTHING = `jsonb_build_object('amount', 0, 'currency', g.created ->> 'currency')`;

/** The payments of an order as it sees them, from its claims and what became of them. */
const PAYMENTS = `
  select bool_or(outcome is null) as pending,
      jsonb_agg(jsonb_build_object('paymentId', claim -> 'paymentId', 'amount', claim -> 'amount',
        'status', coalesce(outcome ->> 'status', 'Pending'),
        'claim', case when outcome is null then claim -> 'amount' else ${NOTHING} end,
        'captured', case outcome ->> 'status' when 'Completed' then claim -> 'amount' else ${NOTHING} end,
        'captures', case outcome ->> 'status' when 'Completed' then jsonb_build_array(outcome -> 'operationId')
          else '[]' end) order by place) as payments
    from unnest(g.claims) with ordinality as c (claim, place)
    cross join lateral (select g.outcomes -> (claim ->> 'paymentId') as outcome) o`;

/**
 * The rows of the order summary in one statement, as one would write it by hand for this purpose alone: what the
 * projection makes by folding, for the courses that the bench's orders take.
 */
export const SUMMARY_SQL = (table: string, where = 'true'): string => `
  insert into ${table} (shard, order_id, tenant_id, customer_id, status, payment_status, fulfilment_status, currency,
    total_minor, due_minor, version, created_at, updated_at, state, state_version)
  select 0, o.stream_id, o.tenant_id, o.created ->> 'customerId', o.status,
      case when o.due = 0 then 'Paid' when o.pending then 'Pending' when o.due = o.total then 'Unpaid'
        else 'PartiallyPaid' end,
      'None', o.created ->> 'currency', o.total, o.due, o.version, (o.created ->> 'at')::timestamptz,
      o.updated_at::timestamptz,
      (o.created - 'at') || jsonb_build_object('status', o.status, 'stock', 'Reserved', 'payments', o.payments,
        'refunds', '[]'::jsonb, 'chargebacks', '[]'::jsonb, 'fulfilments', '[]'::jsonb, 'returns', '[]'::jsonb,
        'isPaid', o.confirmed, 'createdAt', o.created ->> 'at', 'updatedAt', o.updated_at),
      ${orderAggregate.stateVersion}
    from (
      select g.*, (g.created -> 'totals' -> 'grand' ->> 'amount')::bigint as total,
          (g.created -> 'totals' -> 'grand' ->> 'amount')::bigint - g.captured as due,
          case when g.confirmed then 'Confirmed' else 'Created' end as status,
          coalesce(p.payments, '[]') as payments, coalesce(p.pending, false) as pending
        from (
          select e.stream_id, (min(e.metadata ->> 'tenantId'))::uuid as tenant_id, max(e.version) as version,
              max(e.data ->> 'at') as updated_at,
              (array_agg(e.data) filter (where e.type = 'OrderCreated'))[1] as created,
              coalesce(bool_or(e.type = 'OrderConfirmed'), false) as confirmed,
              coalesce(sum((e.data -> 'amount' ->> 'amount')::bigint) filter (where e.type = 'OrderPaymentCaptured'), 0)
                as captured,
              array_agg(e.data order by e.version) filter (where e.type = 'PaymentClaimed') as claims,
              jsonb_object_agg(e.data ->> 'paymentId', jsonb_build_object('operationId', e.data -> 'operationId',
                'status', case e.type when 'OrderPaymentCaptured' then 'Completed' else 'Failed' end))
                filter (where e.type in ('OrderPaymentCaptured', 'OrderPaymentFailed')) as outcomes
            from event e
           where e.shard = 0 and ${where} and e.type in ('OrderCreated', 'StockReserved', 'PaymentClaimed',
             'PaymentClaimReleased', 'OrderPaymentCaptured', 'OrderPaymentFailed', 'OrderConfirmed', 'OrderPaid')
           group by e.stream_id
        ) g
        left join lateral (${PAYMENTS}) p on true
    ) o`;
