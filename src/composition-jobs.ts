import type { Logger } from 'pino';
import type { Wake } from './application/checkout/wake.ts';
import { forgetInbox } from './infrastructure/consumers/forget-inbox.ts';
import { forgetSettledLetters } from './infrastructure/dead-letters/control.ts';
import { ensurePartitions } from './infrastructure/event-log/partitions.ts';
import type { Pool } from './infrastructure/postgres/pool.ts';
import { forgetSettledWebhooks } from './infrastructure/postgres/webhook-inbox.ts';
import type { Job } from './infrastructure/scheduler.ts';
import { systemClock } from './infrastructure/system.ts';
import { forgetClaims, wakeDue } from './infrastructure/timers.ts';
import { forgetWebhooks } from './infrastructure/webhooks/forget.ts';

export type JobOptions = {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly wake: Wake;
  readonly handleWebhooks: () => Promise<void>;
  readonly reconcileDue: () => Promise<void>;
  readonly eraseCustomers: () => Promise<void>;
  /** Whose messages the inbox remembers. */
  readonly consumers: readonly string[];
  /** What else is kept only for a time. */
  readonly forget: readonly (() => Promise<void>)[];
};

const MINUTELY_MS = 60_000;
const TIMERS_EVERY_MS = 1_000;
const WEBHOOKS_EVERY_MS = 1_000;
const RECONCILE_EVERY_MS = 3_600_000;
const ERASURES_EVERY_MS = 500;

/** What every process does now and then; each of them leaves to others what they have in hand. */
export const recurringJobs = ({ pool, logger, consumers, ...work }: JobOptions): Job[] => [
  { name: 'event-partitions', everyMs: MINUTELY_MS, run: () => ensurePartitions(pool) },
  { name: 'provider-webhooks', everyMs: WEBHOOKS_EVERY_MS, run: work.handleWebhooks },
  {
    name: 'forget',
    everyMs: MINUTELY_MS,
    run: async () => {
      await forgetClaims(pool);
      await forgetSettledWebhooks(pool);
      await forgetInbox(pool, consumers, systemClock.now());
      await forgetWebhooks(pool);
      await forgetSettledLetters(pool);
      for (const forget of work.forget) await forget();
    },
  },
  { name: 'timers', everyMs: TIMERS_EVERY_MS, run: () => wakeDue(pool, work.wake, logger) },
  { name: 'reconciliation', everyMs: RECONCILE_EVERY_MS, run: work.reconcileDue },
  { name: 'erasures', everyMs: ERASURES_EVERY_MS, run: work.eraseCustomers },
];
