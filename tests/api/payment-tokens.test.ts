import { afterAll, beforeAll, describe, it } from 'vitest';
import { pay } from '../support/api-samples.ts';
import { startApi, type Api, type ApiClient } from '../support/api-service.ts';
import { stepsOf, type Steps } from '../support/api-steps.ts';

let api: Api;
let client: ApiClient;
let steps: Steps;
beforeAll(async () => {
  const stripe = { secretKey: 'sk_test_nobody', webhookSecret: 'whsec_nobody', apiUrl: 'http://127.0.0.1:9' };
  api = await startApi({ payments: { names: ['stripe'], routes: [], stripe } });
  client = await api.connect();
  steps = stepsOf(api, client);
});
afterAll(() => api.stop());

describe('a payment without a token', () => {
  it('is refused where the provider has none of its own, and nothing is written', async () => {
    const { orderId } = await steps.place();
    const code = 'payment-token-required';
    const errors = ['body /paymentToken'];
    await steps.refused(orderId, () => pay(client, orderId), { status: 422, code, errors });
  });
});
