import type { Pool } from '../src/infrastructure/postgres/pool.ts';
import { PLACE, templates, VARIANTS } from './history.ts';
import { contextOf, TENANT } from './shop.ts';
import { SUMMARY_SQL } from './summary-sql.ts';

/** Orders whose events lie between one another's: so many are created before the first of them is paid. */
const INTERLEAVED = 10 * VARIANTS;
const ORDERS_PER_STATEMENT_MAX = 20 * INTERLEAVED;
const EVENTS_PER_INTERLEAVED = (templates.length / VARIANTS) * INTERLEAVED;
const FILLERS = 2;

export type Filled = {
  /** How many orders, numbered from 0. */
  readonly orders: number;
  readonly events: number;
};

/** The id that the order of this number has. */
export const orderIdOf = (number: number): string =>
  `0190a000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

/**
 * Writes at least `events` events after what the log of shard 0 holds, with everything the append would write beside
 * them, set by set. Only the hashes are no chain: nothing measured here reads them.
 */
export async function fill(pool: Pool, events: number, { withSummary = false } = {}): Promise<Filled> {
  await createTemplates(pool);
  const { rows } = await pool.query<{ head: bigint }>('select head from log_head where shard = 0');
  const head = Number(rows[0]!.head);
  const wantedOrders = Math.ceil(events / EVENTS_PER_INTERLEAVED) * INTERLEAVED;
  const ordersPerStatement = Math.min(wantedOrders, ORDERS_PER_STATEMENT_MAX);
  const perStatement = (ordersPerStatement / INTERLEAVED) * EVENTS_PER_INTERLEAVED;
  const statements = Math.ceil(wantedOrders / ordersPerStatement);
  let next = 0;
  const filler = async () => {
    for (let index = next++; index < statements; index = next++) {
      const base = head + index * perStatement;
      const firstOrder = index * ordersPerStatement;
      const orders = [firstOrder, firstOrder + ordersPerStatement - 1];
      await pool.query(FILL, [...orders, base, perStatement]);
      if (withSummary) {
        await pool.query(SUMMARY_SQL('read_model.order_summary_1', 'e.position > $1 and e.position <= $2'), [
          base,
          base + perStatement,
        ]);
      }
      if (index % 20 === 19) console.error(`  ${(base + perStatement).toLocaleString('en-US')} events`);
    }
  };
  await Promise.all(Array.from({ length: FILLERS }, filler));
  const filled = statements * perStatement;
  await pool.query('update log_head set head = head + $1, hash = sha256($2) where shard = 0', [
    filled,
    'filled',
  ]);
  return { orders: statements * ordersPerStatement, events: filled };
}

/** Hint bits are set and pages cached by whoever reads first: neither side shall be that. */
export async function readAllOnce(pool: Pool): Promise<void> {
  await pool.query(
    'select count(*), sum(length(data::text) + length(metadata::text)) from event where shard = 0',
  );
}

async function createTemplates(pool: Pool): Promise<void> {
  await pool.query(
    `create schema bench;
     create table bench.event_template (variant int, unit int, ordinal int, stream text, version int, type text,
       schema_version smallint, data text, answer text)`,
  );
  const columns = [
    'variant',
    'unit',
    'ordinal',
    'stream',
    'version',
    'type',
    'schemaVersion',
    'data',
    'answer',
  ] as const;
  await pool.query(
    `insert into bench.event_template
     select * from unnest($1::int[], $2::int[], $3::int[], $4::text[], $5::int[], $6::text[], $7::smallint[],
       $8::text[], $9::text[])`,
    columns.map((column) => templates.map((template) => template[column])),
  );
}

const COMMAND_PLACE = '00000000-0000-7000-8000-00000000cccc';
const { fingerprint, ...metadata } = contextOf(COMMAND_PLACE as ReturnType<typeof contextOf>['commandId']);

const id = (kind: string, number: string): string =>
  `'0190a000-0000-7000-8' || ${kind} || '-' || lpad(to_hex(${number}), 12, '0')`;

/** $1, $2: first and last order; $3: the position before the first event; $4: how many events that makes. */
const FILL = `
  with ordered as materialized (
    select n, ${id(`'000'`, 'n')} as order_id, ${id(`'001'`, 'n')} as payment_id, 'customer-' || n % 10007 as customer
      from generate_series($1::bigint, $2::bigint) n
  ), line as materialized (
    select o.n, t.variant, t.unit, t.stream, t.version, t.type, t.schema_version, t.answer is not null as is_last,
        (case t.stream when 'order' then o.order_id else o.payment_id end)::uuid as stream_id,
        ${id(`'01' || t.unit`, 'o.n')} as command_id,
        replace(replace(replace(replace(t.data, '${PLACE.order}', o.order_id), '${PLACE.payment}', o.payment_id),
          '${PLACE.customer}', o.customer), '${PLACE.at}', moment.at) as data,
        replace(replace(t.answer, '${PLACE.order}', o.order_id), '${PLACE.payment}', o.payment_id) as answer,
        $3::bigint + row_number() over (order by o.n / ${INTERLEAVED}, t.unit, o.n, t.ordinal) as position
      from ordered o
      join bench.event_template t on t.variant = o.n % ${VARIANTS}
      cross join lateral (select to_char(timestamp '2026-01-01' + make_interval(secs => o.n * 0.01 + t.unit * 2),
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at) moment
  ), event_rows as (
    insert into event (shard, position, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
    select 0, position, stream_id, version, (${id(`'fff'`, 'position')})::uuid, type, schema_version, data::jsonb,
        replace('${JSON.stringify(metadata)}', '${COMMAND_PLACE}', command_id)::jsonb, now()
      from line order by position
  ), stream_rows as (
    insert into stream (shard, stream_id, tenant_id, category, version)
    select 0, stream_id, '${TENANT}', stream, max(version) from line group by stream_id, stream order by stream_id
  ), command_rows as (
    insert into command (shard, command_id, fingerprint, answer, position, recorded_at)
    select 0, command_id::uuid, '${fingerprint}', answer::jsonb, position, now() from line where is_last
     order by command_id
  )
  insert into seal (shard, position, first_position, hash)
  select 0, $3::bigint + last, $3::bigint + last - 199, sha256(last::text::bytea)
    from generate_series(200, $4::bigint, 200) last`;
