import type { PaymentProvider, SettlementSource } from '../../application/provider-ports.ts';
import { invariant } from '../../domain/shared/invariant.ts';
import type { Pool } from '../postgres/pool.ts';
import type { RoutingRule } from './routing.ts';
import { simulatedProvider, type SimulatedOptions } from './simulated-provider.ts';
import { simulatedSettlements } from './simulated-settlements.ts';
import { stripeProvider, type StripeOptions } from './stripe-provider.ts';
import { stripeSettlements } from './stripe-settlements.ts';
import { timed } from './timed.ts';

export type ProviderOptions = {
  /** In the order in which they are asked. */
  readonly names: readonly string[];
  readonly routes: readonly RoutingRule[];
  /** For the provider `stripe`. */
  readonly stripe?: Omit<StripeOptions, 'name' | 'timeoutMs'>;
};

/** Nobody waits longer than this for a provider: the outcome is unknown then, and asked about later. */
const PROVIDER_TIMEOUT_MS = 10_000;
/** A call of ours may be several to Stripe: each ends in time for us to hear how. */
const STRIPE_TIMEOUT_MS = 8_000;
/** A page of a hundred transactions with all that they are about; nobody waits for it. */
const STRIPE_BOOKS_TIMEOUT_MS = 60_000;

const KEYS_ARE_THERE = 'the configuration has the keys of Stripe';

export const isSimulated = (name: string): boolean => name !== 'stripe';

export async function openProviders(
  pool: Pool,
  { names, stripe }: ProviderOptions,
  simulated: Omit<SimulatedOptions, 'name'>,
): Promise<PaymentProvider[]> {
  const open = async (name: string): Promise<PaymentProvider> => {
    if (isSimulated(name)) return simulatedProvider(pool, { ...simulated, name });
    invariant(stripe, KEYS_ARE_THERE);
    return stripeProvider({ ...stripe, name, timeoutMs: STRIPE_TIMEOUT_MS });
  };
  const opened = await Promise.all(names.map(open));
  return opened.map((provider) => timed(provider, PROVIDER_TIMEOUT_MS));
}

export async function openSettlementSources(
  pool: Pool,
  { names, stripe }: ProviderOptions,
): Promise<SettlementSource[]> {
  const open = async (name: string): Promise<SettlementSource> => {
    if (isSimulated(name)) return simulatedSettlements(pool, name);
    invariant(stripe, KEYS_ARE_THERE);
    return stripeSettlements({ ...stripe, name, timeoutMs: STRIPE_BOOKS_TIMEOUT_MS });
  };
  return Promise.all(names.map(open));
}
