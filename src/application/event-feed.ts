import type { OrderId, TenantId } from '../domain/shared/ids.ts';
import type { IntegrationEventType, IntegrationMessage } from './integration-events.ts';

/** How far each shard has been read: its last position, by the shard's number. */
export type FeedPlace = readonly bigint[];

export type FeedFilter = {
  readonly orderId?: OrderId | undefined;
  /** Empty or unset: of all types. */
  readonly types?: readonly IntegrationEventType[] | undefined;
};

/** An event of the tenant that this build cannot read: a newer build's. Told, never passed over. */
export type UnreadableItem = { readonly messageId: string; readonly eventType: string };

/** `place`: everything up to there was told, or was nothing for who asked. */
export type FeedItem = { readonly place: FeedPlace; readonly told?: IntegrationMessage | UnreadableItem };

/** The public events of a tenant as they come. */
export type EventFeed = {
  /** The end of the log at this moment. */
  head(): Promise<FeedPlace>;
  /**
   * What is in the log after `place`, each shard in its order, then what is appended, until `signal` is aborted. While
   * there is nothing to tell it yields places only, several a second.
   */
  follow(
    tenantId: TenantId,
    place: FeedPlace,
    filter: FeedFilter,
    signal: AbortSignal,
  ): AsyncGenerator<FeedItem, void>;
};
