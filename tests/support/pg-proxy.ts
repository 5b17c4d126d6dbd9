import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export type PgProxy = {
  /** Like the given connection string, but through this proxy. */
  readonly connectionString: string;
  /**
   * From the `nth` time that a client sends `text` (a statement, or its name) on, replies to that client are kept back;
   * with `after`, of a client that has sent that before. Resolves when the server has answered, so what was sent has
   * happened and nobody knows.
   */
  holdReplies(text: string, nth: number, after?: string): Promise<void>;
  close(): Promise<void>;
};

/** Stands between a service and PostgreSQL, to lose replies at a chosen moment. */
export async function startPgProxy(upstreamUrl: string): Promise<PgProxy> {
  const sockets = new Set<Socket>();
  let trap: { text: string; left: number; after: string; sprung: () => void } | undefined;

  const server = createServer((client) => {
    const upstream = connectUpstream(upstreamUrl);
    let holding: (() => void) | undefined;
    let isMarked = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => {
      isMarked ||= trap !== undefined && data.includes(trap.after);
      if (trap && isMarked && data.includes(trap.text) && --trap.left === 0) {
        holding = trap.sprung;
        trap = undefined;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (holding) holding();
      else client.write(data);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const { port } = server.address() as AddressInfo;
  const { pathname } = new URL(upstreamUrl.replace(/@\//, '@localhost/'));
  return {
    connectionString: `postgresql://postgres@127.0.0.1:${port}${pathname}`,
    holdReplies: (text, nth, after = '') =>
      new Promise((sprung) => {
        trap = { text, left: nth, after, sprung };
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function connectUpstream(url: string): Socket {
  // A server on a Unix socket has no host before the path: the folder is in the query.
  const parsed = new URL(url.replace(/@\//, '@localhost/'));
  const folder = parsed.searchParams.get('host');
  const port = Number(parsed.searchParams.get('port') ?? (parsed.port === '' ? 5432 : parsed.port));
  return folder ? connect(`${folder}/.s.PGSQL.${port}`) : connect(port, parsed.hostname);
}
