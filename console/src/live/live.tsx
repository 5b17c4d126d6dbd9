import type { FeedEvent } from '@order-payments/client';
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { refreshLive } from '../service/queries.ts';
import { service } from '../service/service.ts';

type Listener = (event: FeedEvent) => void;
type Live = { readonly isConnected: boolean; readonly listen: (listener: Listener) => () => void };

const REFRESH_EVERY_MS = 1_000;
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

/** One stream for the whole page, whatever it shows; what is live is asked for again at most once a second. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [isConnected, setConnected] = useState(false);
  const listeners = useRef(new Set<Listener>());

  useEffect(() => {
    const left = new AbortController();
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const refreshSoon = (): void => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        void refreshLive();
      }, REFRESH_EVERY_MS);
    };
    const follow = async (): Promise<void> => {
      setConnected(true);
      for await (const event of service.followEvents({}, { signal: left.signal })) {
        for (const listener of listeners.current) listener(event);
        refreshSoon();
      }
    };
    follow()
      .catch(() => {})
      .finally(() => {
        if (!left.signal.aborted) setConnected(false);
      });
    return () => {
      left.abort();
      clearTimeout(waiting);
    };
  }, []);

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
