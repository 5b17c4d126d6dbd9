import type { Stripe } from 'stripe';
import { answered, StripeFault } from './stripe-failure.ts';

/** Search lags behind by up to a minute, more when Stripe is in trouble; lists do not lag. */
const SEARCH_LAGS_S = 10 * 60;
const PAGE = 100;
/** Ten calls. An account that opens more in that time waits for the search. */
const LISTED_MAX = 1_000;

/**
 * The intent of an attempt whose answer was lost. Undefined only if there is none: neither in the search, nor among the
 * newest, which the search may not know yet. When that cannot be told it is a fault, never an absence.
 */
export function stripeFinder(stripe: Stripe): (attemptId: string) => Promise<string | undefined> {
  async function search(attemptId: string): Promise<string | undefined> {
    const query = `metadata["operation_id"]:"${attemptId.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
    const { data } = await answered(() => stripe.paymentIntents.search({ query }));
    // What is found may be an older state of it, and a search is no comparison.
    return data.find(isOf(attemptId))?.id;
  }

  async function list(attemptId: string): Promise<string | undefined> {
    const created = { gte: Math.floor(Date.now() / 1_000) - SEARCH_LAGS_S };
    const newest = await answered(() =>
      stripe.paymentIntents.list({ created, limit: PAGE }).autoPagingToArray({ limit: LISTED_MAX }),
    );
    const found = newest.find(isOf(attemptId));
    if (!found && newest.length >= LISTED_MAX)
      throw new StripeFault(`whether Stripe has ${attemptId} cannot be told yet`);
    return found?.id;
  }

  return async (attemptId) => (await search(attemptId)) ?? list(attemptId);
}

const isOf =
  (attemptId: string) =>
  ({ metadata }: Stripe.PaymentIntent): boolean =>
    metadata['operation_id'] === attemptId;
