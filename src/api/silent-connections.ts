import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Long enough for a request that was on its way when the server began to close. */
const GRACE_MS = 500;

/** Clients open connections in advance: one on which nothing was ever asked would hold up the close for a minute. */
export function closeSilentConnections(server: FastifyInstance): void {
  const open = new Set<Socket>();
  server.server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.addHook('preClose', (done) => {
    setTimeout(() => {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    }, GRACE_MS).unref();
    done();
  });
}
