import type { PaymentProvider, PaymentRouting } from '../../application/provider-ports.ts';

/** Payments that a rule fits go to its providers, the first first; what a rule does not name fits it. */
export type RoutingRule = {
  readonly currency?: string;
  readonly paymentMethod?: string;
  readonly providers: readonly string[];
};

/** The first rule that fits says who is asked, in its order; without rules all are, in theirs. Never one that cannot. */
export function routeByRules(
  providers: readonly PaymentProvider[],
  rules: readonly RoutingRule[] = [],
): PaymentRouting {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const everybody = providers.map(({ name }) => name);
  return {
    routeFor: (payment) => {
      const rule = rules.find(
        ({ currency, paymentMethod }) =>
          (currency === undefined || currency === payment.amount.currency) &&
          (paymentMethod === undefined || paymentMethod === payment.paymentMethod),
      );
      const asked = rules.length === 0 ? everybody : (rule?.providers ?? []);
      return asked.filter((name) => byName.get(name)?.capabilities.accepts(payment));
    },
    knows: (name) => byName.has(name),
    provider: (name) => {
      const provider = byName.get(name);
      // A payment may have been begun with one that is no longer configured.
      if (!provider) throw new Error(`no payment provider ${name} is configured`);
      return provider;
    },
  };
}
