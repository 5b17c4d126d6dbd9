import { ProblemError } from '@order-payments/client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { refreshLive } from '../service/queries.ts';

export type Preview<T> =
  | { readonly is: 'incomplete' | 'asking' }
  | { readonly is: 'known'; readonly after: T }
  /** The service would refuse it. */
  | { readonly is: 'refused'; readonly error: unknown }
  /** It did not say. */
  | { readonly is: 'unavailable'; readonly error: unknown };

const SETTLED_AFTER_MS = 300;
const NO_REFUSAL_STATUSES = [401, 408, 429, 500, 502, 503, 504];

/** Somebody else was first. */
export const isOutdated = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === 'version-mismatch';

const isRefusal = (error: unknown): boolean =>
  error instanceof ProblemError && !NO_REFUSAL_STATUSES.includes(error.status);

/** What a command would do, asked of the service once the fields have come to rest. Undefined: not filled in yet. */
export function usePreview<T>(
  command: readonly unknown[] | undefined,
  ask: (signal: AbortSignal) => Promise<T>,
): Preview<T> {
  const current = command && JSON.stringify(command);
  const [settled, setSettled] = useState(current);
  useEffect(() => {
    const waiting = setTimeout(() => setSettled(current), SETTLED_AFTER_MS);
    return () => clearTimeout(waiting);
  }, [current]);
  const { data, error, isFetching } = useQuery({
    queryKey: ['preview', current],
    queryFn: ({ signal }) => ask(signal),
    enabled: current !== undefined && current === settled,
    meta: { isPreview: true },
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const isLate = isOutdated(error);
  useEffect(() => {
    if (isLate) void refreshLive();
  }, [isLate]);

  if (current === undefined) return { is: 'incomplete' };
  if (current !== settled || (isFetching && data === undefined)) return { is: 'asking' };
  if (error !== null) return { is: isRefusal(error) ? 'refused' : 'unavailable', error };
  return data === undefined ? { is: 'asking' } : { is: 'known', after: data };
}

/** Whether it may be sent: what the service would refuse need not be tried, what it did not tell of may be. */
export const isSendable = ({ is }: Preview<unknown>): boolean => is === 'known' || is === 'unavailable';
