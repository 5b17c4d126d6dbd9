import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, staleTime: 5_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});

// The feed says what leaves as a message. Refunds that wait for approval, disputes and more of the kind do not.
const LIVE_EVERY_MS = 10_000;

type Options = {
  /** Asked for again, about a second after the feed says that anything happened, and every 10 s whatever it says. */
  readonly isLive?: boolean;
  readonly everyMs?: number;
  readonly enabled?: boolean;
  /** What is past does not change: it is asked for once. */
  readonly isPast?: boolean;
};

/** What the service answers to one question. The key begins with what it is about: `['order', id]`. */
export const useAnswer = <T>(
  key: readonly unknown[],
  ask: (signal: AbortSignal) => Promise<T>,
  { isLive = false, everyMs, enabled = true, isPast = false }: Options = {},
): UseQueryResult<T> =>
  useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask(signal),
    placeholderData: keepPreviousData,
    meta: { isLive },
    enabled,
    ...(isPast && { staleTime: 'static' as const }),
    refetchInterval: everyMs ?? (isLive && LIVE_EVERY_MS),
  });

type Page<T> = { readonly data: readonly T[]; readonly nextCursor: string | null };

/** A list of which more is loaded as it is asked for. */
export const useList = <T>(
  key: readonly unknown[],
  ask: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  { isLive = false, everyMs, enabled = true }: Options = {},
) =>
  useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: { isLive },
    enabled,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
    refetchInterval: everyMs ?? (isLive && LIVE_EVERY_MS),
  });

/** After a change: everything that is shown is asked for again, but for what it would have done. */
export const refreshAll = (): Promise<void> =>
  queryClient.invalidateQueries({ predicate: ({ meta }) => meta?.['isPreview'] !== true });

/** What is being asked for already is waited for: asked anew each second, a slow answer would never come. */
export const refreshLive = (): Promise<void> =>
  queryClient.invalidateQueries(
    { predicate: ({ meta }) => meta?.['isLive'] === true },
    { cancelRefetch: false },
  );
