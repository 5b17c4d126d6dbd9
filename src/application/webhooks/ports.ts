import type { CommandContext, Json } from '../ports.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { Result } from '../../domain/shared/result.ts';
import type { Answer, Verdict } from '../../domain/webhooks/delivery.ts';
import type { OutageFacts, OutageReason } from '../../domain/webhooks/outage.ts';

/** A message on its way to one endpoint, in the hands of this process for a minute. */
export type ClaimedDelivery = {
  readonly deliveryId: string;
  readonly endpointId: string;
  /** The same in all attempts: receivers know repetitions by it. */
  readonly messageId: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly data: Json;
  readonly url: string;
  readonly traceparent?: string;
  /** One, or two while the older one lives on. Never logged. */
  readonly secrets: readonly Uint8Array[];
  /** Of this attempt, among all there were: 1, 2, 3, … */
  readonly number: number;
  /** Attempts that failed before this one since it was last begun. */
  readonly retries: number;
};

/** What came of one request. */
export type Attempt = Answer & {
  readonly at: Date;
  readonly durationMs: number;
  /** Why there was no answer. */
  readonly error?: string;
  /** How the answer begins. */
  readonly response?: string;
};

/** Never throws for what the endpoint does. */
export type SendWebhook = (delivery: ClaimedDelivery) => Promise<Attempt>;

export type ClaimLimits = {
  readonly limit: number;
  readonly perEndpoint: number;
  /** How many are in hand here already, by endpoint. */
  readonly inHand: ReadonlyMap<string, number>;
};

/** An endpoint that the service disabled, of which the log does not know yet. */
export type UntoldOutage = OutageFacts & { readonly tenantId: TenantId; readonly activation: number };

export type WebhookQueue = {
  /** Those that are due, of enabled endpoints; nobody else gets them for a minute. */
  claimDue(limits: ClaimLimits): Promise<readonly ClaimedDelivery[]>;
  /** Notes an attempt and what follows of it; true: the endpoint was disabled with it. */
  settle(delivery: ClaimedDelivery, attempt: Attempt, verdict: Verdict): Promise<boolean>;
  untoldOutages(): Promise<readonly UntoldOutage[]>;
  noteTold(outage: UntoldOutage): Promise<void>;
};

/** `context.commandId` is the client's if `keyed`. */
export type WebhookCommand = { readonly context: CommandContext; readonly keyed: boolean };

export type WebhookRefusal =
  | { readonly code: 'webhook-endpoint-not-found' }
  | { readonly code: 'webhook-delivery-not-found' }
  | { readonly code: 'webhook-endpoint-disabled' }
  | { readonly code: 'webhook-endpoint-limit'; readonly max: number }
  | { readonly code: 'webhook-url-refused'; readonly reason: string }
  | { readonly code: 'idempotency-key-reused' };

export type Answered<T> = { readonly answer: T; readonly replayed: boolean };
type Commanded<T> = Promise<Result<Answered<T>, WebhookRefusal>>;

export const ENDPOINT_STATUSES = ['enabled', 'disabled'] as const;
export type DisabledReason = 'requested' | OutageReason;
export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const;

export type EndpointView = {
  readonly endpointId: string;
  readonly url: string;
  readonly events: string[];
  readonly description: string | null;
  readonly status: (typeof ENDPOINT_STATUSES)[number];
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: string | null;
  /** Attempts in a row that failed, and since when. */
  readonly failures: number;
  readonly failingSince: string | null;
  readonly previousSecretExpiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type EndpointWithSecret = EndpointView & { readonly secret: string };

export type EndpointSettings = {
  readonly url: string;
  readonly events: readonly string[];
  readonly description?: string;
};

export type EndpointChange = Partial<EndpointSettings> & { readonly status?: EndpointView['status'] };

export type DeliveryView = {
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly messageId: string;
  readonly type: string;
  readonly status: (typeof DELIVERY_STATUSES)[number];
  readonly attemptCount: number;
  readonly createdAt: string;
  /** null: there will be none by itself. */
  readonly nextAttemptAt: string | null;
  readonly settledAt: string | null;
};

export type AttemptView = {
  readonly number: number;
  readonly at: string;
  readonly durationMs: number;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly response: string | null;
};

export type DeliveryWithAttempts = DeliveryView & { readonly attempts: AttemptView[] };

export type DeliveryFilter = {
  readonly endpointId?: string;
  readonly status?: DeliveryView['status'];
  readonly messageId?: string;
};

/** What tenants do with their endpoints; another tenant's are not found. */
export type WebhookEndpoints = {
  create(command: WebhookCommand, settings: EndpointSettings): Commanded<EndpointWithSecret>;
  list(tenantId: TenantId, limit: number, after?: string): Promise<EndpointView[]>;
  find(tenantId: TenantId, endpointId: string): Promise<EndpointView | undefined>;
  change(
    tenantId: TenantId,
    endpointId: string,
    change: EndpointChange,
  ): Promise<Result<EndpointView, WebhookRefusal>>;
  /** With its deliveries; false: there is none. */
  remove(tenantId: TenantId, endpointId: string): Promise<boolean>;
  /** The older secret signs too for so many seconds; one that is older still goes at once. */
  rotateSecret(
    command: WebhookCommand,
    endpointId: string,
    expireAfterSeconds: number,
  ): Commanded<EndpointWithSecret>;
  ping(command: WebhookCommand, endpointId: string): Commanded<DeliveryView>;
};

export type WebhookDeliveries = {
  /** Newest first. */
  list(tenantId: TenantId, filter: DeliveryFilter, limit: number, after?: string): Promise<DeliveryView[]>;
  find(tenantId: TenantId, deliveryId: string): Promise<DeliveryWithAttempts | undefined>;
  /** Sends it again from the beginning of the schedule, under the same id. */
  redeliver(command: WebhookCommand, deliveryId: string): Commanded<DeliveryView>;
};
