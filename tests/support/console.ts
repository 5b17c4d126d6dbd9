import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ServiceOptions } from '../../src/composition.ts';
import { startApi, type Api, type ApiClient } from './api-service.ts';
import {
  CHROMIUM_NOT_INSTALLED,
  findChromium,
  launchChromium,
  openPage,
  settled,
  WITHIN_MS,
  type Look,
} from './chromium.ts';
import { linkFor } from './sessions.ts';

type Opening = Look & {
  /** Stays open for the tests after this one. */
  readonly isKept?: boolean;
};

export type Console = {
  readonly api: Api;
  /** May do everything. */
  readonly client: ApiClient;
  /** Of the console, without a slash at its end. */
  readonly url: string;
  /** A browser that nobody is signed in with, at no page. */
  open(opening?: Opening): Promise<Page>;
  /** The page at this path, signed in by a link as the owner of a key: by default of that of `client`. */
  visit(path: string, opening?: Opening & { readonly as?: ApiClient }): Promise<Page>;
};

type Visit = { readonly context: BrowserContext; readonly faults: string[]; readonly isKept: boolean };

const CONSOLE_FOLDER = fileURLToPath(new URL('../../console/dist', import.meta.url));
const START_TIMEOUT_MS = 300_000;

/**
 * One browser and one service for the tests of a file; without Chromium they are skipped and say why, or fail if it is
 * required. Whatever a test is about, it fails where a page breaks its CSP, throws, or logs an error.
 */
export function consoleForTests(
  options: Partial<ServiceOptions> = {},
  prepare: (shown: Console) => Promise<void> = async () => {},
): () => Console {
  const visits: Visit[] = [];
  let started: Started | undefined;
  beforeAll(async () => {
    const chromium = findChromium();
    if (chromium) {
      started = await startConsole(chromium, options, visits);
      await prepare(started.shown);
    } else if (process.env['REQUIRE_CHROMIUM'] === '1') notInstalled();
  }, START_TIMEOUT_MS);
  beforeEach((context) => {
    if (!started) context.skip(CHROMIUM_NOT_INSTALLED);
  });
  afterEach(async () => {
    const faults = visits.flatMap((visit) => visit.faults.splice(0));
    for (const { context, isKept } of visits) if (!isKept) await context.close();
    if (faults.length > 0) throw new Error(`The console is at fault:\n${faults.join('\n')}`);
  });
  afterAll(() => started?.stop(), WITHIN_MS);
  return () => started?.shown ?? notInstalled();
}

function notInstalled(): never {
  throw new Error(CHROMIUM_NOT_INSTALLED);
}

type Started = { readonly shown: Console; stop(): Promise<void> };

async function startConsole(
  chromium: string,
  options: Partial<ServiceOptions>,
  visits: Visit[],
): Promise<Started> {
  const browser = await launchChromium(chromium);
  const api = await startApi({ consoleFolder: CONSOLE_FOLDER, ...options });
  const { server } = api.service;
  // By this name browsers take the session's cookie without TLS.
  const { port } = new URL(await server.listen({ port: 0, host: 'localhost' }));
  const origin = `http://localhost:${port}`;
  api.service.reachableAt(origin);
  const url = `${origin}/console`;
  const client = await api.connect();

  const open = async (opening: Opening = {}): Promise<Page> => {
    const { page, ...visit } = await openPage(browser, opening);
    visits.push({ ...visit, isKept: opening.isKept ?? false });
    return page;
  };
  const visit: Console['visit'] = async (path, { as = client, ...opening } = {}) => {
    const page = await open(opening);
    await page.goto(`${url}/sign-in#${await linkFor(api, as)}`);
    await page.getByRole('link', { name: 'Order Payments' }).waitFor(); // of who is signed in only
    if (path !== '/') await page.goto(`${url}${path}`);
    await settled(page);
    return page;
  };
  return {
    shown: { api, client, url, open, visit },
    stop: async () => {
      await browser.close();
      await api.stop();
    },
  };
}
