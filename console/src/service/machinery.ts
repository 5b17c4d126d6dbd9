import { useAnswer } from './queries.ts';
import { service } from './service.ts';

// No event tells of the machinery: it is asked, and by every view under one key.
const SUBSCRIPTIONS_EVERY_MS = 2_000;
const HEALTH_EVERY_MS = 3_000;

export const useSubscriptions = () =>
  useAnswer(['subscriptions'], (signal) => service.listSubscriptions({}, { signal }), {
    everyMs: SUBSCRIPTIONS_EVERY_MS,
  });

export const useHealth = () =>
  useAnswer(['health'], (signal) => service.getHealth({}, { signal }), { everyMs: HEALTH_EVERY_MS });
