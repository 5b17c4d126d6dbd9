import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantId } from '../domain/shared/ids.ts';
import type { Cursors } from './cursor.ts';
import { sendProblem } from './problem.ts';

export type PageRequest = {
  /** What the cursor is made for: the list's name, the tenant and the filter. */
  readonly list: string;
  readonly limit: number;
  readonly cursor: string | undefined;
};

export type Page<Item> = { readonly data: Item[]; readonly nextCursor: string | null };

/** What a cursor is made for; the same filter in another order is the same list. */
export const listName = (name: string, tenantId: TenantId, filter: object): string =>
  JSON.stringify([name, tenantId, Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

/** What `cursor` stands for; undefined when it was refused, which is answered. */
export function placeAt(
  [request, reply]: readonly [FastifyRequest, FastifyReply],
  cursors: Cursors,
  list: string,
  cursor: string,
): unknown {
  const place = cursors.decode(cursor, list);
  if (place === undefined) {
    const message = 'must be the nextCursor of the same list';
    void sendProblem(request, reply, 'validation-failed', {
      errors: [{ in: 'query', pointer: '/cursor', message }],
    });
  }
  return place;
}

/** Names the next page in the header Link. */
export function linkNext(request: FastifyRequest, reply: FastifyReply, nextCursor: string | null): void {
  if (nextCursor !== null) void reply.header('link', `<${urlOf(request, nextCursor)}>; rel="next"`);
}

/** One page of a list, the next one in the header Link; undefined when the cursor was refused, which is answered. */
export async function readPage<Item, Place extends object>(
  [request, reply]: readonly [FastifyRequest, FastifyReply],
  cursors: Cursors,
  { list, limit, cursor }: PageRequest,
  { read, placeOf }: { read(limit: number, after?: Place): Promise<Item[]>; placeOf(item: Item): Place },
): Promise<Page<Item> | undefined> {
  const after = cursor === undefined ? undefined : placeAt([request, reply], cursors, list, cursor);
  if (cursor !== undefined && after === undefined) return undefined;
  // One more than asked for tells whether there is a next page.
  const items = await read(limit + 1, after as Place | undefined);
  const data = items.slice(0, limit);
  const last = items.length > limit ? data.at(-1) : undefined;
  const nextCursor = last ? cursors.encode(placeOf(last), list) : null;
  linkNext(request, reply, nextCursor);
  return { data, nextCursor };
}

/** The same list with the same filter, from the cursor on. */
function urlOf({ url, query }: FastifyRequest, cursor: string): string {
  const parameters = new URLSearchParams();
  const asked = { ...(query as Readonly<Record<string, string>>), cursor }; // a number is written as text anyway
  for (const [name, value] of Object.entries(asked)) parameters.set(name, value);
  return `${url.split('?', 1)[0]}?${parameters.toString()}`;
}
