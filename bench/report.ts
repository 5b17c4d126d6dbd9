import type { Facts } from './lab.ts';
import { median } from './rounds.ts';

/** What a ratio of ours to the baseline has to be. */
export type Reach = { readonly atLeast: number } | { readonly atMost: number };

export type Row = {
  readonly scenario: string;
  readonly what: string;
  readonly unit: string;
  readonly ours?: number;
  readonly baseline?: { readonly name: string; readonly value: number };
  /** Ours divided by the baseline. */
  readonly ratio?: number;
  readonly rounds?: { readonly ours: readonly number[]; readonly baseline: readonly number[] };
  readonly reach?: Reach;
  /** Only aimed at: no verdict. */
  readonly aim?: Reach;
  readonly note?: string;
  readonly verdict: 'met' | 'MISSED' | 'reported' | 'SKIPPED';
};

export type Comparison = Omit<Row, 'ratio' | 'verdict' | 'ours' | 'baseline' | 'rounds'> & {
  /** One figure a round. */
  readonly ours: readonly number[];
  readonly baseline: { readonly name: string; readonly values: readonly number[] };
};

/** The median of the rounds' ratios: a load that comes and goes between the rounds hits both sides of each. */
export function compare({ ours, baseline: { name, values }, ...comparison }: Comparison): Row {
  const ratio = median(ours.map((value, round) => value / values[round]!));
  const measured = {
    ...comparison,
    ours: median(ours),
    baseline: { name, value: median(values) },
    ratio,
    rounds: { ours, baseline: values },
  };
  const { reach } = comparison;
  if (!reach) return { ...measured, verdict: 'reported' };
  const met = 'atLeast' in reach ? ratio >= reach.atLeast : ratio <= reach.atMost;
  return { ...measured, verdict: met ? 'met' : 'MISSED' };
}

export const toJson = (facts: Facts, loadAtEnd: number, rows: readonly Row[]): string =>
  JSON.stringify({ ...facts, loadAtEnd, rows }, undefined, 2);

export function toTable(facts: Facts, loadAtEnd: number, rows: readonly Row[]): string {
  const cells = rows.map(({ scenario, what, unit, ours, baseline, ratio, reach, aim, verdict }) => [
    scenario,
    what,
    ours === undefined ? '–' : `${figure(ours)} ${unit}`,
    baseline ? `${figure(baseline.value)} ${unit}` : '–',
    ratio === undefined ? '–' : `${ratio.toFixed(2)}x`,
    reach ? bound(reach) : aim ? `aim ${bound(aim)}` : '–',
    verdict,
  ]);
  const head = ['scenario', 'what', 'ours', 'baseline', 'ratio', 'reach', ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const notes = rows.flatMap(({ scenario, what, baseline, note }) => [
    ...(baseline ? [`${scenario}, ${what}: against ${baseline.name}`] : []),
    ...(note ? [`${scenario}, ${what}: ${note}`] : []),
  ]);
  return [
    ...describe(facts, loadAtEnd),
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map(line),
    '',
    ...notes,
  ].join('\n');
}

const describe = (facts: Facts, loadAtEnd: number): string[] => [
  `${facts.date}  ${facts.cpu}, ${facts.cores} cores, ${facts.memoryGb} GB; load ${facts.loadAtStart.toFixed(1)} at start, ${loadAtEnd.toFixed(1)} at end`,
  `Node ${facts.node}, PostgreSQL ${facts.postgresql}, fsync ${facts.fsync}, synchronous_commit ${facts.synchronousCommit}, data on ${facts.storage}`,
];

const bound = (reach: Reach): string => ('atLeast' in reach ? `>= ${reach.atLeast}x` : `<= ${reach.atMost}x`);

const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
