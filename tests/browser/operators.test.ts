import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { SCOPES_OF_ROLE } from '../../src/application/access.ts';
import { UNREACHABLE_CUSTOMER } from '../../src/infrastructure/consumers/demo-mailer.ts';
import { placeOrder } from '../support/api-samples.ts';
import { stepsOf } from '../support/api-steps.ts';
import { settled, WITHIN_MS } from '../support/chromium.ts';
import { consoleForTests } from '../support/console.ts';
import { answerBusy, showTab } from '../support/console-pages.ts';
import { eventually } from '../support/eventually.ts';
import { machineryOf } from '../support/machinery.ts';
import { linkFor } from '../support/sessions.ts';

// The mailer fails with one customer's message until somebody replays it.
const shown = consoleForTests({ demoMailer: true });

const SHOWN_WITHIN_MS = 300;

const apiKeyField = (page: Page) => page.getByRole('textbox', { name: 'API key' });
const navigation = (page: Page) => page.getByRole('navigation', { name: 'Console' });

describe('signing in', () => {
  it('by a link works once, and the second time is told why not', async () => {
    const { api, client, url, open } = shown();
    const link = `${url}/sign-in#${await linkFor(api, client)}`;
    const first = await open();
    await first.goto(link);
    await navigation(first).waitFor();
    await eventually(() => expect(first.url()).toBe(`${url}/`));

    const second = await open();
    await second.goto(link);
    await second
      .getByRole('alert')
      .getByText(/used already/)
      .waitFor();
    await apiKeyField(second).waitFor();
    expect(await navigation(second).count()).toBe(0);
  });

  it('by an API key leaves a cookie that no script sees, and the key nowhere', async () => {
    const { client, url, open } = shown();
    const page = await open();
    await page.goto(`${url}/orders?status=Confirmed`);
    await apiKeyField(page).fill(client.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();

    expect(await page.context().cookies()).toMatchObject([
      { name: '__Host-order-payments', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' },
    ]);
    const seen = await page.evaluate<string>(
      `JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href])`,
    );
    expect(seen).not.toMatch(/__Host|op_test_/);

    await page.route('**/api/session', answerBusy);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await navigation(page).getByRole('alert').getByText('The quota of requests is used up').waitFor();
    await page.unroute('**/api/session');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await apiKeyField(page).waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await apiKeyField(page).waitFor();
  });

  it('as somebody else is asked about first, and is so in all tabs', async () => {
    const { api, client, url, visit } = shown();
    const viewer = await api.connect('acme', SCOPES_OF_ROLE.viewer);
    const first = await visit('/api-keys');
    await first.getByRole('button', { name: 'New key' }).click();
    await first.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('never made');
    const second = await first.context().newPage();
    const link = `${url}/sign-in#${await linkFor(api, viewer)}`;
    await second.goto(link);
    await second.getByRole('button', { name: 'Stay who I am' }).click();
    await eventually(async () => expect(await groupsOf(second)).toContain('Access'));
    await second.goto(link);
    await second.getByRole('button', { name: 'Sign in with the link' }).click();
    await eventually(async () => expect(await groupsOf(second)).toEqual(['Shop', 'Money']));

    // What the first tab asks for is asked as the viewer from now on, and refused.
    await first.getByRole('dialog').getByRole('button', { name: 'Create the key' }).click();
    await eventually(async () => expect(await groupsOf(first)).toEqual(['Shop', 'Money']));
    expect(await first.getByRole('dialog').count()).toBe(0);

    await second.goto(`${url}/sign-in#${await linkFor(api, client)}`);
    await second.getByRole('button', { name: 'Sign in with the link' }).click();
    await eventually(async () => expect(await groupsOf(second)).toContain('Access'));
    await showTab(first, 'visible');
    await eventually(async () => expect(await groupsOf(first)).toContain('Access'));

    await first.getByRole('link', { name: 'Projections' }).click(); // asks again and again
    await first.getByRole('heading', { level: 1, name: 'Projections' }).waitFor();
    await second.getByRole('button', { name: 'Sign out' }).click();
    await apiKeyField(second).waitFor();
    await apiKeyField(first).waitFor();
  });

  it('with a key that is nobody’s is refused in words', async () => {
    const page = await shown().open();
    await page.goto(shown().url);
    await apiKeyField(page).fill('op_test_nobodys');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('A valid API key or token is required').waitFor();
  });
});

const refundButton = (page: Page) => page.getByRole('button', { name: 'Refund' });
const groupsOf = (page: Page) => navigation(page).getByRole('heading').allTextContents();

describe('a viewer', () => {
  it('is offered nothing that would be refused, and told so where it is', async () => {
    const { api, client, visit } = shown();
    const viewer = await api.connect('acme', SCOPES_OF_ROLE.viewer);
    const { paymentId } = await stepsOf(api, client).placePaid();

    const own = await visit(`/payments/${paymentId}`);
    await refundButton(own).waitFor();
    expect(await groupsOf(own)).toEqual(['Shop', 'Money', 'Machinery', 'Access']);

    const page = await visit(`/payments/${paymentId}`, { as: viewer });
    await page.getByText('Captured').first().waitFor();
    expect(await refundButton(page).count()).toBe(0);
    expect(await groupsOf(page)).toEqual(['Shop', 'Money']);
    for (const path of ['/dead-letters', '/machinery', '/api-keys']) {
      await page.goto(`${shown().url}${path}`);
      await page.getByRole('alert').first().getByText('The API key or token lacks a scope').waitFor();
    }
    expect(await page.getByRole('button', { name: 'New key' }).count()).toBe(0);
  });
});

describe('a dead letter', () => {
  it('is looked at, replayed, and seen to be resolved', async () => {
    const { client, visit } = shown();
    await placeOrder(client, { customerId: UNREACHABLE_CUSTOMER });
    await eventually(async () => {
      const { data } = (await client.get('/api/ops/dead-letters')).body as { data: unknown[] };
      expect(data).toHaveLength(1);
    }, WITHIN_MS);
    const page = await visit('/dead-letters');
    const letters = page.getByRole('region', { name: 'Dead letters', exact: true });
    await letters.getByRole('link').first().click();
    await page.getByText('MailboxFull: the mailbox of the customer is full').waitFor();
    const preview = '**/api/ops/dead-letters/replay';
    await page.route(preview, (route) => route.fulfill({ json: { count: 0, preview: true } }));
    await page.getByRole('button', { name: 'Discard this message' }).click();
    const discarding = page.getByRole('dialog', { name: 'Discard' });
    await discarding.getByRole('textbox', { name: 'Reason' }).fill('nobody misses it');
    await discarding.getByText('Nothing: none of these has failed and waits.').waitFor();
    expect(await discarding.getByRole('button', { name: 'Discard for good' }).isDisabled()).toBe(true);
    await discarding.getByRole('button', { name: 'Back' }).click();
    await page.unroute(preview);

    await page.getByRole('button', { name: 'Replay this message' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replay' });
    await dialog.getByText('This concerns one message.').waitFor();
    await dialog.getByRole('button', { name: 'Replay' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('main').getByText('Resolved', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Replay this message' }).count()).toBe(0);
  });
});

describe('a dialog', () => {
  it('stays as it is while the page behind it goes on, and gives the focus back', async () => {
    const page = await shown().visit('/machinery');
    const pausing = page.getByRole('button', { name: 'Pause order-summary' });
    const reason = page.getByRole('dialog').getByRole('textbox', { name: 'Reason' });
    await pausing.click();
    await reason.fill('to be looked into');
    for (let poll = 0; poll < 2; poll++) await page.waitForResponse('**/api/ops/subscriptions');
    await pause(SHOWN_WITHIN_MS);
    expect(await reason.inputValue()).toBe('to be looked into');
    await reason.press('Escape');
    await reason.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Pause order-summary');
    await pausing.press('Enter');
    await reason.waitFor();
    expect(await reason.inputValue()).toBe('');
  });
});

describe('a rebuild', () => {
  it('is begun, watched while it is being built, and seen to go live', async () => {
    const { api, client, visit } = shown();
    await placeOrder(client);
    // As whoever compares read models with the log does: what is built waits for them before it goes live.
    const holder = await api.database.pool.connect();
    try {
      await holder.query(`select pg_advisory_lock(hashtextextended('comparing read models', 0))`);
      const page = await visit('/machinery/order-summary');
      await page.getByRole('button', { name: 'Rebuild order-summary' }).click();
      const dialog = page.getByRole('dialog', { name: 'Rebuild: order-summary' });
      await dialog.getByRole('textbox', { name: 'Reason' }).fill('to be seen');
      await dialog.getByRole('button', { name: 'Rebuild' }).click();
      await dialog.waitFor({ state: 'detached' });
      const second = page.getByRole('progressbar', { name: 'Generation 2' });
      await second.waitFor();
      await page.getByText('Building', { exact: true }).first().waitFor();
      await page.getByRole('button', { name: 'Cancel the rebuild order-summary' }).waitFor();

      await holder.query(`select pg_advisory_unlock_all()`);
      await page.getByRole('progressbar', { name: 'Generation 1' }).waitFor({ state: 'detached' });
      await second.waitFor();
      await page.getByText('Live', { exact: true }).last().waitFor();
      await page.getByRole('button', { name: 'Rebuild order-summary' }).waitFor();
      await settled(page);
    } finally {
      holder.release(true);
    }
    expect((await machineryOf(client).generations('order-summary')).map(({ status }) => status)).toEqual([
      'live',
    ]);
  });
});
