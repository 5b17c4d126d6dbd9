import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticate, Denial, ReadAudit } from '../application/access.ts';
import type { TenantId } from '../domain/shared/ids.ts';
import type { ApiKeys } from '../application/api-keys.ts';
import type { RequestErasure } from '../application/customers/erasures.ts';
import type { TakePayment } from '../application/checkout/take-payment.ts';
import type { ChangePayment, RehearsePayment } from '../application/checkout/change-payment.ts';
import type { LookIntoBreak } from '../application/ledger/look-into-break.ts';
import type { NoteSync } from '../application/payments/note-sync.ts';
import type { AnswerDispute } from '../application/payments/disputes.ts';
import type { ReceiveWebhook } from '../application/payments/webhooks.ts';
import type { PaymentOperations } from '../application/payments/payment-operations.ts';
import type { ExecuteCommand } from '../application/execute-command.ts';
import type { OrderCreator } from '../application/orders/create-order.ts';
import type { DeadLetters } from '../application/dead-letters.ts';
import type { Clock, Ids } from '../application/ports.ts';
import type { Challenges } from '../application/provider-ports.ts';
import type { LogBrowser } from '../application/log-browsing.ts';
import type { EventFeed } from '../application/event-feed.ts';
import type { Check, ServiceHealth } from '../application/health.ts';
import type { ParkedEvents } from '../application/parked-events.ts';
import type { ListScheduled } from '../application/scheduled-work.ts';
import type { Rebuilds, Subscriptions } from '../application/subscriptions.ts';
import type { AnsweredRequest, Metrics, Tracing } from '../application/telemetry.ts';
import type { ReadModels } from '../application/read-models.ts';
import type { WebhookDeliveries, WebhookEndpoints } from '../application/webhooks/ports.ts';
import type { TakeFromQuota } from '../application/rate-limits.ts';
import type { Sessions } from '../application/sessions.ts';
import type { AdmissionOptions } from './admission.ts';
import type { Attempts } from './attempts.ts';
import type { HttpLimits } from './http-limits.ts';
import type { InFlightGuard } from './command-context.ts';
import type { Cursors } from './cursor.ts';
import type { Wait } from './prefer.ts';

export type ServerOptions = {
  readonly logger: FastifyBaseLogger;
  readonly execute: ExecuteCommand;
  /** Decides and appends nothing. */
  readonly rehearse: ExecuteCommand;
  readonly createOrder: OrderCreator;
  readonly takePayment: TakePayment;
  readonly changePayment: ChangePayment;
  readonly rehearsePayment: RehearsePayment;
  readonly syncPayment: PaymentOperations['sync'];
  readonly noteSync: NoteSync;
  readonly lookIntoBreak: LookIntoBreak;
  readonly answerDispute: AnswerDispute;
  /** With a simulated provider. */
  readonly challenges?: Challenges;
  readonly receiveWebhook: ReceiveWebhook;
  readonly readModels: ReadModels;
  readonly requestErasure: RequestErasure;
  readonly eventFeed: EventFeed;
  readonly logBrowser: LogBrowser;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly webhookDeliveries: WebhookDeliveries;
  readonly deadLetters: DeadLetters;
  readonly subscriptions: Subscriptions;
  readonly rebuilds: Rebuilds;
  readonly parkedEvents: ParkedEvents;
  readonly listScheduled: ListScheduled;
  readonly describeHealth: () => Promise<ServiceHealth>;
  readonly authenticate: Authenticate;
  readonly sessions: Sessions;
  readonly noteDenial: (denial: Denial) => void;
  /** Whether commands of the tenant must carry an Idempotency-Key. */
  readonly isKeyDemanded: (tenantId: TenantId) => boolean;
  readonly readAudit: ReadAudit;
  readonly apiKeys: ApiKeys;
  readonly metrics: Metrics;
  /** Called for each request once it is answered. */
  readonly onAnswered: (request: AnsweredRequest) => void;
  /** Unset: no spans. */
  readonly tracing?: Tracing | undefined;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly cursorSecret: Buffer;
  readonly readiness: () => Promise<readonly Check[]>;
  /** The messages that leave the service, as an AsyncAPI document. */
  readonly describeMessages: () => Promise<object>;
  readonly version: string;
  /** The console as it was built; unset: it is not served. */
  readonly consoleFolder?: string | undefined;
  /** Whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
  readonly httpLimits?: HttpLimits;
  /** Unset: whatever comes is let in. */
  readonly admission?: AdmissionOptions;
  /** Unset: there are no quotas. */
  readonly takeFromQuota?: TakeFromQuota;
  /** Unset: whoever has no key may try forever. */
  readonly attempts?: Attempts;
  /** Whose X-Forwarded-For is believed; unset: nobody's. */
  readonly trustProxy?: readonly string[];
  readonly isStopping: () => boolean;
};

export type ApiDependencies = ServerOptions & {
  readonly guard: InFlightGuard;
  readonly cursors: Cursors;
  readonly wait: Wait;
};

export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
