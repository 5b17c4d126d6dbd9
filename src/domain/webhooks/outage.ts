import type { Aggregate } from '../shared/aggregate.ts';
import { invariant } from '../shared/invariant.ts';

/** `gone`: it answered 410, which says that it will never take anything again. */
export type OutageReason = 'sustained-failure' | 'gone';

/** How the service came to disable a tenant's endpoint by itself. */
export type OutageFacts = {
  readonly endpointId: string;
  readonly reason: OutageReason;
  /** Attempts in a row that failed. */
  readonly failures: number;
  readonly failingSince: string;
  readonly at: string;
};

export type WebhookOutageEvent = { readonly type: 'WebhookEndpointDisabled' } & OutageFacts;

export type WebhookOutage = { readonly status: 'absent' } | ({ readonly status: 'told' } & OutageFacts);

/** A stream of its own for each time that an endpoint is disabled: told once, and over. */
export const webhookOutageAggregate: Aggregate<WebhookOutage, WebhookOutageEvent> = {
  category: 'webhook-outage',
  stateVersion: 1,
  firstEvent: 'WebhookEndpointDisabled',
  absent: { status: 'absent' },
  evolve: (outage, event) => {
    invariant(outage.status === 'absent', 'an outage is told once');
    const { type: _, ...facts } = event;
    return { status: 'told', ...facts };
  },
  isClosed: ({ status }) => status === 'told',
};

export const tellOutage = (facts: OutageFacts, outage: WebhookOutage): WebhookOutageEvent[] =>
  outage.status === 'told' ? [] : [{ type: 'WebhookEndpointDisabled', ...facts }];
