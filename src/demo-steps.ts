import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { basket, cash, lines, type Bought, type Currency } from './demo-shop.ts';

/** Whoever sets quotas that low to try them gets the rest of the data at a later start. */
export class QuotaUsedUp extends Error {
  override readonly name = 'QuotaUsedUp';
}

export type DemoApi = {
  readonly server: FastifyInstance;
  readonly key: string;
  /** The service stops: what is begun is gone on with at the next start. */
  readonly stopping: AbortSignal;
};

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
type Answer = {
  readonly orderId: string;
  readonly paymentId: string;
  readonly fulfilments: readonly { readonly fulfilmentId: string }[];
  readonly returns: readonly { readonly returnId: string }[];
  readonly keyId: string;
  readonly endpointId: string;
  readonly data: readonly { readonly disputeId: string; readonly status: string }[];
};

const AGAIN_AFTER_MS = 250;
const TRIES_MAX = 240;
/** It is not so yet: a payment is under way, others have the server busy. */
const PASSING = [409, 503];

/** Calls the API like anybody. Named by where it is in its story, a call that was made before a crash is made once. */
export function callerFor({ server, key, stopping }: DemoApi, story: string) {
  let calls = 0;

  async function send(method: Method, path: string, payload?: object): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(method !== 'GET' && { 'idempotency-key': `demo-${story}-${++calls}` }),
      // Whatever comes of its payment in the meantime: an amendment has to say which version it is of.
      ...(method === 'PATCH' && { 'if-match': '*' }),
    };
    for (let tries = 1; ; tries++) {
      stopping.throwIfAborted();
      const url = `/api/${path}`;
      const { statusCode, body } = await server.inject({ method, url, headers, ...(payload && { payload }) });
      if (statusCode === 429) throw new QuotaUsedUp();
      if (statusCode < 300) return JSON.parse(body) as Answer;
      if (!PASSING.includes(statusCode) || tries >= TRIES_MAX)
        throw new Error(`demo data: ${method} ${path} was answered ${statusCode}: ${body}`);
      await sleep(AGAIN_AFTER_MS, undefined, { signal: stopping });
    }
  }
  return {
    post: (path: string, payload: object = {}) => send('POST', path, payload),
    patch: (path: string, payload: object) => send('PATCH', path, payload),
    remove: (path: string) => send('DELETE', path),
    /** Asks until it is so. */
    until: async <Found>(path: string, find: (answer: Answer) => Found | undefined): Promise<Found> => {
      for (;;) {
        const found = find(await send('GET', path));
        if (found !== undefined) return found;
        await sleep(AGAIN_AFTER_MS, undefined, { signal: stopping });
      }
    },
  };
}
export type Caller = ReturnType<typeof callerFor>;

export type Story = {
  readonly name: string;
  readonly customer: string;
  readonly basket: readonly [currency: Currency, bought: Bought, shipping?: number];
  /** A week unless said. */
  readonly expiresInSeconds?: number;
  readonly steps: readonly Step[];
};

/** What the story has come to, by which its next step is told what it is about. */
type Told = {
  readonly call: Caller;
  readonly currency: Currency;
  readonly customer: string;
  readonly orderId: string;
  /** The newest of each. */
  paymentId?: string;
  fulfilmentId?: string | undefined;
  returnId?: string | undefined;
};
export type Step = (told: Told) => Promise<unknown>;

const WEEK_SECONDS = 7 * 24 * 3_600;

export async function tell(api: DemoApi, story: Story): Promise<void> {
  const { customer, name, expiresInSeconds = WEEK_SECONDS, steps } = story;
  const call = callerFor(api, name);
  const body = { customerId: customer, ...basket(...story.basket), expiresInSeconds };
  const { orderId } = await call.post('orders', body);
  const told: Told = { call, customer, currency: story.basket[0], orderId };
  for (const step of steps) await step(told);
}

type Money = { readonly amount?: number };
type Payment = Money & { readonly token?: string; readonly by?: 'card' | 'wallet' | 'bank_transfer' };

const money = ({ currency }: Told, { amount }: Money) =>
  amount === undefined ? {} : { amount: cash(currency, amount) };

const paid =
  (captureMethod: 'automatic' | 'manual') =>
  ({ token, by: paymentMethod = 'card', ...some }: Payment = {}): Step =>
  async (told) => {
    const { call, orderId } = told;
    const paymentToken = token === undefined ? {} : { paymentToken: `tok_${token}` };
    const body = { orderId, paymentMethod, captureMethod, ...paymentToken, ...money(told, some) };
    told.paymentId = (await call.post('payments', body)).paymentId;
  };
export const pay = paid('automatic');
export const hold = paid('manual');

export const capture =
  (amount?: number): Step =>
  (told) =>
    told.call.post(`payments/${told.paymentId}/capture`, amount === undefined ? {} : money(told, { amount }));

export const letGo =
  (reason: string): Step =>
  ({ call, paymentId }) =>
    call.post(`payments/${paymentId}/void`, { reason });

type Units = readonly (readonly [lineId: string, quantity: number])[];
const units = (some?: Units) =>
  some ? { items: some.map(([lineId, quantity]) => ({ lineId, quantity })) } : {};

/** An amount, or units of lines; neither: all of it. */
export const refund =
  (reason: string, what?: number | Units): Step =>
  (told) => {
    const some = typeof what === 'number' ? money(told, { amount: what }) : units(what);
    return told.call.post(`payments/${told.paymentId}/refunds`, { ...some, reason });
  };

export const cancel =
  (reason: string): Step =>
  ({ call, orderId }) =>
    call.post(`orders/${orderId}/cancel`, { reason });

/** Other lines than before, by their numbers. */
export const amend =
  (reason: string, bought: Bought): Step =>
  async ({ call, orderId, currency }) => {
    const items = lines(currency, bought).map((item, index) => ({ ...item, lineId: String(index + 1) }));
    await call.patch(`orders/${orderId}`, { items, reason });
  };

export const setAside =
  (some?: Units): Step =>
  async (told) => {
    const { call, orderId } = told;
    const { fulfilments } = await call.post(`orders/${orderId}/fulfilments`, units(some));
    told.fulfilmentId = fulfilments.at(-1)?.fulfilmentId;
  };

export const ship =
  (tracking: string): Step =>
  ({ call, orderId, fulfilmentId }) =>
    call.post(`orders/${orderId}/fulfilments/${fulfilmentId}/ship`, { tracking });

export const deliver: Step = ({ call, orderId, fulfilmentId }) =>
  call.post(`orders/${orderId}/fulfilments/${fulfilmentId}/deliver`);

export const sendBack =
  (reason: string, some?: Units): Step =>
  async (told) => {
    const { call, orderId } = told;
    const { returns } = await call.post(`orders/${orderId}/returns`, { ...units(some), reason });
    told.returnId = returns.at(-1)?.returnId;
  };

export const receive: Step = ({ call, orderId, returnId }) =>
  call.post(`orders/${orderId}/returns/${returnId}/receive`);

/** Once the customer's bank has asked for its money back. One that was answered before a crash is not answered again. */
const answerDispute =
  (what: 'accept' | 'evidence', payload: object): Step =>
  async ({ call, orderId }) => {
    const dispute = await call.until(`disputes?orderId=${orderId}`, ({ data }) => data[0]);
    if (dispute.status === 'open') await call.post(`disputes/${dispute.disputeId}/${what}`, payload);
  };
export const giveUpDispute = answerDispute('accept', {});
export const contest = (evidence: string): Step => answerDispute('evidence', { evidence });

export const eraseCustomer: Step = ({ call, customer }) => call.remove(`customers/${customer}`);
