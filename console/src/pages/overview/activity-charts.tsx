import { minorDigits } from '@order-payments/client';
import { useMemo } from 'react';
import { formatCount, formatPercent } from '../../format/count.ts';
import { formatMoney } from '../../format/money.tsx';
import { Chart, type Point } from '../../ui/chart.tsx';
import {
  amountsOf,
  countOf,
  currenciesOf,
  decisionsOf,
  perStep,
  RANGES,
  ratePerStep,
  successRate,
  type Period,
  type Range,
} from './activity.ts';

type Props = { readonly range: Range; readonly period: Period };

const topOf = (points: readonly Point[]): Point | undefined =>
  points.reduce<Point | undefined>(
    (top, point) => ((point.value ?? 0) > (top?.value ?? 0) ? point : top),
    undefined,
  );
const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

function summaryOf(total: string, range: Range, points: readonly Point[]): string {
  const top = topOf(points);
  const { last, step } = RANGES[range];
  if (top === undefined) return `None in the ${last}.`;
  return `${total} in the ${last}; most in the ${step} from ${timeOfDay.format(top.at)}: ${top.text}.`;
}

export function OrdersChart({ range, period: { starts, rows } }: Props) {
  const points = useMemo(() => {
    const counts = perStep(starts, rows, ({ ordersCreated }) => BigInt(ordersCreated));
    return starts.map((at, index): Point => {
      const count = counts[index] ?? 0n;
      return { at, value: Number(count), text: formatCount(count) };
    });
  }, [starts, rows]);
  return (
    <Chart
      title={`Orders per ${RANGES[range].step}`}
      heading="Orders"
      kind="bars"
      isWhole
      topMin={4}
      formatValue={formatCount}
      points={points}
      summary={summaryOf(formatCount(countOf(rows, 'ordersCreated')), range, points)}
    />
  );
}

type CapturedProps = Props & {
  readonly currency: string | undefined;
  readonly onCurrency: (currency: string) => void;
};

/** Of the currency that is wanted, or of the first in which there was anything. */
export function CapturedChart({ currency, ...shown }: CapturedProps) {
  const currencies = currenciesOf(shown.period);
  const known = currencies.find((one) => one === currency) ?? currencies[0] ?? 'USD';
  return <CapturedIn {...shown} currency={known} currencies={currencies} />;
}

type CapturedInProps = Props & {
  readonly currency: string;
  readonly currencies: readonly string[];
  readonly onCurrency: (currency: string) => void;
};

function CapturedIn({ range, period: { starts, rows }, currency, currencies, onCurrency }: CapturedInProps) {
  const points = useMemo(() => {
    const unit = 10 ** minorDigits(currency);
    const own = rows.filter((row) => row.currency === currency);
    const amounts = perStep(starts, own, ({ capturedAmount }) => BigInt(capturedAmount));
    return starts.map((at, index): Point => {
      const amount = amounts[index] ?? 0n;
      return { at, value: Number(amount) / unit, text: formatMoney(amount, currency) };
    });
  }, [starts, rows, currency]);
  const formatValue = useMemo(() => shortMoney(currency), [currency]);
  const total = amountsOf(rows, 'capturedAmount').get(currency) ?? 0n;
  return (
    <Chart
      title={`Captured per ${RANGES[range].step}`}
      heading={`Captured, ${currency}`}
      kind="bars"
      topMin={1}
      formatValue={formatValue}
      points={points}
      summary={summaryOf(formatMoney(total, currency), range, points)}
      actions={
        currencies.length > 1 && (
          <select
            className="chart-choice"
            aria-label="Currency"
            value={currency}
            onChange={({ target }) => onCurrency(target.value)}
          >
            {currencies.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </select>
        )
      }
    />
  );
}

/** Short enough for an axis: `€1.2K`. */
function shortMoney(currency: string): (value: number) => string {
  const format = new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    notation: 'compact',
    minimumFractionDigits: 0,
    maximumFractionDigits: 1,
  });
  return (value) => format.format(value);
}

export function SuccessChart({ range, period: { starts, rows } }: Props) {
  const points = useMemo(
    () =>
      ratePerStep(starts, rows).map((rate, index): Point => {
        const at = starts[index] ?? 0;
        return rate === undefined
          ? { at, value: null, text: 'None decided' }
          : { at, value: rate, text: formatPercent(rate) };
      }),
    [starts, rows],
  );
  const rate = successRate(rows);
  const { succeeded, decided } = decisionsOf(rows);
  const { last, step } = RANGES[range];
  return (
    <Chart
      title={`Payment success per ${step}`}
      heading="Succeeded"
      kind="line"
      topMin={1}
      formatValue={formatPercent}
      points={points}
      summary={
        rate === undefined
          ? `No payment was decided in the ${last}.`
          : `${formatPercent(rate)} in the ${last}: ${formatCount(succeeded)} of ${formatCount(decided)} decided.`
      }
    />
  );
}
