import type { Locator, Page } from 'playwright-core';
/// <reference lib="dom" />
import { beforeAll, afterAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { logIn } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub, type TestHub } from '../support/hub.ts';

/** Sends the form, and comes back with the page that thanks. Whoever is quicker than a person is asked to press once more. */
async function sendForm(
  page: Page,
  press: (button: Locator) => Promise<void> = (button) => button.click(),
): Promise<void> {
  // The page that is left still says what was wrong in it, until the answer takes its place.
  const answered = page.locator('body:not([data-left])');
  const thanks = answered.getByTestId('form-reference');
  let how = press;
  do {
    await page.locator('body').evaluate((body) => void (body.dataset['left'] = ''));
    await how(page.getByTestId('form-send'));
    await answered.getByTestId('form-errors').or(thanks).waitFor();
    how = (button) => button.click();
  } while (!(await thanks.isVisible()));
}

describe.skipIf(inject('chromium') === null)('the public form in a browser', () => {
  const browser = useBrowser();
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startHub('postgres');
  });
  afterAll(async () => hub?.[Symbol.asyncDispose]());

  it('tells what is wrong before it sends, shows the fields of a type, and thanks with a number', async () => {
    const { page, problems } = await browser.open();
    await page.goto(`${hub.url}/forms/contact`);
    expect(await keepPictures(page, 'form-en')).toEqual([]);
    await page.getByTestId('form-send').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('form-errors').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('errors');
    await page.getByLabel('What is it about?').first().selectOption('order');
    await page.getByTestId('form-send').click();
    expect(await page.getByRole('textbox', { name: 'Order number' }).getAttribute('aria-invalid')).toBe('true');
    expect(await keepPictures(page, 'form-en-errors')).toEqual([]);
    await page.getByRole('textbox', { name: 'Order number' }).fill('A-17');
    await page.locator('[name="f.order.concern"]').selectOption('return');
    await page.getByLabel('Your message').fill('It does not fit.');
    await page.getByLabel('Email').fill('ada@example.com');
    await sendForm(page, (button) => button.dblclick());
    await page.locator('[data-testid=form-reference][data-waiting=false]').waitFor();
    const number = Number(await page.locator('#number').textContent());
    expect(await keepPictures(page, 'form-en-thanks')).toEqual([]);
    const { body } = await hub.api('GET', '/api/v1/tickets');
    expect(body.items).toMatchObject([
      { number, requestType: 'order', fields: { orderNumber: 'A-17', concern: 'return' } },
    ]);
    // Being asked to press again is an answer of 422, which Chromium writes down as a problem of the page.
    expect(problems.filter((line) => !line.includes('422 (Unprocessable Entity)'))).toEqual([]);
    await page.context().close();
  });

  it('is answered on the desk like a mail, with a copy to somebody else', async () => {
    const { page, problems } = await browser.open();
    await logIn(page, hub.url, admin);
    // That nobody was logged in before.
    problems.length = 0;
    const ticket = (await hub.api('GET', '/api/v1/tickets')).body.items[0];
    await page.goto(`${hub.url}/desk/${ticket.id}`);
    await page.getByTestId('message-forward').first().waitFor();
    await page.getByTestId('recipients-unfold').filter({ hasText: 'ada@example.com' }).click();
    await page.getByTestId('composer-cc').locator('input').fill('olga@example.com,');
    await page.getByTestId('composer-text').fill('Send it back, please.');
    expect(await keepPictures(page, 'form-answered')).toEqual([]);
    await page.getByTestId('composer-text').press('Control+Enter');
    await page.getByTestId('held-send-now').click();
    const answer = await eventually(
      async () => (await hub.api('GET', `/api/v1/tickets/${ticket.id}/messages`)).body.items.at(-1),
      ({ deliveryStatus }) => deliveryStatus === 'sent',
    );
    expect(answer).toMatchObject({ channel: 'email', to: ['ada@example.com'], cc: ['olga@example.com'] });
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('can be sent again when the visitor comes back to a page whose sending came to nothing', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.url}/forms/contact`);
    await page.locator('[name=type]').selectOption('question');
    await page.locator('[name=message]').fill('Size 41');
    await page.locator('[name=email]').fill('ada@example.com');
    // An answer without content leaves the browser where it is, as does a visitor who stops it.
    await page.route('**/forms/contact*', (route) => route.fulfill({ status: 204 }));
    const send = page.getByTestId('form-send');
    const words = await send.textContent();
    await send.click();
    await page.locator('[data-testid=form-send]:disabled').waitFor();
    expect(await send.textContent()).not.toBe(words);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    expect([await send.isEnabled(), await send.textContent()]).toEqual([true, words]);
    await page.context().close();
  });

  it('asks again for files that it did not keep', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.url}/forms/contact`);
    await page.locator('[name=type]').selectOption('question');
    await page.locator('[name=message]').fill('Size 41');
    await page
      .locator('[name=files]')
      .setInputFiles({ name: 'foot.txt', mimeType: 'text/plain', buffer: Buffer.from('A foot') });
    // As a browser without the script sends it: with the address missing.
    await page.evaluate(() => document.querySelector('form')?.submit());
    await page.getByText('Please choose your files again').first().waitFor();
    expect(await keepPictures(page, 'form-files-again')).toEqual([]);
    await page.context().close();
  });

  it('speaks Chinese, and works without a script', async () => {
    const { page } = await browser.open({ locale: 'zh-CN', javaScriptEnabled: false });
    await page.goto(`${hub.url}/forms/contact`);
    await page.locator('[name=type]').selectOption('complaint');
    await page.locator('[data-nojs]').click();
    await page.getByLabel('发生日期').fill('2026-01-02');
    await page.locator('[name=message]').fill('包装破损了。');
    await page.locator('[name=phone]').fill('+86 10 1234 5678');
    await sendForm(page);
    await page.locator('[data-testid=form-reference][data-waiting=false]').waitFor();
    expect(await page.locator('h1').textContent()).toContain('谢谢');
    await page.context().close();
    const chinese = await browser.open({ locale: 'zh-CN' });
    await chinese.page.goto(`${hub.url}/forms/contact`);
    expect(await keepPictures(chinese.page, 'form-zh')).toEqual([]);
    await chinese.page.getByTestId('form-language').click();
    await chinese.page.getByRole('heading', { name: 'Contact us' }).waitFor();
    await chinese.page.context().close();
  });
});
