import type { ReactNode } from 'react';
import { formatCount, formatPercent } from '../../format/count.ts';
import { Money } from '../../format/money.tsx';
import { amountsOf, countOf, decisionsOf, RANGES, successRate, type Period, type Range } from './activity.ts';

type Props = { readonly range: Range; readonly period: Period };

const NOTHING = '–';

type Line = { readonly key: string; readonly value: ReactNode; readonly before: ReactNode };
type CardProps = { readonly title: string; readonly then: string; readonly lines: readonly Line[] };

const NumberCard = ({ title, then, lines }: CardProps) => (
  <div className="card number">
    <header className="number-head">
      <h3>{title}</h3>
      <span>{then}</span>
    </header>
    {lines.map(({ key, value, before }) => (
      <p key={key} className="number-line">
        <span className="number-value">{value}</span>
        <span>{before}</span>
      </p>
    ))}
  </div>
);

const rateText = (rate: number | undefined): string => (rate === undefined ? NOTHING : formatPercent(rate));

/** `29 of 32`. */
function decidedText(rows: Period['rows']): string {
  const { succeeded, decided } = decisionsOf(rows);
  return decided === 0 ? 'none decided' : `${formatCount(succeeded)} of ${formatCount(decided)}`;
}

/** The period as a whole, each beside what it was in the one before. */
export function Numbers({ range, period: { rows, before } }: Props) {
  const then = RANGES[range].before;
  const count = (name: 'ordersCreated' | 'refundsSucceeded', key: string): Line => ({
    key,
    value: formatCount(countOf(rows, name)),
    before: formatCount(countOf(before, name)),
  });
  return (
    <div className="numbers">
      <NumberCard title="Orders created" then={then} lines={[count('ordersCreated', 'orders')]} />
      <NumberCard
        title="Payment success"
        then={then}
        lines={[
          { key: 'rate', value: rateText(successRate(rows)), before: rateText(successRate(before)) },
          { key: 'decided', value: decidedText(rows), before: decidedText(before) },
        ]}
      />
      <NumberCard title="Captured" then={then} lines={moneyLines('capturedAmount', rows, before)} />
      <NumberCard
        title="Refunds"
        then={then}
        lines={[count('refundsSucceeded', 'refunds'), ...moneyLines('refundedAmount', rows, before, [])]}
      />
    </div>
  );
}

const NO_MONEY: readonly Line[] = [{ key: 'none', value: NOTHING, before: NOTHING }];

/** One for each currency in which there was anything. */
function moneyLines(
  name: 'capturedAmount' | 'refundedAmount',
  rows: Period['rows'],
  rowsBefore: Period['before'],
  none = NO_MONEY,
): readonly Line[] {
  const amounts = amountsOf(rows, name);
  const amountsBefore = amountsOf(rowsBefore, name);
  const lines = [...new Set([...amounts.keys(), ...amountsBefore.keys()])]
    .toSorted()
    .map((currency) => ({
      currency,
      amount: amounts.get(currency) ?? 0n,
      before: amountsBefore.get(currency) ?? 0n,
    }))
    .filter(({ amount, before }) => amount !== 0n || before !== 0n)
    .map(({ currency, amount, before }): Line => ({
      key: currency,
      value: <Money amount={amount} currency={currency} />,
      before: <Money amount={before} currency={currency} />,
    }));
  return lines.length === 0 ? none : lines;
}
