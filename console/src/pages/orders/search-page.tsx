import { ProblemError, type Order } from '@order-payments/client';
import { Redirect, useSearchParams } from 'wouter';
import { toMinor } from '../../format/money.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Page } from '../../ui/page.tsx';
import { isCurrency } from './amount-filter.ts';
import { ORDER_COLUMNS, orderTo } from './order-columns.tsx';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const AMOUNT = /^(?:([A-Za-z]{3})\s*)?(\d+(?:[.,]\d+)?)(?:\s*([A-Za-z]{3}))?$/;
/** A search for what no customer can be called would be refused. */
const CUSTOMER = /^[A-Za-z0-9][\w.:-]{0,99}$/;
const COMMON_CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'CHF'];
const FOUND_MAX = 20;

type Found = { readonly to: string } | { readonly orders: readonly Order[] };

const unlessAbsent = async <T,>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return undefined;
    throw error;
  }
};

/** An id names one thing. Anything else may be a customer, an amount, or both. */
async function find(wanted: string, signal: AbortSignal): Promise<Found> {
  if (UUID.test(wanted)) {
    const order = await unlessAbsent(service.getOrder({ orderId: wanted }, { signal }));
    if (order) return { to: orderTo(order.orderId) };
    const payment = await unlessAbsent(service.getPayment({ paymentId: wanted }, { signal }));
    if (payment) return { to: `/payments/${payment.paymentId}` };
    const dispute = await unlessAbsent(service.getDispute({ disputeId: wanted }, { signal }));
    return dispute ? { to: `/disputes/${dispute.disputeId}` } : { orders: [] };
  }
  const [, before, amount, after] = AMOUNT.exec(wanted) ?? [];
  const named = (before ?? after)?.toUpperCase();
  const currencies = named === undefined ? COMMON_CURRENCIES : [named].filter(isCurrency);
  const totals = amount === undefined ? [] : currencies.map((currency) => ({ currency, amount }));
  const lists = await Promise.all([
    ...(CUSTOMER.test(wanted)
      ? [service.listOrders({ customerId: wanted, limit: FOUND_MAX }, { signal })]
      : []),
    ...totals.flatMap(({ currency, amount: decimal }) => {
      const total = toMinor(decimal, currency);
      if (total === undefined) return [];
      const exactly = { currency, totalMin: total, totalMax: total, limit: FOUND_MAX };
      return [service.listOrders(exactly, { signal })];
    }),
  ]);
  return { orders: lists.flatMap(({ data }) => data) };
}

export default function SearchPage() {
  const [search] = useSearchParams();
  const wanted = (search.get('q') ?? '').trim();
  const found = useAnswer(['search', wanted], (signal) => find(wanted, signal));
  return (
    <Page title={`Search for “${wanted}”`}>
      <Answer query={found}>
        {(answer) => {
          if ('to' in answer) return <Redirect to={answer.to} replace />;
          if (answer.orders.length === 0)
            return (
              <Empty>
                Nothing has this id, customer or total. Amounts without a currency are looked for in{' '}
                {COMMON_CURRENCIES.join(', ')}; <code>12.50 SEK</code> finds others.
              </Empty>
            );
          return (
            <DataTable
              label="Orders found"
              rows={answer.orders}
              columns={ORDER_COLUMNS}
              keyOf={({ orderId }) => orderId}
            />
          );
        }}
      </Answer>
    </Page>
  );
}
