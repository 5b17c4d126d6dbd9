import { ProblemError, type FeedEvent } from '@order-payments/client';
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import { refreshLive } from '../service/queries.ts';
import { service } from '../service/service.ts';
import { pause, soon } from './soon.ts';

type Listener = (event: FeedEvent) => void;
type Live = { readonly isConnected: boolean; readonly listen: (listener: Listener) => () => void };

const REFRESH_AFTER_MS = 1_000;
const AGAIN_AFTER_MS = 5_000;
const LiveContext = createContext<Live>({ isConnected: false, listen: () => () => {} });

export const useLive = (): Live => useContext(LiveContext);

/** Calls it with each thing that happens while the view is there. */
export function useLiveEvents(listener: Listener): void {
  const { listen } = useLive();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => listen((event) => latest.current(event)), [listen]);
}

const onVisibility = (notify: () => void): (() => void) => {
  document.addEventListener('visibilitychange', notify);
  return () => document.removeEventListener('visibilitychange', notify);
};
const isVisibleNow = (): boolean => document.visibilityState === 'visible';

type Following = {
  readonly signal: AbortSignal;
  readonly onEvent: Listener;
  readonly onConnected: (isConnected: boolean) => void;
};

/** Begins with what comes next, however often: what was missed meanwhile is in the answers that are asked for again. */
async function follow({ signal, onEvent, onConnected }: Following): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of service.followEvents({}, { signal, onConnected })) onEvent(event);
    } catch (error) {
      if (signal.aborted) return;
      // Refused: whoever looks is signed out, or the log is another one since a backup was restored.
      if (!(error instanceof ProblemError)) throw error;
      await pause(AGAIN_AFTER_MS);
    }
  }
}

/**
 * One stream for the whole page, whatever it shows, and none while nobody sees it: browsers keep six connections to a
 * service, for all tabs together.
 */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [isConnected, setConnected] = useState(false);
  const listeners = useRef(new Set<Listener>());
  const wasConnected = useRef(false);
  const isVisible = useSyncExternalStore(onVisibility, isVisibleNow);

  useEffect(() => {
    if (!isVisible) return undefined;
    const left = new AbortController();
    const refreshSoon = soon(refreshLive, REFRESH_AFTER_MS, left.signal);
    void follow({
      signal: left.signal,
      onEvent: (event) => {
        for (const listener of listeners.current) listener(event);
        refreshSoon();
      },
      onConnected: (isNow) => {
        setConnected(isNow);
        if (isNow && wasConnected.current) refreshSoon();
        wasConnected.current ||= isNow;
      },
    });
    return () => left.abort();
  }, [isVisible]);

  const live = useMemo<Live>(
    () => ({
      isConnected,
      listen: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [isConnected],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}
