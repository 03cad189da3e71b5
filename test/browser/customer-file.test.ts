/// <reference lib="dom" />
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { holdRequests, keepPictures, sizes, useBrowser } from '../support/browser.ts';
import { chooseLanguage, clickTwice, logIn } from '../support/browser-desk.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

describe.skipIf(inject('chromium') === null)("a manager who keeps customers' files", () => {
  const browser = useBrowser();
  let hub: TestHub;
  let page: Page;
  let folder: string;
  let customerId: string;
  const beyond: string[] = [];
  const problems: string[][] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(page, `file-${name}`)));
  const api = (method: string, path: string, body?: unknown) => hub.api(method, `/api/v1${path}`, body);
  const field = (key: string) => page.getByTestId(`field-${key}`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchbay-import-'));
    hub = await startHub('postgres');
    const made = await api('POST', '/customers', {
      displayName: 'Ada Lovelace',
      identifiers: [{ kind: 'email', value: 'ada@example.com' }],
    });
    customerId = made.body.id;
    await api('POST', '/customers', { displayName: 'Charles Babbage' });
    await api('PUT', '/purchases', {
      source: 'shop',
      externalId: 'A-1815',
      occurredAt: '2026-02-03T10:00:00Z',
      amountMinor: 129_990,
      currency: 'EUR',
      customerId,
    });
    const opened = await browser.open();
    page = opened.page;
    await logIn(page, hub.url, admin);
    opened.problems.length = 0;
    problems.push(opened.problems);
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds a customer by keyboard, fills a field in, and sees where it came from', async () => {
    // The search that the writer left does not bring them back from where they go, however slow that is.
    const program = await holdRequests(page, 'GET', /\/assets\/.*\.js$/);
    await page.getByTestId('ticket-search').focus();
    await page.getByTestId('nav-customers').evaluate(async (link: HTMLElement) => {
      document.execCommand('insertText', false, 'love');
      await Promise.resolve();
      link.focus();
      link.click();
    });
    await program.arrived;
    await page.waitForURL(/q=love/);
    await program.letGo();
    await page.getByTestId('customer-row').nth(1).waitFor();
    await picture('customers');
    const search = page.getByTestId('customers-search');
    await search.fill('lovelace');
    await search.press('Home');
    // Whoever types slowly is shown what was found for the words before, too.
    const found = page.waitForResponse((answer) => new URL(answer.url()).searchParams.get('q') === 'ada lovelace');
    await search.pressSequentially('ada ');
    expect(await search.inputValue()).toBe('ada lovelace');
    await found;
    await page.getByTestId('customer-row').nth(1).waitFor({ state: 'detached' });
    await page.getByTestId('customer-row').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('customer-file').waitFor();
    expect(await page.title()).toBe('Ada Lovelace · Patchbay');
    await page.getByTestId('file-open-tickets').getByText('0', { exact: true }).waitFor();
    await page.getByTestId('page-up').click();
    await page.getByTestId('customer-row').first().waitFor();
    await page.goBack();
    await page.getByTestId('customer-file').waitFor();
    await field('city').getByRole('button').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('London');
    await page.keyboard.press('Enter');
    await field('city').getByText('London').waitFor();
    await field('city').getByText('by hand').waitFor();
    await page.locator('[data-testid=timeline-item][data-type=changed]').waitFor();
    await page.locator('[data-testid=timeline-item][data-type=purchase]').getByText('1,299.90').waitFor();
  });

  it('is told when somebody else was quicker, and loses no words', async () => {
    await page.getByTestId('field-edit-city').click();
    await page.getByTestId('field-input-city').fill('Marylebone');
    await api('PATCH', `/customers/${customerId}/fields`, { changes: [{ key: 'city', value: 'Ockham' }] });
    await page.getByTestId('field-save').click();
    await page.getByTestId('field-lost').getByText('Ockham').waitFor();
    expect(await page.getByTestId('field-input-city').inputValue()).toBe('Marylebone');
    await picture('conflict');
    await page.getByTestId('field-save').click();
    await field('city').getByText('Marylebone').waitFor();
    await page.getByTestId('field-history-city').click();
    await page.getByTestId('field-history-entry').nth(2).waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('field-history-entry').first().waitFor({ state: 'detached' });
  });

  it('adds an organisation, a relation and a task', async () => {
    await page.getByTestId('organisation-select').locator('input').fill('Analytical Engines');
    await page.locator('.ant-select-item-option', { hasText: 'New: Analytical Engines' }).click();
    await page.getByTestId('file-organisation').getByText('Analytical Engines').waitFor();
    await page.getByTestId('relation-customer').locator('input').fill('babbage');
    await page.locator('.ant-select-item-option', { hasText: 'Charles Babbage' }).click();
    await page.getByTestId('file-relation').getByText('Charles Babbage').waitFor();
    await page.getByTestId('task-add').click();
    await page.getByTestId('task-cause').fill('Send the notes');
    await page.getByTestId('task-day').fill('2020-01-01');
    const saved: string[] = [];
    page.on('request', (request) => void (request.method() === 'POST' && saved.push(request.url())));
    await clickTwice(page.getByTestId('task-save'));
    await page.getByTestId('task-row').getByText('Send the notes').waitFor();
    expect(saved.filter((url) => url.endsWith('/tasks'))).toHaveLength(1);
    await picture('customer');
    await chooseLanguage(page, 'zh');
    await picture('customer-zh');
    await chooseLanguage(page, 'en');
    await page.getByTestId('nav-tasks').click();
    await page.getByTestId('tasks-overdue').click();
    await page.getByTestId('task-row').getByText('Ada Lovelace').waitFor();
    await picture('tasks');
    await page.getByTestId('task-done').click();
    await page.getByTestId('task-row').waitFor({ state: 'detached' });
  });

  it('finds the rarer places on a phone by keyboard', async () => {
    await page.setViewportSize(sizes.phone);
    expect(await page.getByTestId('nav-settings').isVisible()).toBe(false);
    await page.getByTestId('nav-more').focus();
    await page.keyboard.press('Enter');
    await page.locator('.ant-dropdown-menu-item:focus').getByTestId('more-suggestions').waitFor();
    await picture('more');
    await page.keyboard.press('Escape');
    await page.locator('[data-testid=nav-more]:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('more-settings').click();
    await page.getByTestId('settings-page').waitFor();
    await page.setViewportSize(sizes.desktop);
  });

  it('defines a field and the periods of reviews', async () => {
    await page.goto(`${hub.url}/customers/fields`);
    await page.getByTestId('definition-row').first().waitFor();
    await picture('fields');
    await page.getByTestId('field-new').click();
    await page.getByTestId('definition-key').fill('shoeSize');
    await page.getByTestId('definition-en').fill('Shoe size');
    await page.getByTestId('definition-zh').fill('鞋码');
    await page.getByTestId('definition-required').check();
    await picture('field-form');
    await page.getByTestId('definition-save').click();
    await page.locator('[data-testid=definition-row][data-key=shoeSize]').waitFor();
    await page.getByTestId('period-contact-details').fill('14');
    const kept = page.waitForResponse(
      (answer) => answer.url().endsWith('/settings/customer-reviews') && answer.request().method() === 'PUT',
    );
    await page.getByTestId('periods-save').click();
    expect((await kept).status()).toBe(200);
    await page.getByText('Saved.').first().waitFor();
    expect((await api('GET', '/settings/customer-reviews')).body.contactDetails).toBe(14);
  });

  it('imports a file: columns, dry run, progress, rejected rows', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => `${index},Person ${index},p${index}@example.com,Rome`);
    rows[6] = '6,Person 6,not a mail,Rome';
    await writeFile(join(folder, 'people.csv'), `Customer ID,Name,E-Mail,City\n${rows.join('\n')}\n`);
    await page.goto(`${hub.url}/customers/imports`);
    await page.getByTestId('import-new').click();
    await page.getByTestId('import-customers').click();
    await page.locator('input[type=file]').setInputFiles(join(folder, 'people.csv'));
    await page.getByTestId('import-column').nth(3).waitFor();
    await page.getByTestId('import-source').fill('crm');
    await page.getByTestId('import-vouches').check();
    await picture('import-columns');
    await page.getByTestId('import-check').click();
    await page.getByTestId('import-report').getByText('not an email address').waitFor();
    await picture('import-report');
    await page.getByTestId('import-start').click();
    await page.locator('[data-testid=import-state][data-state=done]').waitFor({ timeout: 30_000 });
    await page.getByTestId('import-reject').getByText('not an email address').waitFor();
    await picture('import-done');
    await chooseLanguage(page, 'zh');
    await picture('import-done-zh');
    const download = page.waitForEvent('download');
    await page.getByTestId('rejects-download').click();
    expect((await download).suggestedFilename()).toBe('people-rejected.csv');
    await page.goto(`${hub.url}/customers`);
    await page.getByTestId('customer-row').first().waitFor();
    await picture('customers-zh');
    expect(beyond).toEqual([]);
    // The browser writes down the refusal of the edit that lost.
    expect(problems.flat()).toEqual([expect.stringContaining('409')]);
  });
});
