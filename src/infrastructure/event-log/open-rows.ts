import type { KeyObject } from 'node:crypto';
import type { EventCodec } from '../codecs/event-codec.ts';
import { keyIdsOf, openPersonal } from '../codecs/personal-data.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { readKeys } from '../postgres/customer-keys.ts';

/** Those of the keys that are there. */
export type FindKeys = (keyIds: readonly string[]) => Promise<ReadonlyMap<string, KeyObject>>;

/** `findKeys` unset: keys are looked up where the events are read, at the same moment as they. */
export type ReadingCodec = EventCodec & { readonly findKeys?: FindKeys };

type Row = { readonly type?: string; data?: unknown };

/** Makes of each row's payload what it was before it was sealed, for the codec to decode: one query for all keys. */
export async function openRows(
  pool: Pool | Tx,
  { findKeys = (ids) => readKeys(pool, ids) }: ReadingCodec,
  rows: readonly Row[],
): Promise<void> {
  const keyIds = new Set<string>();
  const sealed = rows.flatMap((row) => {
    if (row.type === undefined) return [];
    const stored = { type: row.type, data: row.data };
    const ids = keyIdsOf(stored);
    for (const id of ids) keyIds.add(id);
    return ids.length > 0 ? [{ row, stored }] : [];
  });
  if (sealed.length === 0) return;
  const keys = await findKeys([...keyIds]);
  for (const { row, stored } of sealed) row.data = openPersonal(stored, keys);
}
