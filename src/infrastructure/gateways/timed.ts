import type { PaymentProvider, SettlementSource } from '../../application/provider-ports.ts';

class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

type Within = <T>(call: Promise<T>) => Promise<T>;

const limit =
  (name: string, timeoutMs: number): Within =>
  async (call) => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new ProviderTimeout(`${name} did not answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
    });
    try {
      return await Promise.race([call, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };

/** Fails when the provider has not answered by then. */
export const timed = (provider: PaymentProvider, timeoutMs: number): PaymentProvider => {
  const within = limit(provider.name, timeoutMs);
  return {
    ...provider,
    authorize: (request) => within(provider.authorize(request)),
    capture: (request) => within(provider.capture(request)),
    void: (request) => within(provider.void(request)),
    refund: (request) => within(provider.refund(request)),
    retrieve: (request) => within(provider.retrieve(request)),
    acceptDispute: (request) => within(provider.acceptDispute(request)),
    paymentOf: (providerRef) => within(provider.paymentOf(providerRef)),
    submitEvidence: (request) => within(provider.submitEvidence(request)),
  };
};

/** The same of its books. */
export const timedBooks = (source: SettlementSource, timeoutMs: number): SettlementSource => {
  const within = limit(source.name, timeoutMs);
  return {
    ...source,
    transactions: (days) => within(source.transactions(days)),
    settlements: (days) => within(source.settlements(days)),
  };
};
