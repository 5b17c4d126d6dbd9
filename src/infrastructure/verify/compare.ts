import type { Tx } from '../postgres/pool.ts';
import { andMore, LISTED_MAX, violation, type Finding } from './findings.ts';
import type { Rebuild } from './rebuild.ts';

export type Exceptions = {
  /** Rows of these streams are not compared. */
  readonly streams: readonly string[];
  /** Nor are those of archived streams, some of whose events are not at hand. */
  readonly archived: boolean;
};

type DifferingRow = {
  kind: 'changed' | 'missing' | 'added';
  key: Record<string, unknown>;
  columns: string[];
  total: number;
};

const MEANING = {
  changed: 'differs from a rebuild',
  missing: 'is missing',
  added: 'is more than the events make',
} as const;

/** Compares a table with its rebuild, both ways; says which rows differ and in which columns. */
export async function compare(
  tx: Tx,
  { name, table, scratch }: Rebuild,
  { streams, archived }: Exceptions,
): Promise<{ readonly rows: number; readonly findings: Finding[] }> {
  await tx.query(`analyze ${scratch}`);
  const { keys, columns } = await readColumns(tx, scratch);
  const excepted = exceptionsSql(keys, columns, archived);
  const { rows } = await tx.query<DifferingRow>(compareSql(table, scratch, keys, columns, excepted), [
    LISTED_MAX,
    ...(excepted === '' ? [] : [streams]),
  ]);
  const { rows: counted } = await tx.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  const kinds = ['changed', 'missing', 'added'] as const;
  const findings = kinds.flatMap((kind) => {
    const found = rows.filter((row) => row.kind === kind);
    return found.length === 0 ? [] : [toFinding(name, kind, found)];
  });
  return { rows: counted[0]!.count, findings };
}

function toFinding(name: string, kind: DifferingRow['kind'], rows: readonly DifferingRow[]): Finding {
  const [first] = rows as [DifferingRow];
  const key = Object.entries(first.key).map(([column, value]) => `${column} ${String(value)}`);
  const columns = kind === 'changed' ? ` in ${first.columns.join(', ')}` : '';
  const message = `${name}: the row of ${key.join(', ')} ${MEANING[kind]}${columns}${andMore(first.total, 1)}`;
  const listed = rows.map((row) => ({ ...row.key, ...(kind === 'changed' ? { columns: row.columns } : {}) }));
  return violation(`row-${kind}`, message, { name, rows: listed, total: first.total });
}

async function readColumns(tx: Tx, scratch: string): Promise<{ keys: string[]; columns: string[] }> {
  const { rows } = await tx.query<{ name: string; key: boolean }>(
    `select quote_ident(a.attname) as name, coalesce(a.attnum = any(i.indkey), false) as key
     from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [scratch],
  );
  return {
    keys: rows.filter(({ key }) => key).map((row) => row.name),
    columns: rows.map((row) => row.name),
  };
}

/** Rows of one stream are those that name it, or whose key is a shard and one id more. */
function exceptionsSql(keys: readonly string[], columns: readonly string[], archived: boolean): string {
  const others = keys.filter((key) => key !== 'shard');
  const [id] = columns.includes('stream_id') ? ['stream_id'] : others;
  if (id === undefined || (id !== 'stream_id' && (keys.length !== 2 || others.length !== 1))) return '';
  const ofArchived = `and not exists (select from stream s
    where s.shard = coalesce(a.shard, b.shard) and s.stream_id = coalesce(a.${id}, b.${id}) and s.archived)`;
  return `and coalesce(a.${id}, b.${id}) <> all ($2::uuid[]) ${archived ? ofArchived : ''}`;
}

const list = (alias: string, names: readonly string[]): string =>
  names.map((one) => `${alias}.${one}`).join(', ');

function compareSql(
  table: string,
  scratch: string,
  keys: readonly string[],
  columns: readonly string[],
  excepted: string,
): string {
  const either = keys.map((key) => `coalesce(a.${key}, b.${key}) as ${key}`).join(', ');
  const [key] = keys;
  return `
    with differing as (
      select case when a.${key} is null then 'missing' when b.${key} is null then 'added' else 'changed' end as kind,
        ${either}, a as live, b as rebuilt
      from ${table} a full join ${scratch} b on (${list('a', keys)}) = (${list('b', keys)})
      where (${list('a', columns)}) is distinct from (${list('b', columns)}) ${excepted}
    ), listed as (
      select *, (count(*) over (partition by kind))::int as total,
        row_number() over (partition by kind order by ${keys.join(', ')}) as nth
      from differing
    )
    select kind, total,
      jsonb_build_object(${keys.map((one) => `'${one}', ${one}`).join(', ')}) as key,
      array(select x.key from jsonb_each(to_jsonb(live)) x join jsonb_each(to_jsonb(rebuilt)) y using (key)
        where x.value <> y.value order by 1) as columns
    from listed where nth <= $1 order by kind, nth`;
}
