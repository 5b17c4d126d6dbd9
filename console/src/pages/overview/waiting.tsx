import { Link } from 'wouter';
import { formatCount } from '../../format/count.ts';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer } from '../../ui/answer.tsx';
import { Section } from '../../ui/page.tsx';

type Overview = Awaited<ReturnType<typeof service.getOverview>>;

const COUNTED_MAX = 1_000;

const TILES: readonly { readonly name: keyof Overview; readonly text: string; readonly to: string }[] = [
  { name: 'refundsAwaitingApproval', text: 'Refunds to approve', to: '/refunds' },
  { name: 'openDisputes', text: 'Open disputes', to: '/disputes?status=open' },
  { name: 'unknownPayments', text: 'Payments with an unknown outcome', to: '/payments?outcome=unknown' },
  { name: 'openBreaks', text: 'Open reconciliation breaks', to: '/breaks?status=open' },
  { name: 'ordersCancelling', text: 'Orders being cancelled', to: '/orders?status=Cancelling' },
  {
    name: 'paymentsRequiringAction',
    text: 'Payments waiting for the customer',
    to: '/payments?status=RequiresAction',
  },
  { name: 'disabledWebhookEndpoints', text: 'Disabled webhook endpoints', to: '/webhooks' },
  { name: 'deadLetters', text: 'Dead letters', to: '/dead-letters' },
];

export const useOverview = () =>
  useAnswer(['overview'], (signal) => service.getOverview({}, { signal }), {
    isLive: true,
  });

/** The service counts no further than one more than that. */
export const formatCapped = (count: number): string =>
  count > COUNTED_MAX ? `${formatCount(COUNTED_MAX)}+` : formatCount(count);

/** What goes on only when somebody does something about it. */
export const Waiting = () => (
  <Section title="Waiting for a person">
    <Answer query={useOverview()} rows={3}>
      {(overview) => <Tiles overview={overview} />}
    </Answer>
  </Section>
);

function Tiles({ overview }: { readonly overview: Overview }) {
  // null: of what whoever looks may not see.
  const tiles = TILES.flatMap(({ name, ...tile }) => {
    const count = overview[name];
    return count === null ? [] : [{ ...tile, name, count }];
  });
  if (tiles.every(({ count }) => count === 0)) return <p className="calm">Nothing waits for anybody.</p>;
  return (
    <ul className="tiles">
      {tiles.map(({ name, text, to, count }) => (
        <li key={name}>
          <Link href={to} className={count === 0 ? 'tile' : 'tile tile-waiting'}>
            <span className="tile-count">{formatCapped(count)}</span> <span>{text}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
