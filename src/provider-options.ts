import type { Config } from './config.ts';
import type { ProviderOptions } from './infrastructure/gateways/providers.ts';

export function paymentsOf(config: Config): ProviderOptions {
  const { stripeSecretKey: secretKey, stripeWebhookSecret: webhookSecret } = config;
  const { stripeApiUrl: apiUrl, stripeReturnUrl: returnUrl, stripeMulticapture } = config;
  const stripe = secretKey !== undefined &&
    webhookSecret !== undefined && {
      stripe: {
        ...{ secretKey, webhookSecret, severalCaptures: stripeMulticapture === 'on' },
        ...(apiUrl !== undefined && { apiUrl }),
        ...(returnUrl !== undefined && { returnUrl }),
      },
    };
  return { names: config.paymentProviders, routes: config.paymentRoutes, ...stripe };
}
