import type { Concerned } from './dead-letters.ts';
import type { ServiceOperator } from './subscriptions.ts';

/** One parked event of one subscription, in the order of the list. */
export type ParkedPlace = {
  readonly subscription: string;
  readonly version: number;
  readonly shard: number;
  /** As text, since a cursor is JSON. */
  readonly position: string;
};

/** An event that a subscription could not handle, or that waits behind one; times are UTC, to the millisecond. */
export type ParkedView = ParkedPlace & {
  readonly parkedId: string;
  readonly eventId: string;
  readonly type: string;
  readonly streamId: string;
  readonly streamVersion: number;
  readonly kind: 'unreadable' | 'failed' | 'behind';
  readonly status: 'parked' | 'retry';
  readonly error: string;
  readonly attempts: number;
  readonly parkedAt: string;
  readonly updatedAt: string;
  /** When it is tried again by itself; null: it is not. */
  readonly nextRetryAt: string | null;
};

/** Which ones an operator means. */
export type ParkedSelection =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'subscription'; readonly subscription: string }
  | { readonly kind: 'all' };

/** Of all tenants; the first so many, subscription by subscription, in the order of the log. */
export type ParkedEvents = {
  list(subscription: string | undefined, limit: number, after?: ParkedPlace): Promise<ParkedView[]>;
  /** What `retry` or `discard` of the same would concern now; nothing is changed. */
  preview(selection: ParkedSelection, limit: number): Promise<Concerned>;
  /** Has them tried again by whoever follows the log for their subscription. */
  retry(by: ServiceOperator, selection: ParkedSelection, limit: number): Promise<Concerned>;
  /** Gives them up for good, each for its subscription. */
  discard(
    by: ServiceOperator & { readonly reason: string },
    selection: ParkedSelection,
    limit: number,
  ): Promise<Concerned>;
};
