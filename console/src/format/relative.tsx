import { useEffect, useState } from 'react';
import { formatInstant, formatRelative } from './instant.tsx';

/** The time, asked again as often as what is shown of it changes. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** `3 minutes ago`; when exactly shows on hover. */
export const Relative = ({ at, now }: { readonly at: string; readonly now: number }) => (
  <time dateTime={at} title={`${formatInstant(at)} (${at})`}>
    {formatRelative(at, now)}
  </time>
);
