import type { FastifyInstance } from 'fastify';

/** Of a route that is to go: since when it should not be used, when it ends, and what to use instead. */
export type Deprecation = {
  /** RFC 3339, as all instants here. */
  readonly since: string;
  /** Not before this will it be gone. */
  readonly sunset?: string;
  /** A page that says what to do. */
  readonly link: string;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    deprecated?: Deprecation;
  }
}

/**
 * Every answer of a deprecated route says so to programs (RFC 9745, RFC 8594), and its description to people. Of routes
 * that are added after this.
 */
export function announceDeprecations(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (route.config?.deprecated) route.schema = { ...route.schema, deprecated: true };
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    const { deprecated } = request.routeOptions.config;
    if (deprecated) {
      const { since, sunset, link } = deprecated;
      void reply.header('deprecation', `@${Math.floor(Date.parse(since) / 1_000)}`);
      if (sunset !== undefined) void reply.header('sunset', new Date(sunset).toUTCString());
      const links = [reply.getHeader('link'), `<${link}>; rel="deprecation"`];
      void reply.header('link', links.filter((one) => one !== undefined).join(', '));
    }
    done();
  });
}
