import { InvalidArgumentError } from 'commander';
import type { Concerned, LetterOwner, LetterSelection } from '../application/dead-letters.ts';
import { parseOrderId } from '../domain/shared/ids.ts';
import { findTenant } from '../infrastructure/postgres/api-keys.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { CliProblem, wrongUsage } from './output.ts';

export type SelectionOptions = {
  readonly group?: string;
  readonly all?: boolean;
  readonly tenant?: string;
  readonly limit: number;
  readonly preview?: boolean;
};

export const LIMIT = { fallback: 1_000, max: 100_000 };

export function parseLetterId(raw: string): string {
  const id = parseOrderId(raw);
  if (id === undefined) throw new InvalidArgumentError('Give the id of a dead letter, a UUID.');
  return id;
}

export function parseGroupId(raw: string): string {
  if (!/^[a-p]{16}$/.test(raw))
    throw new InvalidArgumentError('Give a group as `dlq list` shows it: 16 letters.');
  return raw;
}

/** Commander hands the ids over one by one. */
export const collectLetterIds = (raw: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  parseLetterId(raw),
];

export function selectionOf(
  ids: readonly string[] | undefined,
  { group, all }: SelectionOptions,
): LetterSelection {
  const named = ids !== undefined && ids.length > 0 ? ids : undefined;
  if ([named, group, all].filter((way) => way !== undefined).length !== 1)
    throw wrongUsage('say which letters: their ids, or --group, or --all');
  if (named) return { kind: 'ids', ids: named };
  return group === undefined ? { kind: 'all' } : { kind: 'group', groupId: group };
}

/** All letters, unless one tenant is named. */
export async function ownerOf(pool: Pool, tenant: string | undefined): Promise<LetterOwner> {
  if (tenant === undefined) return 'all';
  const tenantId = await findTenant(pool, tenant);
  if (!tenantId) throw new CliProblem(`there is no tenant ${tenant}`);
  return tenantId;
}

/** Ids that were asked for by name and are not among those that it concerns. */
export function requireFound(selection: LetterSelection, { count }: Concerned): void {
  if (selection.kind === 'ids' && count === 0)
    throw new CliProblem('none of these is a letter that failed: dlq list shows what is');
}

export const concernedText = (verb: string, { count, ids }: Concerned): string =>
  [
    `${verb} ${count}${count === 0 ? '' : ':'}`,
    ...ids.map((id) => `  ${id}`),
    ...(count > ids.length ? ['  …'] : []),
  ].join('\n');
