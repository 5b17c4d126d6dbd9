/** How far a read model that is being built has come, over all shards. */
export type Progress = {
  readonly status: 'building' | 'live' | 'gone';
  readonly done: bigint;
  readonly total: bigint;
  readonly parked: number;
  readonly error: string | undefined;
  /** Why it will not go on by itself. */
  readonly stopped: string | undefined;
};

export type Reading = {
  /** Over the last few seconds; undefined until there are two readings. */
  readonly perSecond: number | undefined;
  readonly overall: { readonly seconds: number; readonly perSecond: number };
};

const WINDOW_MS = 5_000;

/** Tells speeds from what it is told at each call: how much is done by now. */
export function speedometer(now: () => number = () => performance.now()): (done: bigint) => Reading {
  const samples: Sample[] = [];
  let first: Sample | undefined;
  return (done) => {
    const sample = { at: now(), done };
    first ??= sample;
    samples.push(sample);
    while (samples.length > 2 && samples[1]!.at < sample.at - WINDOW_MS) samples.shift();
    const seconds = Math.round(sample.at - first.at) / 1000;
    return {
      perSecond: samples.length < 2 ? undefined : speed(samples[0]!, sample),
      overall: { seconds, perSecond: speed(first, sample) },
    };
  };
}

type Sample = { readonly at: number; readonly done: bigint };

const speed = (from: Sample, to: Sample): number =>
  to.at > from.at ? Math.round((Number(to.done - from.done) * 1000) / (to.at - from.at)) : 0;

const BAR_CHARS = 30;

/** One line: done of total, events a second, time left; with a bar for a terminal. */
export function describeProgress(
  { done, total, error }: Progress,
  perSecond: number | undefined,
  withBar: boolean,
): string {
  const share = total === 0n ? 1 : Math.min(1, Number(done) / Number(total));
  const filled = Math.floor(share * BAR_CHARS);
  const bar = withBar ? `[${'#'.repeat(filled)}${'.'.repeat(BAR_CHARS - filled)}] ` : '';
  const facts = [
    `${Math.floor(share * 100)} %`,
    `${done} of ${total} events`,
    ...(perSecond === undefined ? [] : [`${perSecond}/s`, timeLeft(total - done, perSecond)]),
    ...(error === undefined ? [] : [`last error: ${error}`]),
  ];
  return `${bar}${facts.join(', ')}`;
}

function timeLeft(events: bigint, perSecond: number): string {
  if (events <= 0n) return 'about to go live';
  if (perSecond <= 0) return 'time left unknown';
  const seconds = Math.ceil(Number(events) / perSecond);
  if (seconds < 60) return `${seconds} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
