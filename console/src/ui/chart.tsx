import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { formatInstant } from '../format/instant.tsx';
import { DataTable, type Column } from './data-table.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import type { PlotProps } from './plot.tsx';
import './chart.css';

// Half of the page without it: it comes when there is something to draw.
const Plot = lazy(async () => ({ default: (await import('./plot.tsx')).Plot }));

export type Point = {
  /** When its step begins, in milliseconds. */
  readonly at: number;
  /** Exact enough to draw; null: nothing to draw. */
  readonly value: number | null;
  /** Exactly, in words. */
  readonly text: string;
};

type Props = Pick<PlotProps, 'kind' | 'formatValue' | 'topMin' | 'isWhole'> & {
  readonly title: string;
  /** Of the values, in the table. */
  readonly heading: string;
  /** What it shows, in words. */
  readonly summary: string;
  readonly points: readonly Point[];
  readonly actions?: ReactNode;
};

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const formatTime = (ms: number): string => timeOfDay.format(ms);
const textOf = (at: number): string => formatInstant(new Date(at).toISOString());

/** A series over time: drawn, in words, and as a table for whoever wants the numbers. */
export function Chart({ title, heading, summary, points, actions, ...plot }: Props) {
  const [pointed, setPointed] = useState<number>();
  const [isOpen, setOpen] = useState(false);
  const times = useMemo(() => points.map(({ at }) => at), [points]);
  const values = useMemo(() => points.map(({ value }) => value), [points]);
  const columns = useMemo<readonly Column<Point>[]>(
    () => [
      { id: 'at', heading: 'From', cell: ({ at }) => <time>{textOf(at)}</time> },
      { id: 'value', heading, isNumeric: true, cell: ({ text }) => text },
    ],
    [heading],
  );
  const point = pointed === undefined ? undefined : points[pointed];
  return (
    <section className="card chart">
      <header className="chart-head">
        <h3>{title}</h3>
        {actions}
      </header>
      <p className="chart-said muted">
        {point === undefined ? summary : `${formatTime(point.at)}: ${point.text}`}
      </p>
      <div className="chart-frame">
        <ErrorBoundary instead={() => <p className="muted">It cannot be drawn. The table has all of it.</p>}>
          <Suspense>
            <Plot {...plot} {...{ times, values, formatTime }} onPoint={setPointed} />
          </Suspense>
        </ErrorBoundary>
      </div>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>As a table</summary>
        {isOpen && <DataTable label={title} rows={points} columns={columns} keyOf={({ at }) => String(at)} />}
      </details>
    </section>
  );
}
