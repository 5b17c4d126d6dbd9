import type * as StripeModule from 'stripe';
import type { Stripe } from 'stripe';

type Sdk = typeof StripeModule;
type HttpClient = NonNullable<Stripe.StripeConfig['httpClient']>;

/** Loaded only where it is wanted: the service runs without it. */
export async function loadStripe(load: () => Promise<Sdk> = () => import('stripe')): Promise<Sdk> {
  try {
    return await load();
  } catch (cause) {
    throw new Error('payments through Stripe need its SDK, which is not installed: npm install stripe', {
      cause,
    });
  }
}

export type ClientOptions = {
  readonly secretKey: string;
  readonly apiUrl?: string | undefined;
  readonly timeoutMs: number;
};

export function stripeClient({ Stripe }: Sdk, { secretKey, apiUrl, timeoutMs }: ClientOptions): Stripe {
  return new Stripe(secretKey, {
    // The version that the SDK's types were made from; an account's default would change under us.
    apiVersion: Stripe.API_VERSION,
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    httpClient: withoutRetries(Stripe.createNodeHttpClient()),
    ...(apiUrl === undefined ? {} : hostOf(apiUrl)),
  });
}

function hostOf(apiUrl: string): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  const { hostname, port, protocol } = new URL(apiUrl);
  const isPlain = protocol === 'http:';
  const usual = isPlain ? '80' : '443';
  return { host: hostname, port: port === '' ? usual : port, protocol: isPlain ? 'http' : 'https' };
}

/**
 * With retries off the SDK still repeats a call once whose connection was closed, and says only what came of the second.
 * That one refused or rate limited would be "not sent" of a call that may have moved money.
 */
function withoutRetries(client: HttpClient): HttpClient {
  return {
    getClientName: () => client.getClientName(),
    makeRequest: async (...request) => {
      try {
        return await client.makeRequest(...request);
      } catch (fault) {
        const code = (fault as NodeJS.ErrnoException).code;
        if (code !== 'ECONNRESET' && code !== 'EPIPE') throw fault;
        throw new Error(`the connection was lost: ${code}`, { cause: fault });
      }
    },
  };
}
