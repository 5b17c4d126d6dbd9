export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A piece of work in a trace. Names and attributes hold no personal data and nothing that was sent to us. */
export type OpenSpan = {
  /** W3C trace context: what is done because of this work names it as its parent. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  /** Why, by a code or the name of a type: what a fault says may quote what it was about. */
  failed(why: string): void;
  end(): void;
};

export type SpanOptions = {
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** W3C trace context; unset or unreadable: a trace begins here. */
  readonly parent: string | undefined;
  readonly attributes?: Attributes;
};

export type Tracing = {
  begin(name: string, options: SpanOptions): OpenSpan;
  /** Whatever `work` does, and waits for, finds the span by `active`. */
  within<T>(span: OpenSpan, work: () => T): T;
  active(): OpenSpan | undefined;
  /** Without the span that is under way: `work` is for others too. */
  apart<T>(work: () => T): T;
};

/** What is counted of each request. `route` is a template, undefined where no route was found. */
export type AnsweredRequest = {
  readonly method: string;
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
};

/** All that is measured, in the text format of Prometheus. */
export type Metrics = () => Promise<{ readonly contentType: string; readonly text: string }>;
