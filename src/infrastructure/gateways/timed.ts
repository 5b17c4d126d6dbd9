import type { PaymentProvider } from '../../application/ports.ts';

/** Nobody waits longer than this for a provider: the outcome is unknown then, and asked about later. */
export const PROVIDER_TIMEOUT_MS = 10_000;

class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

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
    name: provider.name,
    authorize: (request) => within(provider.authorize(request)),
    capture: (request) => within(provider.capture(request)),
    void: (request) => within(provider.void(request)),
    refund: (request) => within(provider.refund(request)),
    retrieve: (request) => within(provider.retrieve(request)),
  };
};
