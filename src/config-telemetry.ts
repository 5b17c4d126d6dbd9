import { isIP } from 'node:net';
import { integer, url, type Variable } from './config-variables.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/** `name=value,name=value`, values percent-encoded, as OpenTelemetry has them; undefined for what is no such list. */
function parseHeaders(raw: string): Headers | undefined {
  const pairs = raw.split(',').map((pair) => /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair));
  try {
    return pairs.map((pair) => [pair![1]!, decodeURIComponent(pair![2]!)]);
  } catch {
    return undefined;
  }
}

function parseRatio(raw: string): number | undefined {
  const ratio = /^\d(\.\d+)?$/.test(raw) ? Number(raw) : 2;
  return ratio <= 1 ? ratio : undefined;
}

const METRICS_HOST: Variable<string> = {
  fallback: '127.0.0.1',
  accepted: 'an IP address or a host name',
  description: 'Address of the port for metrics',
  parse: (raw) => (isIP(raw) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(raw) ? raw : undefined),
};

const OTEL_EXPORTER_OTLP_HEADERS: Variable<Headers | undefined> = {
  fallback: undefined,
  accepted: 'name=value pairs separated by commas, the values percent-encoded',
  description: 'Sent with traces, such as the key of whoever takes them',
  parse: parseHeaders,
  mask: () => 'a secret (hidden)',
};

const OTEL_SERVICE_NAME: Variable<string> = {
  fallback: 'order-payments',
  accepted: 'up to 100 letters, digits, dots, dashes and underscores',
  description: 'What this process is called in traces',
  parse: (raw) => (/^[\w.-]{1,100}$/.test(raw) ? raw : undefined),
};

const OTEL_TRACES_SAMPLER_ARG: Variable<number> = {
  fallback: 1,
  accepted: 'a number from 0 to 1',
  description: 'Share of traces begun here that is kept; one begun elsewhere is kept if it is there',
  parse: parseRatio,
};

export const TELEMETRY_VARIABLES = {
  METRICS_PORT: integer(
    1,
    65_535,
    undefined,
    'Port on which /metrics is answered without a key; unset, with one of the scope `ops` only',
  ),
  METRICS_HOST,
  OTEL_EXPORTER_OTLP_ENDPOINT: url(
    ['http', 'https'],
    'Collector to send traces to, by OTLP over HTTP; unset, there are none',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(
    ['http', 'https'],
    'The same with its whole path, where that is not /v1/traces',
  ),
  OTEL_EXPORTER_OTLP_HEADERS,
  OTEL_SERVICE_NAME,
  OTEL_TRACES_SAMPLER_ARG,
} as const;

export type TelemetryConfig = {
  readonly metricsPort: number | undefined;
  readonly metricsHost: string;
  /** Whole, with its path; undefined: no traces. */
  readonly tracesUrl: string | undefined;
  readonly tracesHeaders: Headers | undefined;
  readonly tracesServiceName: string;
  readonly tracesRatio: number;
};

type Read = <T>(name: keyof typeof TELEMETRY_VARIABLES, variable: Variable<T>) => T;

export function readTelemetry(read: Read): TelemetryConfig {
  const endpoint = read('OTEL_EXPORTER_OTLP_ENDPOINT', TELEMETRY_VARIABLES.OTEL_EXPORTER_OTLP_ENDPOINT);
  const whole = read(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    TELEMETRY_VARIABLES.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
  );
  return {
    metricsPort: read('METRICS_PORT', TELEMETRY_VARIABLES.METRICS_PORT),
    metricsHost: read('METRICS_HOST', METRICS_HOST),
    tracesUrl: whole ?? (endpoint === undefined ? undefined : `${endpoint.replace(/\/+$/, '')}/v1/traces`),
    tracesHeaders: read('OTEL_EXPORTER_OTLP_HEADERS', OTEL_EXPORTER_OTLP_HEADERS),
    tracesServiceName: read('OTEL_SERVICE_NAME', OTEL_SERVICE_NAME),
    tracesRatio: read('OTEL_TRACES_SAMPLER_ARG', OTEL_TRACES_SAMPLER_ARG),
  };
}
