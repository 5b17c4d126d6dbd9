import type { PaymentProvider } from '../../application/provider-ports.ts';

class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

/** Fails when the provider has not answered by then. */
export const timed = (provider: PaymentProvider, timeoutMs: number): PaymentProvider => {
  const within = async <T>(call: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new ProviderTimeout(`${provider.name} did not answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
    });
    try {
      return await Promise.race([call, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
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
