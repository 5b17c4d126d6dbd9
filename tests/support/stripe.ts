import type { AuthorizeRequest, PaymentProvider } from '../../src/application/provider-ports.ts';
import type { OperationOutcome } from '../../src/domain/payments/operation-outcome.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import { money, type Money } from '../../src/domain/shared/money.ts';
import { stripeProvider, type StripeOptions } from '../../src/infrastructure/gateways/stripe-provider.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { createTestDatabase } from './postgres.ts';
import { SECRET_KEY, startStripeFacade } from './stripe-facade.ts';

export const WEBHOOK_SECRET = 'whsec_of_the_test';
/** Long for whoever waits for an answer that does come, on a machine that is busy. */
const TIMEOUT_MS = 20_000;

/** A façade of Stripe on a database of its own, and the adapter that takes it for Stripe. */
export async function openStripe() {
  const database = await createTestDatabase();
  const facade = await startStripeFacade(database.pool);
  const adapter = (options: Partial<StripeOptions> = {}): Promise<PaymentProvider> =>
    stripeProvider({
      ...{ secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, apiUrl: facade.url, timeoutMs: TIMEOUT_MS },
      ...options,
    });
  return {
    database,
    facade,
    adapter,
    provider: await adapter(),
    close: async () => {
      await facade.close();
      await database.drop();
    },
  };
}

export type OpenStripe = Awaited<ReturnType<typeof openStripe>>;

export const amountOf = (minor: number | bigint, code = 'EUR'): Money => {
  const currency = parseCurrency(code);
  if (!currency) throw new Error(`no currency ${code}`);
  return money(BigInt(minor), currency);
};

export const TOTAL = 1_000;

export function requestFor(paymentToken: string, over: Partial<AuthorizeRequest> = {}): AuthorizeRequest {
  const paymentId = ids.paymentId(ids.orderId());
  const amount = amountOf(TOTAL);
  const captureMethod = 'automatic';
  const operationId = `${paymentId}:1`;
  return { operationId, paymentId, amount, paymentMethod: 'card', paymentToken, captureMethod, ...over };
}

/** `unknown` for a fault, as the application takes it. */
export async function inShort(asked: Promise<OperationOutcome>): Promise<string> {
  try {
    const outcome = await asked;
    return 'code' in outcome ? `${outcome.kind}: ${outcome.code}` : outcome.kind;
  } catch (fault) {
    if ((fault as Error).name !== 'StripeFault') throw fault;
    return 'unknown';
  }
}

/** An authorization that waits for captures. */
export async function hold(provider: PaymentProvider, paymentToken = 'tok_success') {
  const request = requestFor(paymentToken, { captureMethod: 'manual' });
  const outcome = await provider.authorize(request);
  const providerRef = 'providerRef' in outcome ? outcome.providerRef : undefined;
  if (providerRef === undefined) throw new Error(`not held: ${outcome.kind}`);
  const { paymentId, operationId: attemptId } = request;
  const followUp = (operationId: string = ids.commandId()) => ({ operationId, paymentId, providerRef });
  return {
    request,
    providerRef,
    outcome,
    capture: (minor: number, { id, final = false }: { id?: string; final?: boolean } = {}) =>
      provider.capture({ ...followUp(id), amount: amountOf(minor), final }),
    refund: (minor: number, id?: string) => provider.refund({ ...followUp(id), amount: amountOf(minor) }),
    void: (id?: string) => provider.void(followUp(id)),
    report: () => provider.retrieve({ paymentId, attemptId, providerRef }),
  };
}
