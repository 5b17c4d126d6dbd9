import { AsyncLocalStorage } from 'node:async_hooks';
import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Tracer,
} from '@opentelemetry/api';
import type { OpenSpan, SpanOptions, Tracing } from '../../application/telemetry.ts';
import type { TracingSettings } from './tracing-sdk.ts';

export type RunningTracing = {
  readonly tracing: Tracing;
  /** Hands over what is left. */
  stop(): Promise<void>;
};

/** A package that traces need is not installed. */
export class TracingProblem extends Error {
  override readonly name = 'TracingProblem';
}

/** Loads the SDK, which is optional and which a service without traces must not pay for. */
export async function startTracing(settings: TracingSettings): Promise<RunningTracing> {
  const { openTracer } = await import('./tracing-sdk.ts').catch((fault: unknown) => {
    const missing = /Cannot find package '([^']+)'/.exec(fault instanceof Error ? fault.message : '')?.[1];
    if (missing === undefined) throw fault;
    throw new TracingProblem(
      `traces are asked for, but the optional package ${missing} is not installed: install it ` +
        '(npm install without --omit=optional), or unset OTEL_EXPORTER_OTLP_ENDPOINT',
    );
  });
  const { tracer, stop } = openTracer(settings);
  return { tracing: tracingWith(tracer), stop };
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const satisfies Record<SpanOptions['kind'], SpanKind>;

/** Nothing global: several services of one process each have their own. */
function tracingWith(tracer: Tracer): Tracing {
  const current = new AsyncLocalStorage<OpenSpan>();
  return {
    begin: (name, { kind, parent, attributes = {} }) => {
      const options = { kind: KINDS[kind], attributes };
      const span = tracer.startSpan(name, options, contextOf(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        set: (more) => void span.setAttributes(more),
        failed: (why) => void span.setAttribute('error.type', why).setStatus({ code: SpanStatusCode.ERROR }),
        end: () => span.end(),
      };
    },
    within: (span, work) => current.run(span, work),
    active: () => current.getStore(),
    apart: (work) => current.exit(work),
  };
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function contextOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** Ends the span with the work, failed if that throws. */
export async function inSpan<T>(
  tracing: Tracing,
  name: string,
  options: SpanOptions,
  work: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const span = tracing.begin(name, options);
  try {
    return await tracing.within(span, () => work(span));
  } catch (fault) {
    span.failed(fault instanceof Error ? fault.name : 'fault');
    throw fault;
  } finally {
    span.end();
  }
}
