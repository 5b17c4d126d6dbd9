import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page, Request } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { settled } from '../support/chromium.ts';
import { consoleForTests } from '../support/console.ts';
import { answerBusy, refusePlace, showTab } from '../support/console-pages.ts';
import { line, pay, paymentOf, placeOrder, usd } from '../support/api-samples.ts';
import { stepsOf } from '../support/api-steps.ts';
import { eventually } from '../support/eventually.ts';

const shown = consoleForTests();

/** An order of 36.66 USD, paid. */
async function placePaid(customerId: string): Promise<{ orderId: string; paymentId: string }> {
  const { api, client } = shown();
  const { place, atRest } = stepsOf(api, client);
  const { orderId } = await place({ customerId, items: [line({ unitPrice: usd(3_666) })] });
  const { paymentId } = paymentOf(await pay(client, orderId));
  await atRest(orderId);
  return { orderId, paymentId };
}

const SLOW_ANSWER_MS = 1_500;
const NOTHING_FOR_MS = 500;
const PAGE_LENGTH = 3;
const MORE_THAN_SHOWN = Array.from({ length: 21 });

const table = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const ordersOf = (page: Page, customerId: string): Locator =>
  table(page, 'Orders').getByRole('row', { name: customerId });
const isLive = (page: Page): Locator => page.getByRole('banner').getByText('Live', { exact: true });
const title = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('heading', { level: 1, name }).waitFor();
const pathOf = (page: Page): string => page.url().slice(shown().url.length);

describe('an order', () => {
  it('is found by its id, its customer and its amount', async () => {
    const { orderId } = await placeOrder(shown().client, { customerId: 'wanted-by-search' });
    const page = await shown().visit('/');
    const search = async (text: string): Promise<void> => {
      await page.getByRole('searchbox').fill(text);
      await page.getByRole('searchbox').press('Enter');
    };
    await search(orderId);
    await title(page, `Order …${orderId.slice(-8)}`);
    for (const text of ['wanted-by-search', '10.00 usd']) {
      await search(text);
      await table(page, 'Orders found')
        .getByRole('row', { name: /wanted-by-search/ })
        .waitFor();
    }
    await search('99999.99');
    await page.getByText('Nothing has this id, customer or total.').waitFor();

    await Promise.all(MORE_THAN_SHOWN.map(() => placeOrder(shown().client, { customerId: 'regular' })));
    await eventually(async () => {
      const { body } = await shown().client.get('/api/orders?customerId=regular&limit=100');
      expect((body as { data: unknown[] }).data).toHaveLength(MORE_THAN_SHOWN.length);
    });
    await search('regular');
    await page.getByText('These are the newest 20 of customer regular.').waitFor();
    await page.getByRole('link', { name: 'Show all of customer regular' }).click();
    await title(page, 'Orders');
    await eventually(async () =>
      expect(await ordersOf(page, 'regular').count()).toBe(MORE_THAN_SHOWN.length),
    );
  });

  it('is found by a filter, which a link keeps and the back button undoes', async () => {
    const { orderId } = await placePaid('filtered');
    await placeOrder(shown().client, { customerId: 'left-out' });
    const page = await shown().visit('/orders');
    await ordersOf(page, 'left-out').waitFor();
    await page.getByRole('combobox', { name: 'Payment' }).selectOption('Paid');
    await ordersOf(page, 'left-out').waitFor({ state: 'detached' });
    await page.getByRole('textbox', { name: 'Customer' }).fill('filtered');
    await page.getByRole('textbox', { name: 'Customer' }).press('Enter');
    await ordersOf(page, 'filtered').first().waitFor();
    await eventually(() => expect(pathOf(page)).toBe('/orders?paymentStatus=Paid&customerId=filtered'));

    const elsewhere = await shown().visit(pathOf(page));
    await ordersOf(elsewhere, 'filtered').waitFor();
    expect(await ordersOf(elsewhere, 'left-out').count()).toBe(0);

    await ordersOf(page, 'filtered').getByRole('link').first().click();
    await title(page, `Order …${orderId.slice(-8)}`);
    await page.goBack();
    await title(page, 'Orders');
    await ordersOf(page, 'filtered').waitFor();
    expect(await page.getByRole('combobox', { name: 'Payment' }).inputValue()).toBe('Paid');
  });

  it('is seen as it was after each of its events, by the keyboard', async () => {
    const { orderId, paymentId } = await placePaid('traveller');
    const page = await shown().visit(`/orders/${orderId}`);
    const payment = table(page, 'Payments').getByRole('link', { name: paymentId.slice(-8) });
    const nobodyPaid = page.getByText('Nobody has tried to pay it.');
    await payment.waitFor();
    expect(await nobodyPaid.count()).toBe(0);
    const slider = page.getByRole('slider');
    await slider.focus();
    await slider.press('Home');
    await page.getByText(/^As it was after event 1 of \d+$/).waitFor();
    await nobodyPaid.waitFor();
    expect(await payment.count()).toBe(0);
    await eventually(() => expect(pathOf(page)).toMatch(/\?at=\d+$/));

    const elsewhere = await shown().visit(pathOf(page));
    await elsewhere.getByText('Nobody has tried to pay it.').waitFor();

    await slider.press('ArrowRight');
    await page.getByText(/^As it was after event 2 of \d+$/).waitFor();
    await slider.press('End');
    await page.getByText(/^Now, after event/).waitFor();
    await payment.waitFor();
  });

  it('that somebody else places shows up by itself', async () => {
    const { client, visit } = shown();
    const page = await visit('/orders');
    await isLive(page).waitFor();
    await page.evaluate('globalThis.isStillThisPage = true');
    expect(await ordersOf(page, 'newcomer').count()).toBe(0);
    await placeOrder(client, { customerId: 'newcomer' });
    await ordersOf(page, 'newcomer').waitFor();
    expect(await page.evaluate('globalThis.isStillThisPage')).toBe(true);
  });

  it('shows up by itself, and more of the list is loaded, also where that is slow and much else happens', async () => {
    const { client, visit } = shown();
    const placePatient = () => placeOrder(client, { customerId: 'patient' });
    for (let n = 0; n < PAGE_LENGTH; n++) await placePatient();
    const page = await visit('/orders?customerId=patient');
    await isLive(page).waitFor();
    await page.route(/\/api\/orders\?/, async (route) => {
      await pause(SLOW_ANSWER_MS);
      const url = route.request().url().replace('limit=50', `limit=${PAGE_LENGTH}`);
      await route.continue({ url }).catch(() => {}); // nobody waits for it any more
    });
    let isOver = false;
    const traffic = (async () => {
      while (!isOver) {
        await placeOrder(client);
        await pause(200);
      }
    })();
    try {
      await placePatient();
      await page.getByRole('button', { name: 'Load more' }).click({ timeout: 6 * SLOW_ANSWER_MS });
      const all = ordersOf(page, 'patient').nth(PAGE_LENGTH);
      await all.waitFor({ timeout: 6 * SLOW_ANSWER_MS });
    } finally {
      isOver = true;
      await traffic;
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
  });

  it('that there is not is said to be none, in words', async () => {
    const page = await shown().visit('/orders/01890000-0000-7000-8000-000000000000');
    await page.getByRole('alert').first().getByText('There is no such order').waitFor();
  });
});

const isFeed = (request: Request): boolean => request.url().endsWith('/api/events');

describe('what happens', () => {
  it('is followed while somebody looks, and the page says whether it is', async () => {
    const { client, visit } = shown();
    const page = await visit('/orders');
    await page.route('**/api/events', refusePlace);
    const isRefused = page.waitForResponse('**/api/events');
    await page.reload();
    await isRefused;
    await page.getByText('Not live').waitFor();
    await page.unroute('**/api/events');
    await isLive(page).waitFor();

    const isLeft = page.waitForEvent('requestfailed', isFeed);
    let begun = 0;
    page.on('request', (request) => (begun += isFeed(request) ? 1 : 0));
    await showTab(page, 'hidden');
    await isLeft;
    await placeOrder(client, { customerId: 'unseen' });
    await pause(NOTHING_FOR_MS);
    expect(begun).toBe(0);
    await showTab(page, 'visible');
    await isLive(page).waitFor();
    await ordersOf(page, 'unseen').waitFor();
  });
});

describe('what cannot be shown', () => {
  it('is said in words: a filter that is none, an amount without a currency', async () => {
    const { url, visit } = shown();
    const page = await visit('/orders?after=foo&min=12');
    await page.getByText('A day, such as').waitFor();
    const wantsCurrency = page.getByText('Give the currency first');
    await wantsCurrency.waitFor();
    const currency = page.getByRole('textbox', { name: 'Currency' });
    await currency.fill('USD');
    await currency.press('Enter');
    await wantsCurrency.waitFor({ state: 'detached' });
    await eventually(() => expect(pathOf(page)).toContain('currency=USD'));
    expect(await page.evaluate('document.activeElement.labels[0].textContent')).toBe('Currency');
    await currency.fill('');
    await currency.press('Enter');
    await wantsCurrency.waitFor();

    await page.goto(`${url}/accounts/cash?currency=USD&from=foo`);
    await page.getByText('A day, such as').waitFor();
    await page.goto(`${url}/ledger`);
    await page.getByLabel('As it was at').fill('12026-01-31T10:00');
    await page.getByText('No such time').waitFor();
    await title(page, 'Trial balance');
  });

  it('leaves the way to other pages: of a page that cannot be loaded', async () => {
    const page = await shown().visit('/orders', { expected: /ERR_FAILED|dynamically imported module/ });
    await page.route('**/assets/payments-page-*.js', (route) => route.abort());
    const toPayments = page.getByRole('link', { name: 'Payments', exact: true });
    await toPayments.click();
    await title(page, 'This page cannot be shown');
    await page.getByRole('button', { name: 'Reload' }).waitFor();
    await page.getByRole('link', { name: 'Accounts' }).click();
    await title(page, 'Accounts');
    await toPayments.click();
    await page.unroute('**/assets/payments-page-*.js');
    await page.getByRole('button', { name: 'Reload' }).click();
    await title(page, 'Payments');
  });
});

describe('a refund', () => {
  it('is shown before it is made, and is then in the ledger', async () => {
    const { orderId, paymentId } = await placePaid('refunded');
    const page = await shown().visit(`/orders/${orderId}`);
    const trialBalance = async (): Promise<Locator> => {
      await page.getByRole('link', { name: 'Trial balance' }).click();
      await title(page, 'Trial balance');
      await settled(page);
      return table(page, 'Trial balance in USD').getByRole('row', { name: /^refund_payable / });
    };
    expect(await (await trialBalance()).count()).toBe(0);
    await page.goBack();

    await table(page, 'Payments')
      .getByRole('link', { name: paymentId.slice(-8) })
      .click();
    await page.getByRole('button', { name: 'Refund', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Refund' });
    const effect = dialog.getByRole('group', { name: 'What will happen' });
    await dialog.getByRole('textbox', { name: 'Amount in USD' }).fill('99');
    await dialog.getByText('must be an amount up to $36.66').waitFor();
    expect(await dialog.getByRole('button', { name: 'Refund' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Amount in USD' }).fill('12');
    await effect.getByText('$24.66').waitFor();
    await dialog.getByRole('button', { name: 'Refund $12.00' }).click();
    await dialog.waitFor({ state: 'detached' });
    await table(page, 'Refunds')
      .getByRole('row', { name: /\$12\.00/ })
      .waitFor();

    // Owed as soon as it is asked for, owed no more once the provider has paid it.
    await (await trialBalance()).getByRole('cell', { name: '$0.00' }).waitFor();
    expect(await (await trialBalance()).textContent()).toBe('refund_payable$12.00$12.00$0.00');
  });

  it('names no sum that was foretold for something else, and gives back what it names', async () => {
    const { api, client, visit } = shown();
    const { place, atRest } = stepsOf(api, client);
    const { orderId } = await place({ items: [line({ quantity: 2, unitPrice: usd(500) })] });
    const { paymentId } = paymentOf(await pay(client, orderId));
    await atRest(orderId);
    const page = await visit(`/payments/${paymentId}`);
    await page.getByRole('button', { name: 'Refund', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Refund' });
    await dialog.getByRole('combobox', { name: 'Refund by' }).selectOption('Lines of the order');
    const quantity = dialog.getByRole('textbox', { name: 'Teapot' });
    await quantity.fill('1');
    await dialog.getByRole('button', { name: 'Refund $5.00' }).waitFor();
    await page.route('**/refunds/preview', answerBusy);
    await quantity.fill('2');
    await dialog.getByText('The service did not say what will happen').waitFor();
    expect(await dialog.getByRole('button', { name: 'Refund' }).textContent()).toBe('Refund');
    await page.unroute('**/refunds/preview');

    // Amended, the order says what a line costs; its payment is as it was.
    await quantity.fill('1');
    await dialog.getByRole('button', { name: 'Refund $5.00' }).waitFor();
    const dearer = { items: [line({ lineId: '1', quantity: 2, unitPrice: usd(700) })] };
    expect((await client.patch(`/api/orders/${orderId}`, dearer, { 'if-match': '*' })).status).toBe(200);
    await dialog.getByRole('button', { name: 'Refund $7.00' }).click();
    await dialog.waitFor({ state: 'detached' });
    await atRest(orderId);
    const { body } = await client.get(`/api/payments/${paymentId}`);
    expect(body).toMatchObject({ refundedAmount: usd(700) });
  });

  it('of a payment that has changed since is not made before one looks again', async () => {
    const { paymentId } = await placePaid('raced');
    const page = await shown().visit(`/payments/${paymentId}`);
    await page.getByRole('button', { name: 'Refund', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Refund' });
    await dialog.getByRole('button', { name: 'Refund $36.66' }).waitFor();
    const body = { amount: { amount: 1_000, currency: 'USD' } };
    expect((await shown().client.post(`/api/payments/${paymentId}/refunds`, body)).status).toBe(201);
    await dialog.getByRole('alert').getByText('It has changed since you opened this').waitFor();
    expect(await dialog.getByRole('button', { name: 'Refund $36.66' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Look again' }).click();
    await dialog.getByText('up to $26.66').waitFor();
  });
});
