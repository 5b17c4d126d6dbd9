import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page, Route } from 'playwright-core';

/** Asks the API; the answer's body. */
export type Ask = (url: string) => Promise<unknown>;
type Id =
  | 'account'
  | 'breakId'
  | 'currency'
  | 'deliveryId'
  | 'disputeId'
  | 'endpointId'
  | 'id'
  | 'letterId'
  | 'orderId'
  | 'paymentId';
/** The first of a list has those that its page goes by. */
type Found = Readonly<Record<Id, string>>;

const APP = fileURLToPath(new URL('../../console/src/app.tsx', import.meta.url));

/** All pages that the console has, as its own source names them. */
export async function routesOfConsole(): Promise<string[]> {
  const routes = [...(await readFile(APP, 'utf8')).matchAll(/<Route path="([^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  if (routes.length < 20) throw new Error(`these cannot be all pages: ${routes.join(', ')}`);
  return routes.filter((path) => path !== '/sign-in');
}

const firstOf =
  (url: string, pathOf: (found: Found) => string) =>
  async (ask: Ask): Promise<string> => {
    const { data } = (await ask(url)) as { readonly data: readonly Found[] };
    if (data[0] === undefined) throw new Error(`there is nothing to show: ${url}`);
    return pathOf(data[0]);
  };

/** Pages about one thing, with one of what the demo data has: a new one needs its line here. */
const EXAMPLES: Readonly<Record<string, (ask: Ask) => Promise<string>>> = {
  '/orders/:orderId': firstOf(
    '/api/orders?paymentStatus=PartiallyRefunded',
    ({ orderId }) => `/orders/${orderId}`,
  ),
  '/search': async () => '/search?q=ines.duarte',
  '/payments/:paymentId': firstOf(
    '/api/payments?status=Completed',
    ({ paymentId }) => `/payments/${paymentId}`,
  ),
  '/disputes/:disputeId': firstOf('/api/disputes', ({ disputeId }) => `/disputes/${disputeId}`),
  '/accounts/:account': firstOf(
    '/api/ledger/accounts',
    ({ account, currency }) => `/accounts/${account}?currency=${currency}`,
  ),
  '/breaks/:breakId': firstOf('/api/reconciliation/breaks', ({ breakId }) => `/breaks/${breakId}`),
  '/machinery/:name': async () => '/machinery/order-summary',
  '/dead-letters/:letterId': firstOf('/api/ops/dead-letters', ({ letterId }) => `/dead-letters/${letterId}`),
  '/log/:eventId': firstOf('/api/ops/log', ({ id }) => `/log/${id}`),
  '/webhooks/:endpointId': firstOf('/api/webhook-endpoints', ({ endpointId }) => `/webhooks/${endpointId}`),
  '/deliveries/:deliveryId': firstOf(
    '/api/webhook-deliveries',
    ({ deliveryId }) => `/deliveries/${deliveryId}`,
  ),
};

/** The path to go to for a page; a page about one thing shows the first that there is. */
export async function exampleOf(route: string, ask: Ask): Promise<string> {
  const example = EXAMPLES[route];
  if (example) return example(ask);
  if (route.includes(':')) throw new Error(`${route} has no example in tests/support/console-pages.ts`);
  return route;
}

type Problem = { readonly status: number; readonly code: string; readonly title: string };

/** In place of the service, which neither does anything nor says what it would do. */
const refuse =
  (problem: Problem) =>
  (route: Route): Promise<void> =>
    route.fulfill({
      status: problem.status,
      contentType: 'application/problem+json',
      body: JSON.stringify(problem),
    });

export const answerBusy = refuse({
  status: 429,
  code: 'rate-limited',
  title: 'The quota of requests is used up',
});

/** As after a backup was restored: the log does not reach as far as the page has come. */
export const refusePlace = refuse({
  status: 400,
  code: 'validation-failed',
  title: 'The request is not valid',
});

/** As the browser tells a page when another tab is in front of it, and when it is in front again. */
export const showTab = (page: Page, state: 'visible' | 'hidden'): Promise<void> =>
  page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`);
