import type { ChargeRequest, PaymentGateway } from '../../application/ports.ts';
import type { OperationOutcome } from '../../domain/payments/payment.ts';
import type { Pool } from '../postgres/pool.ts';

/** What each token makes the provider answer; any other token is one it does not know. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
]);

const SUCCESS_TOKEN = 'tok_success';

type Charge = { provider_ref: string; outcome: 'succeeded' | 'declined'; code: string | null };

/** A provider that lives in its own schema and keeps its own books; the same key again gives the first answer. */
export const simulatedGateway = (pool: Pool): PaymentGateway => ({
  provider: 'simulated',
  charge: async (request) => toOutcome(await bookOnce(pool, request)),
});

function toOutcome({ provider_ref: providerRef, outcome, code }: Charge): OperationOutcome {
  return outcome === 'succeeded'
    ? { kind: 'succeeded', providerRef }
    : { kind: 'declined', code: code ?? 'card_declined' };
}

async function bookOnce(pool: Pool, request: ChargeRequest): Promise<Charge> {
  const { providerKey, paymentId, amount, paymentToken } = request;
  const code = REFUSALS.get(paymentToken) ?? (paymentToken === SUCCESS_TOKEN ? null : 'token_unknown');
  const { rows } = await pool.query<Charge>({
    name: 'simulated-charge',
    // The update changes nothing: it makes a repeated key return the row that is there.
    text: `insert into simulated_provider.charge as c
        (provider_key, provider_ref, payment_id, amount_minor, currency, token, outcome, code)
      values ($1, 'sim_' || md5($1), $2, $3, $4, $5, $6, $7)
      on conflict (provider_key) do update set provider_key = c.provider_key
      returning provider_ref, outcome, code`,
    values: [
      providerKey,
      paymentId,
      amount.amountMinor,
      amount.currency,
      paymentToken,
      code ? 'declined' : 'succeeded',
      code,
    ],
  });
  return rows[0]!;
}
