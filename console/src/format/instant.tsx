const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export const formatInstant = (at: string): string => dateTime.format(new Date(at));

/** `3 minutes ago`, `in 2 hours`. */
export function formatRelative(at: string, now: number): string {
  const ms = new Date(at).getTime() - now;
  const size = Math.abs(ms);
  if (size < MINUTE_MS) return relative.format(Math.round(ms / 1_000), 'second');
  if (size < HOUR_MS) return relative.format(Math.round(ms / MINUTE_MS), 'minute');
  if (size < DAY_MS) return relative.format(Math.round(ms / HOUR_MS), 'hour');
  return relative.format(Math.round(ms / DAY_MS), 'day');
}

export const isPast = (at: string): boolean => new Date(at).getTime() <= Date.now();

/** In the viewer's locale and zone; the exact time, UTC to the microsecond, shows on hover. */
export const Instant = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={at}>
    {formatInstant(at)}
  </time>
);
