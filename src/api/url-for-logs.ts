import type { FastifyRequest } from 'fastify';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * What a request was for: the template of its route, with our own ids filled in. Whatever else stands in a URL was made
 * up by who sent it, a person's name and a secret in the wrong place included, and logs outlive what is erased here.
 */
export function urlForLogs({ is404, params, routeOptions: { url, config } }: FastifyRequest): string {
  if (is404 || url === undefined) return '(unknown)';
  if (config.namesPerson) return url;
  const values: Readonly<Record<string, unknown>> = typeof params === 'object' ? { ...params } : {};
  return url.replaceAll(/:(\w+)/g, (placeholder, name: string) => {
    const value = values[name];
    return typeof value === 'string' && ID.test(value) ? value : placeholder;
  });
}
