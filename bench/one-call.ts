import type { Unit } from '../src/application/ports.ts';
import { encodeEvent } from '../src/infrastructure/codecs/event-codec.ts';
import type { Pool } from '../src/infrastructure/postgres/pool.ts';
import { newEventId } from '../src/infrastructure/system.ts';

const APPEND_ONE = {
  name: 'append-one',
  text: `select outcome from append_units(0::smallint,
    $1::uuid[], $2::text[], $3::jsonb,
    $4::int[], $5::uuid[], $6::uuid[], $7::text[], $8::int[], $9::int[],
    $10::int[], $11::uuid[], $12::int[], $13::uuid[], $14::text[], $15::smallint[], $16::jsonb, $17::jsonb)`,
};

/** The baseline: the same function with one command in each call, as one would without group commit. */
export async function appendAlone(pool: Pool, { context, streams: [stream], answer }: Unit): Promise<void> {
  const { fingerprint, ...metadata } = context;
  const { streamId, category, expectedVersion, events } = stream;
  const { type, schemaVersion, data } = encodeEvent(events[0]!);
  const version = expectedVersion + 1;
  const { rows } = await pool.query<{ outcome: string }>({
    ...APPEND_ONE,
    values: [
      [context.commandId],
      [fingerprint],
      `[${JSON.stringify(answer)}]`,
      [1],
      [streamId],
      [context.tenantId],
      [category],
      [expectedVersion],
      [version],
      [1],
      [streamId],
      [version],
      [newEventId()],
      [type],
      [schemaVersion],
      `[${JSON.stringify(data)}]`,
      `[${JSON.stringify(metadata)}]`,
    ],
  });
  if (rows[0]?.outcome !== 'appended') throw new Error(`an append ended as ${rows[0]?.outcome}`);
}
