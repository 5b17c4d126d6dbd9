import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cursors } from './cursor.ts';
import { sendProblem } from './problem.ts';

export type PageRequest = {
  /** What the cursor is made for: the list's name, the tenant and the filter. */
  readonly list: string;
  readonly limit: number;
  readonly cursor: string | undefined;
};

export type Page<Item> = { readonly data: Item[]; readonly nextCursor: string | null };

/** One page of a list, the next one in the header Link; undefined when the cursor was refused, which is answered. */
export async function readPage<Item, Place extends object>(
  [request, reply]: readonly [FastifyRequest, FastifyReply],
  cursors: Cursors,
  { list, limit, cursor }: PageRequest,
  { read, placeOf }: { read(limit: number, after?: Place): Promise<Item[]>; placeOf(item: Item): Place },
): Promise<Page<Item> | undefined> {
  const after = cursor === undefined ? undefined : cursors.decode(cursor, list);
  if (cursor !== undefined && after === undefined) {
    const message = 'must be the nextCursor of the same list';
    void sendProblem(request, reply, 'validation-failed', {
      errors: [{ in: 'query', pointer: '/cursor', message }],
    });
    return undefined;
  }
  // One more than asked for tells whether there is a next page.
  const items = await read(limit + 1, after as Place | undefined);
  const data = items.slice(0, limit);
  const last = items.length > limit ? data.at(-1) : undefined;
  const nextCursor = last ? cursors.encode(placeOf(last), list) : null;
  if (nextCursor !== null) void reply.header('link', `<${urlOf(request, nextCursor)}>; rel="next"`);
  return { data, nextCursor };
}

/** The same list with the same filter, from the cursor on. */
function urlOf({ url, query }: FastifyRequest, cursor: string): string {
  const parameters = new URLSearchParams();
  const asked = { ...(query as Readonly<Record<string, string>>), cursor }; // a number is written as text anyway
  for (const [name, value] of Object.entries(asked)) parameters.set(name, value);
  return `${url.split('?', 1)[0]}?${parameters.toString()}`;
}
