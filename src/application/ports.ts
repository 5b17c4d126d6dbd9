import type { PayoutEvent } from '../domain/ledger/payout.ts';
import type { OrderEvent } from '../domain/orders/order-events.ts';
import type { PaymentEvent } from '../domain/payments/payment-events.ts';
import type {
  CommandId,
  OrderId,
  PaymentId,
  PayoutStreamId,
  TenantId,
  WebhookOutageId,
} from '../domain/shared/ids.ts';
import type { WebhookOutageEvent } from '../domain/webhooks/outage.ts';

export type DomainEvent = OrderEvent | PaymentEvent | PayoutEvent | WebhookOutageEvent;

/** Streams are named by the id of their aggregate; the id's last two bytes name the shard. */
export type StreamId = OrderId | PaymentId | PayoutStreamId | WebhookOutageId;

/** Who wants a change, in answer to what. Travels with every event the command causes. */
export type CommandContext = {
  readonly commandId: CommandId;
  readonly tenantId: TenantId;
  /** Hash of the request's body; the same command id with another one is a key used twice. */
  readonly fingerprint: string;
  readonly correlationId: string;
  /** The message that led to this command, or the command itself when it came from outside. */
  readonly causationId: string;
  /** `key:<prefix>` of the API key, or `system:<consumer>`; a refund is approved by another than asked for it. */
  readonly actor: string;
  readonly traceparent?: string;
};

export type EventMetadata = Omit<CommandContext, 'fingerprint'>;

export type RecordedEvent = {
  readonly shard: number;
  /** Dense within the shard: 1, 2, 3, … */
  readonly position: bigint;
  readonly streamId: string;
  /** Dense within the stream: 1, 2, 3, … */
  readonly version: number;
  readonly eventId: string;
  readonly event: DomainEvent;
  readonly metadata: EventMetadata;
  /** By the log's own clock, to the microsecond: `2026-01-01T00:00:00.123456Z`. All events of one unit share it. */
  readonly recordedAt: string;
};

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type StreamAppend = {
  readonly streamId: StreamId;
  readonly category: string;
  /** The version that the decision was made on; 0: the stream must not exist. */
  readonly expectedVersion: number;
  readonly events: readonly DomainEvent[];
};

/** One command's changes, over one or more streams of one shard: all of them or none. */
export type Unit = {
  readonly context: CommandContext;
  readonly streams: readonly [StreamAppend, ...StreamAppend[]];
  /** Stored with the events and given again when the command is repeated. */
  readonly answer: Json;
};

/** A state folded from a stream; worth as much as its events, only sooner at hand. */
export type Snapshot = { readonly version: number; readonly state: unknown };

/** A stream from its newest usable snapshot on, or, without one, from after the version that was asked for. */
export type LoadedStream = {
  readonly category: string;
  readonly snapshot?: Snapshot;
  readonly events: readonly RecordedEvent[];
};

/** `after`: the version whose state the caller has already; 0: none. */
export type LoadRequest = { readonly streamId: StreamId; readonly after: number };

/**
 * Time travel: nothing later than this version, than this instant by the log's own clock (RFC 3339), or than this
 * position of the shard, which alone tells of two streams what each was at one moment.
 */
export type UpTo = { readonly version?: number; readonly at?: string; readonly position?: bigint };

export type StoredCommand = { readonly fingerprint: string; readonly answer: Json };

export type AppendOutcome =
  | { readonly kind: 'appended' }
  | ({ readonly kind: 'duplicate' } & StoredCommand)
  | { readonly kind: 'conflict' };

/**
 * The append-only log: the one place that is written, and the outbox. Faults: `LogOverloaded` when too many commands
 * wait already (nothing was written), `LogUnavailable` when PostgreSQL could not be reached in time (the outcome is
 * unknown: repeat the command under the same id).
 */
export type EventLog = {
  append(unit: Unit): Promise<AppendOutcome>;
  /** Whole streams in the given order, oldest event first; another tenant's stream reads as empty. */
  readStreams(
    tenantId: TenantId,
    streamIds: readonly StreamId[],
    upTo?: UpTo,
  ): Promise<readonly (readonly RecordedEvent[])[]>;
  /** What it takes to have the current states; undefined for a stream that is absent or another tenant's. */
  loadStreams(
    tenantId: TenantId,
    requests: readonly LoadRequest[],
  ): Promise<readonly (LoadedStream | undefined)[]>;
  /** Kept some time later, or not at all: outside the append's way. */
  offerSnapshot(streamId: StreamId, category: string, snapshot: Snapshot): void;
  findCommand(streamId: StreamId, commandId: CommandId): Promise<StoredCommand | undefined>;
  /** The same on all other shards: for a command id that does not name the stream it changes. */
  findCommandElsewhere(streamId: StreamId, commandId: CommandId): Promise<StoredCommand | undefined>;
};

export class LogOverloaded extends Error {
  override readonly name = 'LogOverloaded';
}

export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** The log holds what this build cannot read: a newer build's event, or damage. Never passed over. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

/** Events of the stream lie in a partition that was detached; attached again, all is as before. */
export class StreamArchived extends Error {
  override readonly name = 'StreamArchived';
}

export type StockRequest = {
  readonly orderId: OrderId;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
};
export type StockAnswer = { readonly reserved: true } | { readonly reserved: false; readonly reason: string };

/** Whether goods are there. A thrown fault means: not known yet, ask again. */
export type Stock = {
  /** What can be said without asking anybody, to be decided together with the order; undefined: `reserve` tells. */
  known(order: StockRequest): StockAnswer | undefined;
  reserve(order: StockRequest): Promise<StockAnswer>;
  release(orderId: OrderId): Promise<void>;
};

/** Folded aggregates of streams that are in use, in this process; may forget any of them at any time. */
export type StateCache = {
  get(streamId: StreamId): CachedState | undefined;
  set(streamId: StreamId, state: CachedState): void;
  delete(streamId: StreamId): void;
};

export type CachedState = {
  readonly tenantId: TenantId;
  readonly category: string;
  readonly version: number;
  readonly state: unknown;
  /** Up to where a snapshot is known to reach; 0: none. */
  readonly snapshotVersion: number;
};

export type Clock = { now(): Date; sleep(ms: number): Promise<void> };

/**
 * Ids are UUIDv7, except those derived from a client's idempotency key, which must come out the same again (UUIDv5).
 * A payment's id carries its order's shard, so one order and all its payments can be appended to atomically.
 */
export type Ids = {
  commandId(): CommandId;
  /** The same parts give the same id: repeated requests and redelivered messages are one command. */
  derivedCommandId(...parts: readonly string[]): CommandId;
  orderId(derivedFrom?: CommandId): OrderId;
  paymentId(orderId: OrderId, derivedFrom?: CommandId): PaymentId;
  /** The same payout gives the same id, so it is received once. */
  payoutStreamId(payout: PayoutName): PayoutStreamId;
  /** The same for each time that an endpoint was enabled, so that its end is told once. */
  webhookOutageId(endpointId: string, activation: number): WebhookOutageId;
};

/** What tells one tenant's share of a payout from all others. */
export type PayoutName = {
  readonly provider: string;
  readonly payoutId: string;
  readonly tenantId: TenantId;
  readonly currency: string;
};

/** A number in [0, 1), for jitter only. */
export type Random = () => number;
