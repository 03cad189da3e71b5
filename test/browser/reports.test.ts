/** The report pages: from contacts on the wire to figures on screen, the tickets behind them, and files. */
/// <reference lib="dom" />
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { intercept, keepPictures, useBrowser } from '../support/browser.ts';
import { addAgent, chooseLanguage, entryIs, grace, logIn } from '../support/browser-desk.ts';
import { startMailSink, type MailSink } from '../support/browser-mail-sink.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub, type TestHub, zoneAtNoon } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('reports on screen', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let sink: MailSink;
  let page: Page;
  let problems: string[] = [];
  const beyond: string[] = [];
  const zone = zoneAtNoon();
  const scripts: string[] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(page, `reports-${name}`)));
  const panel = (key: string) => page.getByTestId(`panel-${key}`);
  const total = (key: string, role = 'value') => panel(key).getByTestId(`total-${role}`);
  const choose = async (testId: string, option: string) => {
    await page.getByTestId(testId).click();
    await page
      .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option')
      .filter({ has: page.getByText(option, { exact: true }) })
      .click();
  };

  beforeAll(async () => {
    sink = await startMailSink();
    hub = await startHub('postgres', { env: { TIME_ZONE: zone, SMTP_URL: sink.url } });
    await addAgent(hub.api);
    const send = mailProgram(hub.ground.smtpPort);
    for (const subject of ['Broken lamp', 'Late parcel', 'Wrong colour'])
      await send({ from: 'Li Wei <li@example.org>', subject, text: subject });
    const { body } = await eventually(
      () => hub.api('GET', '/api/v1/tickets'),
      (answer) => answer.body.items.length === 3,
    );
    await hub.api('PATCH', `/api/v1/tickets/${body.items[0].id}`, { status: 'resolved' });
    ({ page, problems } = await browser.open());
    page.on('response', (response) => void (response.url().endsWith('.js') && scripts.push(response.url())));
    await logIn(page, hub.url, admin);
    problems.length = 0;
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
  });

  it('the desk does not load the charts; the reports do, and begin with today', async () => {
    expect(scripts.filter((url) => url.includes('/charts-'))).toEqual([]);
    await page.getByTestId('nav-reports').click();
    await panel('offered').getByTestId('chart').locator('svg').waitFor();
    expect(scripts.filter((url) => url.includes('/charts-'))).toHaveLength(1);
    expect(await total('offered').innerText()).toBe('3');
    // Nobody has answered: a level of nothing is not known, and last week nothing was counted yet.
    expect(await total('service-level').innerText()).toBe('–');
    expect(await total('offered', 'compared').innerText()).toBe('–');
    await page.getByTestId('report-state').getByText(zone).waitFor();
    await picture('intraday');
  });

  it('the table has the numbers of the chart, and only of what has come', async () => {
    const rows = await panel('offered')
      .getByTestId('report-table')
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
    expect(rows).toHaveLength(96);
    expect(rows[0]?.[0]).toBe('00:00');
    const counted = rows.map(([, value]) => Number(value)).filter((value) => !Number.isNaN(value));
    expect(counted.reduce((sum, value) => sum + value, 0)).toBe(3);
    const at = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' }).format(new Date());
    for (const [time = '', value] of rows) if (time > at) expect(value, time).toBe('–');
  });

  it('a figure leads to its tickets, and these to the desk', async () => {
    await total('offered').getByTestId('drill').click();
    await page.getByTestId('report-ticket').nth(2).waitFor();
    expect(await page.getByTestId('report-ticket').count()).toBe(3);
    await picture('tickets');
    await page
      .getByTestId('report-ticket')
      .getByRole('link', { name: /Late parcel/ })
      .click();
    await page.waitForURL(/\/desk\/[0-9a-f-]{36}/);
    // The address is there before the page is, and going back at once would find the drawer open.
    await page.getByTestId('reports-page').waitFor({ state: 'detached' });
    await page.goBack();
    await panel('offered').waitFor();
  });

  it('the address holds the whole question', async () => {
    await page.getByTestId('preset-daily').click();
    await page.waitForURL(/interval=day/);
    await choose('report-compare', 'nothing');
    await choose('report-by', 'Channel');
    await choose('report-interval', 'whole period');
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());
    await page.getByTestId('report-to').fill(today);
    await page.waitForURL((url) => url.searchParams.get('to') === today && !url.searchParams.has('interval'));
    const row = panel('offered').getByTestId('report-table').locator('tbody tr').filter({ hasText: 'Email' });
    expect(await row.locator('td').first().innerText()).toBe('3');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByTestId('panel-offered').getByTestId('report-table').getByText('Email').waitFor();
    expect(new URL(other.url()).search).toBe(new URL(page.url()).search);
    await other.close();
    await picture('channels');
  });

  it('what is changed before the page is drawn anew goes with what was changed before it', async () => {
    const last = new URL(page.url());
    await page.evaluate(() => {
      // As typed: React hears of a value only if it was set past its own setter.
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
      for (const [name, day] of [
        ['report-from', '2026-01-05'],
        ['report-to', '2026-01-11'],
      ]) {
        const input = document.querySelector(`[data-testid=${name}]`);
        set?.call(input, day);
        input?.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    await page.waitForURL(/to=2026-01-11/);
    expect(new URL(page.url()).searchParams.get('from')).toBe('2026-01-05');
    await page.goto(last.href);
    await panel('offered').waitFor();
  });

  it('what cannot be asked together gives way, and agents’ time is by agent', async () => {
    await choose('report-by', 'Request type');
    await page.waitForURL(/by=type/);
    await choose('report-by', 'Agent');
    await page.waitForURL(/by=agent/);
    const address = new URL(page.url());
    address.searchParams.set('figures', 'resolved,occupancy,staffed-time');
    await page.goto(address.href);
    await panel('resolved').getByTestId('report-table').locator('tbody tr').first().waitFor();
    await picture('agents');
  });

  it('leaves as a file', async () => {
    const downloading = page.waitForEvent('download');
    await page.getByTestId('report-csv').click();
    const file = await downloading;
    expect(file.suggestedFilename()).toMatch(/^report-.*\.csv$/);
    expect(await readFile(await file.path(), 'utf8')).toContain('Tickets settled');
    expect(await page.getByTestId('report-xlsx').getAttribute('href')).toContain('format=xlsx');
  });

  it('is saved by the keyboard, and opened and removed again', async () => {
    await page.getByTestId('report-save').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('saved-name').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('Settled by agent');
    await page.getByTestId('save-report-save').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('save-report').waitFor({ state: 'detached' });
    await page.getByTestId('preset-intraday').click();
    await page.getByTestId('reports-saved').click();
    await page.getByTestId('saved-report').getByText('Settled by agent').waitFor();
    await page.getByTestId('saved-open').click();
    await page.waitForURL(/by=agent/);
  });

  it('is mailed to colleagues and others by the keyboard, and shows what became of each mail', async () => {
    await page.getByTestId('reports-saved').click();
    await page.getByTestId('saved-mail').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('report-mail').getByText('Nothing has been sent yet').waitFor();
    await page.getByTestId('report-mail-save').click();
    await page.getByText('Choose somebody who gets it.').waitFor();
    await choose('mail-every', 'every month');
    await page.getByTestId('mail-day').fill('31');
    await page.getByTestId('mail-agents').locator('input').focus();
    await page.keyboard.type('Grace');
    await entryIs(page, grace.name);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByTestId('mail-addresses').locator('input').focus();
    await page.keyboard.type('not an address,board@outside.example,');
    await page.getByText('This is not an address: not, an, address').waitFor();
    const wrong = page.getByTestId('mail-addresses').locator('.ant-select-selection-item-remove');
    for (let left = 3; left > 0; left -= 1) await wrong.first().click();
    await page.getByTestId('mail-now').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=mail-row][data-state=sent]').nth(1).waitFor();
    const mail = await sink.received('Settled by agent');
    expect(mail.attachments.map(({ filename }) => filename?.split('.').pop())).toEqual(['xlsx']);
    await page.getByTestId('mail-row').last().scrollIntoViewIfNeeded();
    await picture('mail');
    await page.getByTestId('report-mail-save').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('report-mail').waitFor({ state: 'detached' });
    await page.getByTestId('schedule-line').getByText('Every month on day 31 at 08:00').waitFor();
    await picture('saved');
  });

  it('is removed with what is mailed', async () => {
    await page.getByTestId('saved-remove').click();
    await page.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
    await page.getByText('No saved reports yet').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('saved-reports').waitFor({ state: 'detached' });
  });

  it('says that there is nothing, that something is wrong, and that the hub is away', async () => {
    await page.goto(`${hub.url}/reports?figures=offered&from=2020-01-01&to=2020-01-03&by=queue`);
    await page.getByText('No figures for these days').waitFor();
    await page.goto(`${hub.url}/reports?figures=nonsense&from=2020-01-01&to=2020-01-03`);
    await page.locator('.state[role=alert]').waitFor();
    await intercept(page, '**/api/v1/reports?**', (route) => route.abort());
    await page.getByTestId('preset-weekly').click();
    await page.locator('.state[role=alert]').getByRole('button').waitFor();
    await page.unroute('**/api/v1/reports?**');
    // Whatever the page before it wrote has come when another is there.
    await page.goto(`${hub.url}/reports`);
    await panel('offered').waitFor();
    problems.length = 0;
  });

  it('is in Chinese as well', async () => {
    await chooseLanguage(page, 'zh');
    await panel('offered').getByText('呈入量', { exact: true }).waitFor();
    await picture('chinese');
    await chooseLanguage(page, 'en');
  });

  it('an agent sees only their own', async () => {
    const own = await browser.open();
    await logIn(own.page, hub.url, grace);
    await own.page.goto(`${hub.url}/reports`);
    await own.page.getByTestId('panel-answered').waitFor();
    expect(await own.page.getByTestId('filter-agentId').count()).toBe(0);
    expect(await own.page.getByTestId('reports-saved').count()).toBe(0);
    expect(await own.page.getByTestId('drill').count()).toBe(0);
    beyond.push(...(await keepPictures(own.page, 'reports-own')));
    await own.page.context().close();
  });

  it('fits both sizes, and nothing went wrong', () => {
    expect(beyond).toEqual([]);
    expect(problems).toEqual([]);
  });
});
