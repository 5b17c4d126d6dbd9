import type { Pool } from './postgres/pool.ts';

/** What waits for a person, since the service itself will not get further with it. */
export type WaitingFacts = {
  readonly deadLetters: number;
  /** Webhooks of payment providers that could not be matched or looked into for `webhookHours`. */
  readonly providerWebhooks: number;
  /** Endpoints that the service has disabled, since nothing was taken there for days. */
  readonly disabledEndpoints: number;
  /** Differences between the ledger and what providers say, over all days. */
  readonly breaks: number;
};

export async function readWaitingFacts(
  pool: Pool,
  { webhookHours }: { readonly webhookHours: number },
): Promise<WaitingFacts> {
  const { rows } = await pool.query<WaitingFacts>(
    `select
       (select count(*)::int from dead_letter where state = 'failed') as "deadLetters",
       (select count(*)::int from provider_webhook
        where outcome is null and received_at < now() - make_interval(hours => $1)) as "providerWebhooks",
       (select count(*)::int from webhook_endpoint
        where status = 'disabled' and disabled_reason <> 'requested') as "disabledEndpoints",
       (select count(*)::int from reconciliation_break where resolved_at is null) as breaks`,
    [webhookHours],
  );
  return rows[0]!;
}
