import { connect, type ChannelModel } from 'amqplib';
import type { Logger } from 'pino';
import { backoffMs, endsWithin, pause } from './backoff.ts';

/** `blocked`: connected, but the broker is short of memory or disk and takes no messages. */
export type ConnectionStatus = 'connected' | 'connecting' | 'blocked';

/** Ends the connection at once, whatever state it is in; the supervisor makes a new one. */
export type GiveUp = (reason: string) => void;

export type ConnectionOptions = {
  readonly url: string;
  /** Shown by the broker's own tools. */
  readonly name: string;
  readonly logger: Logger;
  /** Declares the topology and opens channels, on every new connection. */
  readonly onConnected: (connection: ChannelModel, giveUp: GiveUp) => Promise<void>;
};

export type SupervisedConnection = { status(): ConnectionStatus; stop(): Promise<void> };

const CONNECT_TIMEOUT_MS = 5_000;
const SETUP_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2_000;
const HEARTBEAT_SECONDS = 10;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 5_000;
const STABLE_MS = 5_000; // a connection that lasts less counts as one more failure, so that we never reconnect hot
const LOG_EVERY_FAILURES = 12; // at the longest backoff about once a minute

/**
 * Keeps one connection up for ever, from a broker that is not there yet on. There is one way back from everything that
 * can go wrong, be it a socket, a channel or a deleted queue: a new connection, on which all is declared anew.
 */
export function superviseConnection(options: ConnectionOptions): SupervisedConnection {
  const { name, onConnected } = options;
  const address = withHeartbeat(options.url);
  // Of the URL only host and virtual host are logged: the rest holds the password.
  const logger = options.logger.child({ connection: name, broker: address.host + address.pathname });
  const stopping = new AbortController();
  let current: { readonly giveUp: GiveUp; readonly connection?: ChannelModel } | undefined;
  let readySince: number | undefined;
  let blocked = false;

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const reason = await holdConnection();
      const lasted = readySince === undefined ? 0 : performance.now() - readySince;
      readySince = undefined;
      blocked = false;
      if (stopping.signal.aborted) return;
      failures = lasted > STABLE_MS ? 1 : failures + 1;
      if (failures === 1 || failures % LOG_EVERY_FAILURES === 0) {
        logger.warn({ reason, failures }, 'no connection to RabbitMQ, will retry');
      }
      await pause(backoffMs(failures, BACKOFF_FIRST_MS, BACKOFF_MAX_MS), stopping.signal);
    }
  }

  /** Resolves with the reason when the connection is gone, or could not be had. */
  async function holdConnection(): Promise<string> {
    const socket = new AbortController();
    const giveUp: GiveUp = (reason) => socket.abort(new Error(reason));
    current = { giveUp };
    try {
      const connection = await connect(address.href, socketOptions(name, socket.signal));
      const lost = lossOf(connection);
      connection.on('blocked', (reason) => {
        blocked = true;
        logger.warn({ reason }, 'RabbitMQ blocks publishers');
      });
      connection.on('unblocked', () => {
        blocked = false;
        logger.info('RabbitMQ takes messages again');
      });
      await settled(onConnected(connection, giveUp), giveUp);
      current = { giveUp, connection };
      readySince = performance.now();
      logger.info('connected to RabbitMQ');
      return reasonOf(await lost);
    } catch (fault) {
      return reasonOf(fault);
    } finally {
      // A peer that fell silent never answers our end of the stream: the socket would live on for minutes.
      giveUp('the connection is not used any more');
      current = undefined;
    }
  }

  const running = run();
  return {
    status: () => (readySince === undefined ? 'connecting' : blocked ? 'blocked' : 'connected'),
    stop: async () => {
      stopping.abort();
      const closing = current?.connection?.close();
      if (closing) await endsWithin(closing, CLOSE_TIMEOUT_MS).catch(() => {}); // it was lost meanwhile
      current?.giveUp('stopped');
      await running;
    },
  };
}

async function settled(setup: Promise<void>, giveUp: GiveUp): Promise<void> {
  if (await endsWithin(setup, SETUP_TIMEOUT_MS)) return;
  giveUp(`channels were not set up within ${SETUP_TIMEOUT_MS} ms`);
  await setup; // rejects: its connection is gone
}

/** Both events need a listener: an `error` without one would end the process. */
function lossOf(connection: ChannelModel): Promise<Error> {
  return new Promise((resolve) => {
    let cause: Error | undefined;
    connection.on('error', (fault) => {
      cause ??= fault;
    });
    connection.once('close', (fault?: Error) => resolve(cause ?? fault ?? new Error('closed')));
  });
}

const socketOptions = (name: string, signal: AbortSignal) => ({
  timeout: CONNECT_TIMEOUT_MS,
  noDelay: true,
  keepAlive: true,
  clientProperties: { connection_name: name },
  signal, // reaches the socket itself: an abort destroys it
});

function withHeartbeat(url: string): URL {
  if (!URL.canParse(url)) throw new Error('AMQP_URL is not a URL'); // the parser's own error would print it
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) {
    address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  }
  return address;
}

function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const given = fault.name === 'AbortError' && fault.cause instanceof Error ? fault.cause : fault;
  return given.message || ('code' in given ? String(given.code) : given.name);
}
