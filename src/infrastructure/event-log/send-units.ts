import type { AppendOutcome, Json } from '../../application/ports.ts';
import type { Pool } from '../postgres/pool.ts';
import type { EncodedUnit } from './encode-unit.ts';

const REST = `$2::uuid[], $3::text[], $4::jsonb,
    $5::int[], $6::uuid[], $7::uuid[], $8::text[], $9::int[], $10::int[],
    $11::int[], $12::uuid[], $13::int[], $14::uuid[], $15::text[], $16::smallint[], $17::jsonb, $18::jsonb`;

const APPEND = {
  name: 'append-units',
  text: `select outcome, fingerprint, answer from append_units($1::smallint, ${REST})`,
};

/** The shard is named only once the keys have been looked at, under the lock that appending takes: in this order. */
const APPEND_SEALED = {
  name: 'append-units-sealed',
  text: `with keys as materialized (select require_keys_in_use($1::smallint, $19::uuid[]) as in_use)
    select a.outcome, a.fingerprint, a.answer from keys
    cross join lateral append_units(case when keys.in_use then $1::smallint end, ${REST}) a`,
};

type Row = { outcome: AppendOutcome['kind']; fingerprint: string; answer: Json };

/** One call for all of them; an outcome each, in their order. */
export async function sendUnits(
  pool: Pool,
  shard: number,
  batch: readonly EncodedUnit[],
): Promise<AppendOutcome[]> {
  const keyIds = [...new Set(batch.flatMap((waiting) => waiting.keyIds))];
  const values = parameters(shard, batch);
  const { rows } = await pool.query<Row>(
    keyIds.length > 0 ? { ...APPEND_SEALED, values: [...values, keyIds] } : { ...APPEND, values },
  );
  return rows.map(({ outcome, fingerprint, answer }) =>
    outcome === 'duplicate' ? { kind: outcome, fingerprint, answer } : { kind: outcome },
  );
}

/** As `require_keys_in_use` says it. */
export const isKeyRetired = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === 'OP001';

export const isWithoutPartition = (fault: unknown): boolean =>
  fault instanceof Error &&
  'code' in fault &&
  fault.code === '23514' &&
  fault.message.includes('no partition');

/** The function's parallel arrays, payloads as JSON arrays; units and streams are numbered from 1, as PostgreSQL counts. */
function parameters(shard: number, batch: readonly EncodedUnit[]): unknown[] {
  const units: unknown[][] = [[], []];
  const streams: unknown[][] = [[], [], [], [], [], []];
  const events: unknown[][] = [[], [], [], [], [], []];
  const answers: string[] = [];
  const data: string[] = [];
  const metadatas: string[] = [];
  batch.forEach(({ unit, events: encoded, answerJson }, index) => {
    const { fingerprint, ...metadata } = unit.context;
    const metadataJson = JSON.stringify(metadata);
    addRow(units, metadata.commandId, fingerprint);
    answers.push(answerJson);
    unit.streams.forEach(({ streamId, category, expectedVersion }, streamIndex) => {
      const newEvents = encoded[streamIndex]!;
      const version = expectedVersion + newEvents.length;
      addRow(streams, index + 1, streamId, metadata.tenantId, category, expectedVersion, version);
      newEvents.forEach(({ eventId, type, schemaVersion, dataJson }, offset) => {
        const eventVersion = expectedVersion + offset + 1;
        addRow(events, index + 1, streamId, eventVersion, eventId, type, schemaVersion);
        data.push(dataJson);
        metadatas.push(metadataJson);
      });
    });
  });
  return [shard, ...units, jsonArray(answers), ...streams, ...events, jsonArray(data), jsonArray(metadatas)];
}

const jsonArray = (documents: readonly string[]): string => `[${documents.join(',')}]`;

const addRow = (columns: unknown[][], ...values: unknown[]): void =>
  values.forEach((value, column) => columns[column]!.push(value));
