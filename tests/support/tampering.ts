import type { Pool } from '../../src/infrastructure/postgres/pool.ts';

/** What somebody with a superuser's rights does behind the log's back: with no trigger that would refuse it. */
export async function tamper(pool: Pool, statements: string, shard: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin; set local session_replication_role = replica');
    await client.query(statements.replaceAll(':shard', String(shard)));
    await client.query('commit');
  } finally {
    client.release(true);
  }
}

/** Makes every seal of a shard anew, so that the chain fits whatever the events say now. */
export const REWRITE_CHAIN = `
  do $$
  declare
    v_seal seal;
    v_hash bytea := log_genesis(:shard::smallint);
  begin
    for v_seal in select * from seal where shard = :shard order by position loop
      select sha256(v_hash || convert_to(string_agg(event_lines(e.position, e.stream_id, e.version, e.event_id, e.type,
          e.schema_version, epoch_us(e.recorded_at), e.data, e.metadata), E'\\n' order by e.position), 'UTF8'))
        into v_hash from event e
       where e.shard = :shard and e.position between v_seal.first_position and v_seal.position;
      update seal set hash = v_hash where shard = :shard and position = v_seal.position;
    end loop;
    update log_head set hash = v_hash where shard = :shard;
  end $$;`;

/** The first seal of a shard, after its first, that seals several events. */
export async function middleBatch(pool: Pool, shard: number): Promise<{ first: number; last: number }> {
  const { rows } = await pool.query<{ first: number; last: number }>(
    `select first_position::int as first, position::int as last from seal
     where shard = $1 and first_position > 1 and position - first_position >= 3 order by position limit 1`,
    [shard],
  );
  return rows[0]!;
}

export async function fullestShard(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ shard: number }>(
    'select shard from log_head order by head desc limit 1',
  );
  return rows[0]!.shard;
}
