import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export type PlotProps = {
  /** In milliseconds, ascending. */
  readonly times: readonly number[];
  /** Exact enough to draw: null draws nothing. */
  readonly values: readonly (number | null)[];
  readonly kind: 'bars' | 'line';
  readonly formatTime: (ms: number) => string;
  readonly formatValue: (value: number) => string;
  /** The least that the upper end of the axis is. */
  readonly topMin: number;
  /** Only whole numbers on the axis. */
  readonly isWhole?: boolean;
  /** What the pointer is over. */
  readonly onPoint: (index: number | undefined) => void;
};

const HEIGHT_PX = 200;
const AXIS_PX = 60;
// The last time stands in the middle under its step.
const LABEL_HALF_PX = 28;
const TIME_AXIS_PX = 32;
const TIME_GAP_PX = 64;
const WHOLE = [1, 2, 5]
  .flatMap((n) => Array.from({ length: 9 }, (_, power) => n * 10 ** power))
  .toSorted((a, b) => a - b);

type Colours = { readonly mark: string; readonly text: string; readonly line: string };

/** The canvas knows no tokens: the style sheet gives them to its frame, where they are colours by now. */
function coloursOf(host: HTMLElement): Colours {
  const { color, fill, stroke } = getComputedStyle(host);
  return { mark: color, text: fill, line: stroke };
}

type Data = Pick<PlotProps, 'times' | 'values'>;
const dataOf = ({ times, values }: Data): UPlot.AlignedData => [times.map((ms) => ms / 1_000), [...values]];

const stepOf = ([first = 0, second = first]: readonly number[]): number => (second - first) / 1_000;

function optionsOf(host: HTMLElement, latest: { readonly current: PlotProps }, colours: () => Colours) {
  const { kind, isWhole = false } = latest.current;
  const font = `12px ${getComputedStyle(host).fontFamily}`;
  const frame = { stroke: () => colours().text, font, ticks: { show: false } };
  const grid = { stroke: () => colours().line, width: 1 };
  const bars = UPlot.paths.bars?.({ size: [0.8, 28], align: 1 });
  const mark = () => colours().mark;
  const options: UPlot.Options = {
    width: host.clientWidth,
    height: HEIGHT_PX,
    padding: [8, LABEL_HALF_PX, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: kind === 'line' } },
    scales: {
      // The last bar is as wide as its step.
      x: { time: true, range: (_, min, max) => [min, max + stepOf(latest.current.times)] },
      y: { range: (_, __, max) => [0, Math.max(max ?? 0, latest.current.topMin) * 1.05] },
    },
    axes: [
      {
        ...frame,
        space: TIME_GAP_PX,
        size: TIME_AXIS_PX,
        grid: { show: false },
        values: (_, splits) => splits.map((seconds) => latest.current.formatTime(seconds * 1_000)),
      },
      {
        ...frame,
        grid,
        size: AXIS_PX,
        values: (_, splits) => splits.map((value) => latest.current.formatValue(value)),
        ...(isWhole && { incrs: WHOLE }),
      },
    ],
    series: [
      {},
      kind === 'bars'
        ? { stroke: mark, fill: mark, width: 0, points: { show: false }, ...(bars && { paths: bars }) }
        : {
            stroke: mark,
            width: 2,
            spanGaps: true,
            points: { show: true, size: 6, stroke: mark, fill: mark },
          },
    ],
    hooks: { setCursor: [({ cursor: { idx } }) => latest.current.onPoint(idx ?? undefined)] },
  };
  return options;
}

/** Drawn for those who see it: what it shows stands beside it in words, and in a table. */
export function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const latest = useRef(props);
  const { times, values } = props;

  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const frame = host.current;
    if (!frame) return;
    let colours = coloursOf(frame);
    const drawn = new UPlot(
      optionsOf(frame, latest, () => colours),
      dataOf(latest.current),
      frame,
    );
    plot.current = drawn;
    const repaint = (): void => {
      colours = coloursOf(frame);
      drawn.redraw();
    };
    const size = new ResizeObserver(() => drawn.setSize({ width: frame.clientWidth, height: HEIGHT_PX }));
    size.observe(frame);
    const theme = new MutationObserver(repaint);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', repaint);
    return () => {
      size.disconnect();
      theme.disconnect();
      system.removeEventListener('change', repaint);
      drawn.destroy();
      plot.current = undefined;
    };
  }, []);
  useEffect(() => plot.current?.setData(dataOf({ times, values })), [times, values]);

  return <div ref={host} className="plot" aria-hidden="true" />;
}
