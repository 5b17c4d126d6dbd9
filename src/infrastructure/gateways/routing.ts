import type { PaymentProvider, PaymentRouting } from '../../application/ports.ts';

/** Every payment goes to the providers in the order in which they are given. */
export function routeInOrder(providers: readonly [PaymentProvider, ...PaymentProvider[]]): PaymentRouting {
  const [first, ...rest] = providers;
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return {
    routeFor: () => [first.name, ...rest.map(({ name }) => name)],
    provider: (name) => {
      const provider = byName.get(name);
      // A payment may have been begun with one that is no longer configured.
      if (!provider) throw new Error(`no payment provider ${name} is configured`);
      return provider;
    },
  };
}
