import type { FastifyReply } from 'fastify';

/** The version is the entity tag: a reader that holds it already gets 304 and no body. */
export function sendVersioned(
  ifNoneMatch: string | undefined,
  reply: FastifyReply,
  view: { readonly version: number },
): FastifyReply {
  const etag = `"${view.version}"`;
  const known = ifNoneMatch?.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim()));
  void reply.header('etag', etag);
  return known ? reply.code(304).send() : reply.send(view);
}
