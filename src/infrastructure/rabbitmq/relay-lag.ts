import { PUBLISHED_EVENTS } from '../../application/integration-messages.ts';
import type { Pool } from '../postgres/pool.ts';
import { instantText } from '../postgres/column-text.ts';

/** What of a shard is not published yet. */
export type RelayLag = {
  readonly shard: number;
  readonly events: number;
  /** Of those, the ones that the world hears of; counted up to 100,000. */
  readonly messages: number;
  /** Of the oldest message, by the clock of the log; null: there is none. */
  readonly oldestAt: string | null;
  readonly oldestAgeSeconds: number | null;
};

const COUNTED_MAX = 100_000;

/** By shard; empty where nothing is relayed, because there never was a broker. */
export async function relayLag(pool: Pool): Promise<RelayLag[]> {
  const { rows } = await pool.query<RelayLag>(
    `select h.shard, (h.head - s.position)::int as events, m.messages::int,
       ${instantText('m.oldest')} as "oldestAt",
       extract(epoch from clock_timestamp() - m.oldest)::float as "oldestAgeSeconds"
     from subscription s join log_head h using (shard),
     lateral (select count(*) as messages, min(recorded_at) as oldest from (
       select recorded_at from event e where e.shard = h.shard and e.position > s.position and e.type = any($1)
       order by position limit $2) open) m
     where s.name = 'relay' order by h.shard`,
    [PUBLISHED_EVENTS, COUNTED_MAX],
  );
  return rows;
}
