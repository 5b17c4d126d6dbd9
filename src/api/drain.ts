import type { FastifyInstance } from 'fastify';

/** Once the service is about to stop, each answer is the last on its connection: the next request goes elsewhere. */
export function closeAfterAnswers(server: FastifyInstance, isStopping: () => boolean): void {
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping()) void reply.header('connection', 'close');
    done();
  });
}
