import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { settled } from '../support/chromium.ts';
import { consoleForTests } from '../support/console.ts';
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

const table = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const ordersOf = (page: Page, customerId: string): Locator =>
  table(page, 'Orders').getByRole('row', { name: customerId });
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
    const page = await shown().visit('/');
    const isFollowing = page.waitForResponse((response) => response.url().endsWith('/api/events'));
    await page.goto(`${shown().url}/orders`);
    await isFollowing;
    await page.evaluate('globalThis.isStillThisPage = true');
    const { client } = shown();
    const newcomer = table(page, 'Orders').getByRole('row', { name: /newcomer/ });
    expect(await newcomer.count()).toBe(0);
    await placeOrder(client, { customerId: 'newcomer' });
    await newcomer.waitFor();
    expect(await page.evaluate('globalThis.isStillThisPage')).toBe(true);
  });

  it('that there is not is said to be none, in words', async () => {
    const page = await shown().visit('/orders/01890000-0000-7000-8000-000000000000');
    await page.getByRole('alert').first().getByText('There is no such order').waitFor();
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
