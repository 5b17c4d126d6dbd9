import pino, { type DestinationStream, type LogFn, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { allowedFields } from './telemetry/allowed-fields.ts';
import { loggedError, scrubbed } from './telemetry/scrub.ts';

export type LoggerOptions = {
  readonly level: string;
  readonly readable: boolean;
  /** Unset: standard output. */
  readonly destination?: DestinationStream;
};

/** JSON lines for machines, or lines for a person at a terminal. Of fields only those that are listed. */
export function createLogger({ level, readable, destination }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }), log: allowedFields },
      serializers: { err: (fault: unknown) => loggedError(fault) },
      hooks: { logMethod },
    },
    destination ?? (readable ? prettyLines() : pino.destination(1)),
  );
  return withAllowedBindings(logger);
}

const prettyLines = (): DestinationStream =>
  pretty({ sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'traceId,reqId', singleLine: true });

/** Messages are ours and fixed, but for some of libraries; without one pino takes the error's as it is. */
function logMethod(this: Logger, args: Parameters<LogFn>, log: LogFn): void {
  const [first, ...rest] = args as [unknown, ...unknown[]];
  const texts = rest.map(textOf);
  if (typeof first === 'string') log.apply(this, [scrubbed(first), ...texts] as Parameters<LogFn>);
  else if (texts.length > 0 || !(faultOf(first) instanceof Error))
    log.apply(this, [first, ...texts] as Parameters<LogFn>);
  else log.call(this, first, loggedError(faultOf(first)).message);
}

const textOf = (one: unknown): string => {
  if (typeof one === 'string') return scrubbed(one);
  return typeof one === 'number' || typeof one === 'boolean' ? String(one) : '[object]';
};

const faultOf = (first: unknown): unknown =>
  typeof first === 'object' && first !== null && 'err' in first ? first.err : first;

/** What a child says with every line is listed too; children of children come from here as well. */
function withAllowedBindings(logger: Logger): Logger {
  const { child } = logger;
  return Object.assign(logger, {
    child(this: Logger, bindings: object, options?: object) {
      return child.call(this, allowedFields(bindings), options);
    },
  });
}
