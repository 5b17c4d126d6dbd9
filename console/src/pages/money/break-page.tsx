import { useParams } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { Money } from '../../format/money.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { inWords, Status } from '../../ui/badge.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Json } from '../../ui/json.tsx';
import { Page, Section } from '../../ui/page.tsx';
import './money.css';

type BreakDetail = Awaited<ReturnType<typeof service.getReconciliationBreak>>;
type Side = keyof BreakDetail['sides'];

const SIDES: readonly (readonly [Side, string])[] = [
  ['ledger', 'Our ledger'],
  ['provider', 'The provider’s books'],
  ['settlement', 'What was paid out'],
];

const WITHOUT: Readonly<Record<BreakDetail['states'][Side], string>> = {
  found: '',
  nothing: 'Says nothing of it.',
  unavailable: 'Cannot be asked now. Look again in a moment.',
  'not-configured': 'The provider is not configured here any more.',
};

type SideProps = { readonly found: BreakDetail; readonly side: Side; readonly title: string };

function SideCard({ found, side, title }: SideProps) {
  const entries = found.sides[side];
  if (entries === null || entries.length === 0) return <Empty>{WITHOUT[found.states[side]]}</Empty>;
  return entries.map((entry) => (
    <div key={entry.id} className="card">
      <p className="side-head">
        <strong>{inWords(entry.type)}</strong> <Money amount={entry.amount} currency={found.currency} />
      </p>
      <p className="muted">
        <Instant at={entry.at} />
      </p>
      <Json label={`${title}: entry ${entry.id}`} value={entry} />
    </div>
  ));
}

const orderLink = (orderId: string | null) =>
  orderId === null ? 'none' : <Identifier id={orderId} to={`/orders/${orderId}`} />;
const paymentLink = (paymentId: string | null) =>
  paymentId === null ? 'none' : <Identifier id={paymentId} to={`/payments/${paymentId}`} />;

function Details({ found }: { readonly found: BreakDetail }) {
  const { currency, expected, actual } = found;
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            ['Status', <Status key="s" value={found.status} />],
            ['Day', `${found.day} (UTC), ${found.provider}`],
            [
              'Expected',
              expected === null ? 'nothing' : <Money key="e" amount={expected} currency={currency} />,
            ],
            ['Found', actual === null ? 'nothing' : <Money key="a" amount={actual} currency={currency} />],
            ['About', <code key="b">{found.subject}</code>],
            ['Order', orderLink(found.orderId)],
            ['Payment', paymentLink(found.paymentId)],
            ['Found at', <Instant key="f" at={found.foundAt} />],
            ['Resolved', found.resolvedAt === null ? 'not yet' : <Instant key="r" at={found.resolvedAt} />],
          ]}
        />
      </div>
      <div className="columns sides">
        {SIDES.map(([side, title]) => (
          <Section key={side} title={title}>
            <SideCard found={found} side={side} title={title} />
          </Section>
        ))}
      </div>
    </>
  );
}

export default function BreakPage() {
  const { breakId } = useParams<{ breakId: string }>();
  const found = useAnswer(['break', breakId], (signal) =>
    service.getReconciliationBreak({ breakId }, { signal }),
  );
  const title = found.data ? inWords(found.data.kind.replaceAll('-', '_')) : 'Break';
  return (
    <Page title={title} lead="The three sides beside each other.">
      <Answer query={found}>{(detail) => <Details found={detail} />}</Answer>
    </Page>
  );
}
