import { PUBLISHED_EVENTS } from '../../application/integration-messages.ts';
import type { Pool } from '../postgres/pool.ts';

export type Backlog = {
  readonly subscriptions: readonly {
    readonly name: string;
    readonly version: number;
    readonly shard: number;
    readonly events: number;
    readonly ageSeconds: number;
    readonly parked: number;
    readonly running: boolean;
  }[];
  /** What the world has not heard of yet; empty where there never was a broker. */
  readonly relay: readonly {
    readonly shard: number;
    readonly messages: number;
    readonly ageSeconds: number;
  }[];
  readonly deadLetters: readonly { readonly consumer: string; readonly waiting: number }[];
  readonly webhooks: {
    readonly waiting: number;
    readonly ageSeconds: number;
    /** How late the one is that should have been posted first. */
    readonly overdueSeconds: number;
  };
};

/** undefined: the database does not answer. Old values would look like good ones. */
export type ReadBacklog = () => Promise<Backlog | undefined>;

/** Who asks within it gets the same answer, so that however many there are they cost the database one query. */
const KEPT_MS = 5_000;
/** Prometheus gives up a scrape after 10 s: what the process knows by itself must get out in time. */
const PATIENCE_MS = 3_000;
const COUNTED_MAX = 100_000;

const age = (instant: string): string =>
  `coalesce(greatest(extract(epoch from clock_timestamp() - ${instant}), 0), 0)::float8`;

// Subscriptions that nobody follows any more, such as older generations of a read model, fall behind for ever.
const SUBSCRIPTIONS = `select s.name, s.version, s.shard, l.head - s.position as events, s.status = 'running' as running,
    ${age(`(select e.recorded_at from event e where e.shard = s.shard and e.position = s.position + 1)`)} as "ageSeconds",
    (select count(*) from parked k where k.shard = s.shard and k.name = s.name and k.version = s.version
      and k.status <> 'discarded') as parked
  from subscription s join log_head l on l.shard = s.shard
  where exists (select from worker w where w.name = s.name and w.version = s.version and w.alive_until > now())`;

const RELAY = `select s.shard, m.messages, ${age('m.oldest')} as "ageSeconds"
  from subscription s cross join lateral (select count(*) as messages, min(recorded_at) as oldest from (
    select recorded_at from event e where e.shard = s.shard and e.position > s.position and e.type = any($1)
    order by position limit $2) open) m
  where s.name = 'relay'`;

const WEBHOOKS = `select count(*) as waiting, ${age('min(created_at)')} as "ageSeconds",
    ${age('min(next_attempt_at)')} as "overdueSeconds"
  from (select d.created_at, d.next_attempt_at from webhook_endpoint e join webhook_delivery d using (endpoint_id)
    where e.status = 'enabled' and d.status = 'pending' limit $2) w`;

const listOf = (query: string): string => `(select coalesce(json_agg(q), '[]'::json) from (${query}) q)`;

export const backlogReader = (pool: Pool): ReadBacklog =>
  keptFor(KEPT_MS, () => within(PATIENCE_MS, readBacklog(pool)).catch(() => undefined));

/** All that waits, in one query. */
async function readBacklog(pool: Pool): Promise<Backlog> {
  const { rows } = await pool.query<{ backlog: Backlog }>({
    name: 'backlog',
    text: `select json_build_object('subscriptions', ${listOf(SUBSCRIPTIONS)}, 'relay', ${listOf(RELAY)},
      'deadLetters', ${listOf(`select consumer, count(*) as waiting from dead_letter where state = 'failed' group by consumer`)},
      'webhooks', (select to_json(q) from (${WEBHOOKS}) q)) as backlog`,
    values: [PUBLISHED_EVENTS, COUNTED_MAX],
  });
  return rows[0]!.backlog;
}

function keptFor<T>(keptMs: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { readonly value: Promise<T>; readonly until: number } | undefined;
  return () => {
    const now = performance.now();
    if (!kept || now > kept.until) kept = { value: read(), until: now + keptMs };
    return kept.value;
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
