import { Ajv } from 'ajv';
import { Type, type Static } from 'typebox';
import type { Tx } from '../postgres/pool.ts';
import { violation, type Finding } from './findings.ts';
import type { Head } from './log-extent.ts';

/** Heads as they are kept outside, where whoever could rewrite the whole log cannot rewrite them as well. */
const HeadFile = Type.Object({
  log: Type.Literal('order-payments'),
  heads: Type.Array(
    Type.Object({
      shard: Type.Integer({ minimum: 0 }),
      position: Type.Integer({ minimum: 0 }),
      hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
    { minItems: 1 },
  ),
});
type HeadFile = Static<typeof HeadFile>;

export function writeHeads(heads: readonly Head[]): string {
  const file: HeadFile = {
    log: 'order-payments',
    heads: heads.map(({ shard, position, hash }) => ({ shard, position: Number(position), hash })),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** `undefined`: these are no heads that were exported. */
export function readHeads(text: string): Head[] | undefined {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!new Ajv().validate<HeadFile>(HeadFile, file)) return undefined;
  return file.heads.map(({ shard, position, hash }) => ({ shard, position: BigInt(position), hash }));
}

/** The chain passes through every exported head: it goes on from what it was then, and was not made anew. */
export async function checkAgainst(
  tx: Tx,
  kept: readonly Head[],
  heads: readonly Head[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { shard, position, hash } of kept) {
    const head = heads.find((one) => one.shard === shard);
    const details = { shard, position };
    if (!head) {
      findings.push(
        violation('against-shard', `shard ${shard} was exported, and the log has no such shard`, details),
      );
    } else if (head.position < position) {
      const message = `shard ${shard}: it ended at ${position} when it was exported, and ends at ${head.position} now`;
      findings.push(violation('against-shortened', message, { ...details, head: head.position }));
    } else if ((await hashAt(tx, shard, position)) !== hash) {
      const message = `shard ${shard}: the seal at ${position} is not the exported one: the chain up to there was made anew`;
      findings.push(violation('against-rewritten', message, details));
    }
  }
  const exported = new Set(kept.map(({ shard }) => shard));
  const unknown = heads.filter(({ shard }) => !exported.has(shard));
  for (const { shard } of unknown) {
    findings.push(violation('against-shard', `shard ${shard} is not among the exported heads`, { shard }));
  }
  return findings;
}

async function hashAt(tx: Tx, shard: number, position: bigint): Promise<string | undefined> {
  const { rows } = await tx.query<{ hash: string }>(
    position === 0n
      ? `select encode(log_genesis($1), 'hex') as hash where $2 = 0`
      : `select encode(hash, 'hex') as hash from seal where shard = $1 and position = $2`,
    [shard, position],
  );
  return rows[0]?.hash;
}
