import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type LoggerOptions = { readonly level: string; readonly readable: boolean };

// A second net: nothing here should be logged at all.
const SECRETS = [
  'authorization',
  'password',
  'secret',
  'apiKey',
  'paymentToken',
  'connectionString',
  'databaseUrl',
  'amqpUrl',
];

/** JSON lines for machines, or lines for a person at a terminal. */
export function createLogger({ level, readable }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  };
  if (!readable) return pino(options);
  return pino(
    options,
    pretty({ sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'traceId,reqId', singleLine: true }),
  );
}
