import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { eventually } from './eventually.ts';

export type Look = {
  readonly width?: number;
  readonly isDark?: boolean;
  /** What it logs of a fault that the test is about. */
  readonly expected?: RegExp;
};

/** For machines that have much else to do. */
export const WITHIN_MS = 60_000;

const NAMES = ['chromium', 'google-chrome', 'google-chrome-stable'];
// A test run asks nobody outside for anything; and as root Chromium's sandbox does not start.
const ARGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export const CHROMIUM_NOT_INSTALLED =
  'Chromium is not installed: apt-get install chromium (or REQUIRE_CHROMIUM=1 to fail)';

export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
}

export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ARGS, timeout: 120_000 });

/** The browser says so for every refusal, which the pages show in words of their own. */
const IS_REFUSAL = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** In a context of its own, signed in by nobody; what it does wrong comes into `faults`. */
export async function openPage(browser: Browser, { width = 1440, isDark = false, expected }: Look) {
  const context = await browser.newContext({
    ...{ viewport: { width, height: 900 }, colorScheme: isDark ? 'dark' : 'light' },
    ...{ locale: 'en-US', timezoneId: 'UTC' },
  });
  context.setDefaultTimeout(WITHIN_MS);
  // Chromium logs what the CSP stopped too, unless it was only to be reported.
  await context.addInitScript(
    `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error('CSP', violatedDirective, blockedURI))`,
  );
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (fault) => faults.push(String(fault)));
  page.on('console', (message) => {
    const text = message.text();
    const isFault = message.type() === 'error' && !IS_REFUSAL.test(text) && !expected?.test(text);
    if (isFault) faults.push(`${page.url()}: ${text}`);
  });
  return { page, context, faults };
}

/** Once the page has its title, and everything that it asked for. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await eventually(async () => {
    const loading = await page.getByRole('status', { name: 'Loading' }).count();
    if (loading > 0) throw new Error(`${page.url()} still waits for ${loading} answers`);
  }, WITHIN_MS);
}
