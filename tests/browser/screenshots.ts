// `npm run screenshots`: every page of the console with the demo data, in light and dark, at a desk and on a phone.
// With `-- --readme` only those that the README shows.
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import {
  findChromium,
  launchChromium,
  openPage,
  settled,
  WITHIN_MS,
  CHROMIUM_NOT_INSTALLED,
} from '../support/chromium.ts';
import { exampleOf, routesOfConsole, type Ask } from '../support/console-pages.ts';
import { eventually } from '../support/eventually.ts';
import { spawnService } from '../support/process.ts';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const LOOKS = [1440, 360].flatMap((width) => [false, true].map((isDark) => ({ width, isDark })));
/** What the README shows: light, at a desk, as much as a screen does. */
const IN_README: Readonly<Record<string, string>> = {
  '/': 'console-overview',
  '/orders/:orderId': 'console-order',
  '/dead-letters': 'console-dead-letters',
};
const isReadmeOnly = process.argv.includes('--readme');
const DEMO_WITHIN_MS = 300_000;

type Served = { readonly url: string; readonly key: string };

const nameOf = (route: string): string => route.replaceAll(/[/:]+/g, '-').slice(1) || 'overview';

async function signIn(page: Page, { url, key }: Served): Promise<void> {
  await page.goto(`${url}/console`);
  await page.getByRole('textbox', { name: 'API key' }).fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Order Payments' }).waitFor();
}

/** Those that there is something for. */
async function pathsByRoute({ url, key }: Served): Promise<ReadonlyMap<string, string>> {
  const ask: Ask = async (path) =>
    (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })).json();
  const paths = new Map<string, string>();
  const routes = isReadmeOnly ? Object.keys(IN_README) : await routesOfConsole();
  for (const route of routes)
    await exampleOf(route, ask).then(
      (path) => paths.set(route, path),
      (fault: unknown) => process.stderr.write(`left out ${route}: ${String(fault)}\n`),
    );
  return paths;
}

/** Charts come a moment after the page. */
const drawn = (page: Page): Promise<void> =>
  eventually(async () => {
    const frames = page.locator('.chart-frame');
    const [wanted, there] = [await frames.count(), await frames.locator('canvas').count()];
    if (there < wanted) throw new Error(`${there} of ${wanted} charts are drawn`);
  }, WITHIN_MS);

async function takeAll(browser: Browser, served: Served): Promise<void> {
  const paths = await pathsByRoute(served);
  for (const look of isReadmeOnly ? LOOKS.slice(0, 1) : LOOKS) {
    const { page, context, faults } = await openPage(browser, look);
    await signIn(page, served);
    for (const [route, path] of paths) {
      await page.goto(`${served.url}/console${path}`);
      await settled(page);
      await drawn(page);
      const name = `${nameOf(route)}-${look.isDark ? 'dark' : 'light'}-${look.width}`;
      await page.screenshot({ path: join(DOCS, 'screenshots', `${name}.png`), fullPage: true });
      const inReadme = IN_README[route];
      if (inReadme !== undefined && look === LOOKS[0])
        await page.screenshot({ path: join(DOCS, 'images', `${inReadme}.png`) });
    }
    await context.close();
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }
}

async function main(): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error(CHROMIUM_NOT_INSTALLED);
  for (const folder of ['screenshots', 'images']) await mkdir(join(DOCS, folder), { recursive: true });
  const dataDir = await mkdtemp(join(tmpdir(), 'order-payments-screenshots-'));
  await chmod(dataDir, 0o711); // as root, PostgreSQL runs as another user, who must get in
  const service = spawnService({ DATA_DIR: dataDir, PORT: '0' });
  try {
    // By this name browsers take the session's cookie without TLS.
    const url = `http://localhost:${new URL(await service.url()).port}`;
    await eventually(async () => {
      const state = await readFile(join(dataDir, 'demo-data'), 'utf8');
      if (state !== 'done') throw new Error('the demo data is not there yet');
    }, DEMO_WITHIN_MS);
    const browser = await launchChromium(chromium);
    try {
      await takeAll(browser, { url, key: await readFile(join(dataDir, 'demo-key'), 'utf8') });
    } finally {
      await browser.close();
    }
  } finally {
    await service.end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
  process.stdout.write(`${join(DOCS, 'screenshots')}\n`);
}

await main();
