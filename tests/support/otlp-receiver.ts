import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startTracing, type RunningTracing } from '../../src/infrastructure/telemetry/tracing.ts';

export type ReceivedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
};

type Export = {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
};

export type OtlpReceiver = {
  readonly url: string;
  /** Bodies as they came. */
  readonly bodies: readonly string[];
  /** Those of one trace, or all. */
  spans(traceId?: string): ReceivedSpan[];
  /** A service's tracing that exports to it. */
  startTracing(ratio?: number): Promise<RunningTracing>;
  stop(): Promise<void>;
};

/** Takes spans as a collector does, by OTLP over HTTP in JSON. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1/traces`;
  return {
    url,
    bodies,
    spans: (traceId) =>
      bodies
        .flatMap((body) => (JSON.parse(body) as Export).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans)
        .filter((span) => traceId === undefined || span.traceId === traceId),
    startTracing: (ratio = 1) =>
      startTracing({
        ...{ url, ratio, headers: [], serviceName: 'test', version: '0.0.0-test' },
        exportEveryMs: 50,
        onFailure: (fault) => {
          throw fault;
        },
      }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** `name` of each span under the names of those above it, in the order of their names. */
export function treeOf(spans: readonly ReceivedSpan[], parent: string): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .flatMap(({ name, spanId }) => [name, ...treeOf(spans, spanId).map((below) => `${name} > ${below}`)])
    .toSorted();
}
