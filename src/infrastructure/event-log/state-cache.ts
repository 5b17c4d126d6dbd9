import { LRUCache } from 'lru-cache';
import type { CachedState, StateCache, StreamId } from '../../application/ports.ts';

/** Keeps the aggregates used last, up to about that many events' worth of state. */
export function stateCache(eventsMax: number): StateCache {
  const cache = new LRUCache<StreamId, CachedState>({
    maxSize: eventsMax,
    sizeCalculation: ({ version }) => version + 1, // a state grows with its events, by and large
  });
  return {
    get: (streamId) => cache.get(streamId),
    set: (streamId, state) => void cache.set(streamId, state),
    delete: (streamId) => void cache.delete(streamId),
  };
}
