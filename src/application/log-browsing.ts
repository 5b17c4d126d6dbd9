import type { TenantId } from '../domain/shared/ids.ts';
import type { EventMetadata, Json } from './ports.ts';

/** An event of the log as operators see it, whoever's it is and whether or not this build can read it. */
export type BrowsedEvent = Omit<EventMetadata, 'traceparent'> & {
  /** `shard-position`, as the event is named everywhere outside. */
  readonly id: string;
  readonly shard: number;
  readonly position: bigint;
  readonly streamId: string;
  readonly version: number;
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly recordedAt: string;
  /** Null when it is unreadable: what this build does not know it cannot strip of secrets either. */
  readonly data: Json;
  readonly unreadable: string | null;
};

/** Where an event stands in the log: `shard-position`. */
export type LogPlace = { readonly shard: number; readonly position: bigint };

const PLACE = /^(\d{1,3})-([1-9]\d{0,17})$/;

export function parseLogPlace(raw: string): LogPlace | undefined {
  const [, shard, position] = PLACE.exec(raw) ?? [];
  if (shard === undefined || position === undefined) return undefined;
  return { shard: Number(shard), position: BigInt(position) };
}

export const LOG_ORDERS = ['newest', 'oldest'] as const;

export type LogFilter = {
  readonly shard?: number | undefined;
  readonly streamId?: string | undefined;
  readonly type?: string | undefined;
};

/** How far each of the shards that are read has been told, in their order; good for the same filter only. */
export type LogProgress = readonly bigint[];

export type LogQuestion = {
  readonly filter: LogFilter;
  readonly order: (typeof LOG_ORDERS)[number];
  readonly limit: number;
  /** Unset: from the end of the log back, or from its beginning on. */
  readonly from?: LogProgress | undefined;
};

export type LogPage = {
  readonly events: readonly BrowsedEvent[];
  /** How many events were looked through for them. */
  readonly lookedThrough: number;
  /** Where to go on in the same order; undefined: there is nothing more at the moment. */
  readonly next: LogProgress | undefined;
  /** After which what comes later is found, oldest first; undefined: it was said with the first page. */
  readonly end: LogProgress | undefined;
};

export type FoundEvent = { readonly event: BrowsedEvent; readonly order: readonly BrowsedEvent[] };

/** A shard as it stands, with the events of all tenants. */
export type ShardExtent = {
  readonly shard: number;
  readonly head: bigint;
  readonly events: number;
  readonly oldestAt: string | null;
  readonly newestAt: string | null;
};

/** What operators of a tenant see of the log: its events, and nobody else's. */
export type LogBrowser = {
  /** The work of one call has an end, however rare it is what is asked for. */
  page(tenantId: TenantId, question: LogQuestion): Promise<LogPage>;
  /** With all events of the same order, in the order of the log; undefined: the tenant has no event there. */
  find(tenantId: TenantId, place: LogPlace): Promise<FoundEvent | undefined>;
  shards(): Promise<ShardExtent[]>;
};
