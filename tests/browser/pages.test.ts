import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page, Request } from 'playwright-core';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { makeDemoData } from '../../src/demo-data.ts';
import { settled } from '../support/chromium.ts';
import { consoleForTests, type Console } from '../support/console.ts';
import { exampleOf, routesOfConsole } from '../support/console-pages.ts';
import { eventually } from '../support/eventually.ts';
import { reconcilerOn } from '../support/reconciler.ts';
import { linkFor } from '../support/sessions.ts';

const DEMO_WITHIN_MS = 240_000;
const FIRST_LOAD_MAX_BYTES = 200_000;
const PHONE_WIDTH = 360;

const shown = consoleForTests({ demoMailer: true }, async (opened) => {
  await demoData(opened);
  await breakInBooks(opened);
  page = await opened.visit('/', { isKept: true });
});
const routes = [...(await routesOfConsole()), '/there-is-no-such-page'];

let page: Page;

/** So that every page has something to show. */
async function demoData({ api, client }: Console): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'order-payments-console-'));
  const logger = pino({ level: 'silent' });
  const making = makeDemoData({ server: api.service.server, key: client.key }, { dataDir, logger });
  await eventually(async () => {
    expect(await readFile(join(dataDir, 'demo-data'), 'utf8')).toBe('done');
    const { data } = (await client.get('/api/ops/dead-letters')).body as { data: unknown[] };
    expect(data.length).toBeGreaterThan(0);
  }, DEMO_WITHIN_MS);
  await making.stop();
  await rm(dataDir, { recursive: true });
}

/** A payment is of another amount by the provider's books. */
async function breakInBooks({ api: { database } }: Console): Promise<void> {
  await database.pool.query(
    `update simulated_provider.operation set amount_minor = amount_minor + 5 where operation_id in
       (select operation_id from simulated_provider.operation
        where kind not in ('refund', 'void') and outcome = 'succeeded' limit 1)`,
  );
  await reconcilerOn(database.pool).reconcileAll();
}

type Violation = { id: string; help: string; nodes: { html: string; failureSummary: string }[] };

/** What axe finds, as lines. Through the debugger: the page's own CSP lets nobody add a script. */
async function findings(rules: object): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) !== 'object') await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(${JSON.stringify({ ...ONLY_VIOLATIONS, ...rules })})`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}

/** Selectors of what is as it should be took most of the time. */
const ONLY_VIOLATIONS = { resultTypes: ['violations'], selectors: false };
const ONLY_COLOURS = { runOnly: ['color-contrast', 'link-in-text-block'] };
const sidewaysPx = (): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

describe('the page', () => {
  it.each(routes)('%s can be used by everybody: in light, in the dark, on a phone', async (route) => {
    const { client, url } = shown();
    const path = await exampleOf(route, async (asked) => (await client.get(asked)).body);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${url}${path}`);
    await settled(page);
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    expect(await findings({})).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await findings(ONLY_COLOURS)).toEqual([]);
    await page.setViewportSize({ width: PHONE_WIDTH, height: 800 });
    expect(await sidewaysPx()).toBe(0);
  });
});

describe('the sign-in page', () => {
  it('can be used by everybody', async () => {
    page = await shown().open({ width: PHONE_WIDTH });
    await page.goto(`${shown().url}/orders`);
    await settled(page);
    expect(await findings({})).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await findings(ONLY_COLOURS)).toEqual([]);
    expect(await sidewaysPx()).toBe(0);
  });
});

describe('the first page', () => {
  it('takes less than 200 kB over the network, whatever it shows', async () => {
    const first = await shown().open();
    const sizes: Promise<number>[] = [];
    const finished = (request: Request): void => {
      if (new URL(request.url()).pathname.startsWith('/console/'))
        sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    };
    first.on('requestfinished', finished);
    await first.goto(`${shown().url}/sign-in#${await linkFor(shown().api, shown().client)}`);
    await first.getByRole('link', { name: 'Order Payments' }).waitFor();
    await settled(first);
    first.off('requestfinished', finished); // of what comes later the page is closed before it is known
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(sizes.length).toBeGreaterThan(3);
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(FIRST_LOAD_MAX_BYTES);
  });
});
