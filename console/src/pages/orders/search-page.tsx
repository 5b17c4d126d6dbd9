import { ProblemError, type Input, type Order } from '@order-payments/client';
import { Link, Redirect, useSearchParams } from 'wouter';
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

/** A list to look in, and the page that shows all of it. */
type Place = { readonly name: string; readonly to: string; readonly query: Input<'listOrders'> };
type Found =
  | { readonly to: string }
  | { readonly orders: readonly Order[]; readonly cut: readonly Pick<Place, 'name' | 'to'>[] };

const unlessAbsent = async <T,>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return undefined;
    throw error;
  }
};

function placesOf(wanted: string): readonly Place[] {
  const [, before, amount = '', after] = AMOUNT.exec(wanted) ?? [];
  const named = (before ?? after)?.toUpperCase();
  const currencies = named === undefined ? COMMON_CURRENCIES : [named].filter(isCurrency);
  const ofTotal = currencies.flatMap((currency): Place[] => {
    const total = toMinor(amount, currency);
    if (total === undefined) return [];
    const to = `/orders?currency=${currency}&min=${amount}&max=${amount}`;
    return [{ name: `${amount} ${currency}`, to, query: { currency, totalMin: total, totalMax: total } }];
  });
  if (!CUSTOMER.test(wanted)) return ofTotal;
  const to = `/orders?customerId=${encodeURIComponent(wanted)}`;
  return [{ name: `customer ${wanted}`, to, query: { customerId: wanted } }, ...ofTotal];
}

/** An id names one thing. Anything else may be a customer, an amount, or both. */
async function find(wanted: string, signal: AbortSignal): Promise<Found> {
  if (UUID.test(wanted)) {
    const order = await unlessAbsent(service.getOrder({ orderId: wanted }, { signal }));
    if (order) return { to: orderTo(order.orderId) };
    const payment = await unlessAbsent(service.getPayment({ paymentId: wanted }, { signal }));
    if (payment) return { to: `/payments/${payment.paymentId}` };
    const dispute = await unlessAbsent(service.getDispute({ disputeId: wanted }, { signal }));
    return dispute ? { to: `/disputes/${dispute.disputeId}` } : { orders: [], cut: [] };
  }
  const lists = await Promise.all(
    placesOf(wanted).map(async ({ query, ...place }) => {
      const { data, nextCursor } = await service.listOrders({ ...query, limit: FOUND_MAX }, { signal });
      return { ...place, data, isCut: nextCursor !== null };
    }),
  );
  const orders = lists.flatMap(({ data }) => data).map((order) => [order.orderId, order] as const);
  return { orders: [...new Map(orders).values()], cut: lists.filter(({ isCut }) => isCut) };
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
            <>
              <DataTable
                label="Orders found"
                rows={answer.orders}
                columns={ORDER_COLUMNS}
                keyOf={({ orderId }) => orderId}
              />
              {answer.cut.map(({ name, to }) => (
                <p key={to}>
                  These are the newest {FOUND_MAX} of {name}. <Link href={to}>Show all of {name}</Link>
                </p>
              ))}
            </>
          );
        }}
      </Answer>
    </Page>
  );
}
