import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import type { Disputed } from './stripe-facade-objects.ts';
import { refuse, stripeRoutes, type Answer, type Asked } from './stripe-facade-routes.ts';

/** What goes wrong with the next call, before Stripe acts on it or after. */
export type Trouble = {
  /** An HTTP status, a connection that is cut, or no answer at all. */
  readonly answer: number | 'reset' | 'hang';
  readonly when: 'before' | 'after';
  readonly error?: { readonly type?: string; readonly code?: string };
  /** Default: 1. */
  readonly times?: number;
  /** Default: of the calls that change something. */
  readonly of?: 'reads' | 'writes';
};

export const SECRET_KEY = 'sk_test_facade';

export type Withdrawal = Pick<Disputed, 'payment_intent' | 'amount' | 'currency'> & { readonly fee: number };

type Kept = { readonly request: string; readonly answer: Answer | 'at work' };

/**
 * Speaks Stripe's API for the routes that the adapter uses: forms in, JSON out, idempotency keys that give the first
 * answer again, and pages. The money is in the books of the simulated provider.
 */
export async function startStripeFacade(pool: Pool) {
  const routes = stripeRoutes(pool);
  const keys = new Map<string, Kept>();
  const requests: Asked[] = [];
  let troubles: Trouble[] = [];
  const held = new Set<ServerResponse>();

  async function byKey(asked: Asked): Promise<Answer> {
    if (asked.method === 'GET' || asked.key === '') return routes.route(asked);
    const request = `${asked.path}?${asked.form.toString()}`;
    const kept = keys.get(asked.key);
    if (kept?.answer === 'at work')
      return refuse(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' });
    if (kept && kept.request !== request) return refuse(400, { type: 'idempotency_error' });
    if (kept) return kept.answer;
    keys.set(asked.key, { request, answer: 'at work' });
    const answer = await routes.route(asked);
    // Without an answer there is none to give again; and what found no room may be tried again.
    if (answer === 'reset' || answer.status === 429) keys.delete(asked.key);
    else keys.set(asked.key, { request, answer });
    return answer;
  }

  function troubleFor({ method }: Asked): Trouble | undefined {
    const of = method === 'GET' ? 'reads' : 'writes';
    const [next, ...others] = troubles;
    if (!next || (next.of ?? 'writes') !== of) return undefined;
    const left = (next.times ?? 1) - 1;
    troubles = left > 0 ? [{ ...next, times: left }, ...others] : others;
    return next;
  }

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://facade.invalid');
    const form = new URLSearchParams(request.method === 'GET' ? search : await text(request));
    const key = String(request.headers['idempotency-key'] ?? '');
    const asked: Asked = { method: request.method ?? '', path: pathname, form, key };
    requests.push(asked);
    if (request.headers.authorization !== `Bearer ${SECRET_KEY}`)
      return send(response, refuse(401, { message: `Invalid API Key: ${request.headers.authorization}` }));
    const trouble = troubleFor(asked);
    const answer = trouble?.when === 'before' ? undefined : await byKey(asked);
    if (!trouble) return send(response, answer!);
    if (trouble.answer === 'hang') held.add(response);
    else send(response, trouble.answer === 'reset' ? 'reset' : refuse(trouble.answer, trouble.error ?? {}));
  }

  const server = createServer((request, response) => {
    answerTo(request, response).catch((fault: unknown) => {
      send(response, refuse(500, { type: 'api_error', message: String(fault) }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    ...routes,
    url: `http://127.0.0.1:${port}`,
    requests,
    writes: () => requests.filter(({ method }) => method !== 'GET'),
    trouble: (next: Trouble) => {
      troubles.push(next);
    },
    /** As a day later. */
    forgetKeys: () => {
      keys.clear();
      routes.settings.generation++;
    },
    open: (dispute: Omit<Disputed, 'id' | 'object'>): string => {
      const id = `du_${routes.disputes.size + 1}`;
      routes.disputes.set(id, { id, object: 'dispute', ...dispute });
      return id;
    },
    /** The bank takes back what was paid, and Stripe a fee; returns what the dispute is called. */
    withdraw: (about: Withdrawal): string => {
      const { fee, ...dispute } = about;
      const id = `du_${routes.disputes.size + 1}`;
      const category = { type: 'adjustment', reporting_category: 'dispute' };
      const taken = { source: id, amount: -about.amount, currency: about.currency, fee };
      const balance_transactions = [routes.balance.enter({ ...category, ...taken })];
      const open = { reason: 'fraudulent', status: 'needs_response', balance_transactions };
      routes.disputes.set(id, { id, object: 'dispute', ...dispute, ...open });
      return id;
    },
    /** What it took is given back; of the fee as much as the account's country has it. */
    reinstate: (id: string, feeBack = 0): void => {
      const dispute = routes.disputes.get(id)!;
      const { amount, currency } = dispute;
      const category = { type: 'adjustment', reporting_category: 'dispute_reversal' };
      const back = routes.balance.enter({ ...category, source: id, amount, currency, fee: -feeBack });
      const balance_transactions = [...dispute.balance_transactions, back];
      routes.disputes.set(id, { ...dispute, status: 'won', balance_transactions });
    },
    close: async () => {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json', 'request-id': 'req_1' });
  response.end(JSON.stringify(answer.body));
}
