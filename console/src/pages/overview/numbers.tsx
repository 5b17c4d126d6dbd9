import type { ReactNode } from 'react';
import { formatCount, formatPercent } from '../../format/count.ts';
import { Money } from '../../format/money.tsx';
import { amountsOf, countOf, decisionsOf, RANGES, successRate, type Period, type Range } from './activity.ts';

type Props = { readonly range: Range; readonly period: Period };

type NumberProps = { readonly title: string; readonly children: ReactNode };

const NumberCard = ({ title, children }: NumberProps) => (
  <div className="card number">
    <h3>{title}</h3>
    {children}
  </div>
);

type ValueProps = { readonly value: ReactNode; readonly before: ReactNode };

const Value = ({ value, before }: ValueProps) => (
  <p className="number-line">
    <span className="number-value">{value}</span> <span className="muted">{before}</span>
  </p>
);

const rateText = (rate: number | undefined): string => (rate === undefined ? '–' : formatPercent(rate));

/** The period as a whole, each beside what it was in the one before. */
export function Numbers({ range, period: { rows, before } }: Props) {
  const then = RANGES[range].before;
  const { succeeded, decided } = decisionsOf(rows);
  const refunds = countOf(rows, 'refundsSucceeded');
  return (
    <div className="numbers">
      <NumberCard title="Orders created">
        <Value
          value={formatCount(countOf(rows, 'ordersCreated'))}
          before={`${formatCount(countOf(before, 'ordersCreated'))} ${then}`}
        />
      </NumberCard>
      <NumberCard title="Payments that succeeded">
        <Value value={rateText(successRate(rows))} before={`${rateText(successRate(before))} ${then}`} />
        <p className="muted">
          {decided === 0
            ? 'None was decided'
            : `${formatCount(succeeded)} of ${formatCount(decided)} decided`}
        </p>
      </NumberCard>
      <NumberCard title="Captured">
        <Amounts name="capturedAmount" {...{ rows, before, then }} />
      </NumberCard>
      <NumberCard title={`Refunded${refunds > 0 ? `: ${formatCount(refunds)}` : ''}`}>
        <Amounts name="refundedAmount" {...{ rows, before, then }} />
      </NumberCard>
    </div>
  );
}

type AmountsProps = {
  readonly name: 'capturedAmount' | 'refundedAmount';
  readonly rows: Period['rows'];
  readonly before: Period['before'];
  readonly then: string;
};

function Amounts({ name, rows, before, then }: AmountsProps) {
  const amounts = amountsOf(rows, name);
  const amountsBefore = amountsOf(before, name);
  const currencies = [...new Set([...amounts.keys(), ...amountsBefore.keys()])]
    .filter((currency) => (amounts.get(currency) ?? 0n) !== 0n || (amountsBefore.get(currency) ?? 0n) !== 0n)
    .toSorted();
  if (currencies.length === 0) return <Value value="–" before={`nothing ${then} either`} />;
  return currencies.map((currency) => (
    <Value
      key={currency}
      value={<Money amount={amounts.get(currency) ?? 0n} currency={currency} />}
      before={
        <>
          <Money amount={amountsBefore.get(currency) ?? 0n} currency={currency} /> {then}
        </>
      }
    />
  ));
}
