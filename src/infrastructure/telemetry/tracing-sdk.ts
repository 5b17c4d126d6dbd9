import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';

export type TracingSettings = {
  /** Where spans are posted to. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly serviceName: string;
  readonly version: string;
  /** Share of the traces begun here that is kept, of 1. */
  readonly ratio: number;
  /** How long spans are gathered before they go together. */
  readonly exportEveryMs?: number;
  /** Called when spans could not be handed over. */
  readonly onFailure: (fault: unknown) => void;
};

const EXPORT_TIMEOUT_MS = 5_000;
const EXPORT_EVERY_MS = 1_000;
/** Spans that wait; more are dropped, since traces must never hold up what they are about. */
const QUEUE_MAX = 8_192;
const BATCH_MAX = 512;
const REPORT_EVERY_MS = 60_000;
const ATTRIBUTE_CHARS_MAX = 200;

/** The only file that loads the SDK. Its settings are said here, so none of its own variables counts. */
export function openTracer(settings: TracingSettings): { tracer: Tracer; stop: () => Promise<void> } {
  const { url, headers, serviceName, version, ratio, exportEveryMs = EXPORT_EVERY_MS, onFailure } = settings;
  const exporter = new OTLPTraceExporter({
    url,
    headers: Object.fromEntries(headers),
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    generalLimits: { attributeValueLengthLimit: ATTRIBUTE_CHARS_MAX },
    spanProcessors: [
      new BatchSpanProcessor(reporting(exporter, onFailure), {
        maxQueueSize: QUEUE_MAX,
        maxExportBatchSize: BATCH_MAX,
        scheduledDelayMillis: exportEveryMs,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  return { tracer: provider.getTracer('order-payments', version), stop: () => provider.shutdown() };
}

/** The SDK itself says nothing of spans that nobody took; once a minute is enough. */
function reporting(exporter: SpanExporter, onFailure: (fault: unknown) => void): SpanExporter {
  let reportedAt = -Infinity;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error && performance.now() - reportedAt > REPORT_EVERY_MS) {
          reportedAt = performance.now();
          onFailure(result.error);
        }
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
