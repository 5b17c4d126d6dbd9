import { Webhook } from 'standardwebhooks';
import { readSecret } from '../../src/infrastructure/postgres/migrate.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import type { ApiAnswer } from './api-contract.ts';
import type { Api } from './api-service.ts';

export const WEBHOOKS = '/api/psp/simulated/webhooks';

type Headers = Readonly<Record<string, string>>;

export type Message = {
  readonly body: string;
  readonly id?: string;
  readonly at?: Date;
  readonly secret?: Buffer;
};

/** Signs like the simulated provider, by the library, and can be made to do it wrong. */
export async function signerOn(pool: Pool) {
  const right = await readSecret(pool, 'simulated-webhooks');
  return ({ body, id = `evt_${ids.commandId()}`, at = new Date(), secret = right }: Message): Headers => ({
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret, { format: 'raw' }).sign(id, at, body),
  });
}

export const bodyOf = (paymentId: string = ids.paymentId(ids.orderId())): string =>
  JSON.stringify({ type: 'authorize.succeeded', paymentId });

export type Received = {
  event_id: string;
  provider: string;
  payment_id: string | null;
  outcome: string | null;
};

/** All that the service has kept of what providers told it. */
export async function inboxOf(pool: Pool): Promise<Received[]> {
  const { rows } = await pool.query<Received>(
    'select event_id, provider, payment_id, outcome from provider_webhook order by received_at, event_id',
  );
  return rows;
}

export const deliver = (
  { anonymous }: Pick<Api, 'anonymous'>,
  body: string | Buffer,
  headers: Headers,
  url = WEBHOOKS,
): Promise<ApiAnswer> => anonymous.send({ method: 'POST', url, payload: body, headers });
