import type { PaymentProvider, SettlementSource } from '../../application/provider-ports.ts';

class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

type Within = <T>(call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** `signal` tells the call that it is too late, as nobody hears its answer then. */
const limit =
  (name: string, timeoutMs: number): Within =>
  async (call) => {
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const timeout = new ProviderTimeout(`${name} did not answer within ${timeoutMs} ms`);
        reject(timeout);
        late.abort(timeout);
      }, timeoutMs);
    });
    try {
      return await Promise.race([call(late.signal), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };

/** Fails when the provider has not answered by then. */
export const timed = (provider: PaymentProvider, timeoutMs: number): PaymentProvider => {
  const within = limit(provider.name, timeoutMs);
  return {
    ...provider,
    authorize: (request) => within(() => provider.authorize(request)),
    capture: (request) => within(() => provider.capture(request)),
    void: (request) => within(() => provider.void(request)),
    refund: (request) => within(() => provider.refund(request)),
    retrieve: (request) => within(() => provider.retrieve(request)),
    acceptDispute: (request) => within(() => provider.acceptDispute(request)),
    paymentOf: (providerRef) => within(() => provider.paymentOf(providerRef)),
    submitEvidence: (request) => within(() => provider.submitEvidence(request)),
  };
};

/** The same of its books. */
export const timedBooks = (source: SettlementSource, timeoutMs: number): SettlementSource => {
  const within = limit(source.name, timeoutMs);
  return {
    ...source,
    transactions: (days) => within((signal) => source.transactions(days, { signal })),
    settlements: (days, how) => within((signal) => source.settlements(days, { ...how, signal })),
  };
};
