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

type Options = {
  /** Asked for again, within a second, after anything happens to an order or a payment. */
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
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
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
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  });

/** After a change: everything that is shown is asked for again, but for what it would have done. */
export const refreshAll = (): Promise<void> =>
  queryClient.invalidateQueries({ predicate: ({ meta }) => meta?.['isPreview'] !== true });

export const refreshLive = (): Promise<void> =>
  queryClient.invalidateQueries({ predicate: ({ meta }) => meta?.['isLive'] === true });
