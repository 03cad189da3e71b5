import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { chooseLanguage, logIn } from '../support/browser-desk.ts';
import { openApiCentre } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { admin } from '../support/hub.ts';

describe.skipIf(inject('chromium') === null)('a manager who decides who is who', () => {
  const browser = useBrowser();
  let centre: Awaited<ReturnType<typeof openApiCentre>>;
  let page: Page;
  const beyond: string[] = [];
  const problems: string[][] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(page, `identity-${name}`)));
  const cards = () => page.getByTestId('suggestion-card');
  const shown = (locator: { count(): Promise<number> }, count: number) =>
    eventually(
      () => locator.count(),
      (found) => found === count,
    );
  const phone = '+4915112380001';
  let customerId = '';

  beforeAll(async () => {
    centre = await openApiCentre();
    const { api } = centre;
    const enter = async (displayName: string, kind: string, value: string): Promise<string> =>
      (await api('POST', '/api/v1/customers', { displayName, identifiers: [{ kind, value }] })).body.id;
    for (const [name, other] of [
      ['Ada Lovelace', 'Lovelace, Ada'],
      ['王小明', 'Wang Xiaoming'],
      ['Grace Hopper', 'G. Hopper'],
    ]) {
      const email = `${randomUUID().slice(0, 8)}@example.test`;
      await enter(name ?? '', 'email', email);
      const twin = await enter(other ?? '', 'account', randomUUID().slice(0, 8));
      await api('POST', `/api/v1/customers/${twin}/identifiers`, { kind: 'email', value: email });
    }
    customerId = (await centre.ticketByText(phone, 'Where is my order?')).customerId;
    await api('POST', `/api/v1/customers/${customerId}/identifiers`, { kind: 'email', value: 'ida@example.test' });
    // Seen before its address was entered, a pair is less certain for a while.
    await eventually(
      async () => (await api('GET', '/api/v1/suggestions')).body.items as { score: number }[],
      (pairs) => pairs.filter(({ score }) => score > 0.9).length === 3,
    );
    const opened = await browser.open();
    page = opened.page;
    await logIn(page, centre.url, admin);
    opened.problems.length = 0;
    problems.push(opened.problems);
  });
  afterAll(async () => {
    await page?.context().close();
    await centre?.[Symbol.asyncDispose]();
  });

  it('sees pairs side by side, and decides by keyboard', async () => {
    await page.getByTestId('nav-suggestions').click();
    await shown(cards(), 3);
    await picture('pairs');
    await cards().first().getByTestId('suggestion-reasons').getByText('Email address').waitFor();
    await cards().first().focus();
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await shown(cards(), 2);
    await cards().first().focus();
    await page.keyboard.press('a');
    await shown(cards(), 1);
    const { body } = await centre.api('GET', '/api/v1/suggestions/summary');
    expect(body.open).toBe(1);
    await page.getByTestId('identity-settings').click();
    await page.getByTestId('bulk-score').fill('90');
    await picture('rules');
    await page.getByTestId('ask-ok').click();
    await page.getByTestId('accept-certain').click();
    const accepted = page.waitForResponse(/\/suggestions\/accept$/);
    await page.getByTestId('accept-certain-confirm').press('Enter');
    expect(await (await accepted).json()).toMatchObject({ merged: 1, skipped: 0 });
    await shown(cards(), 0);
    await picture('no-pairs');
  });

  it('sees what proves an identifier, checks it, and splits it off and back', async () => {
    await page.goto(`${centre.url}/customers/${customerId}`);
    const record = (value: string) => page.locator(`[data-testid=identifier-record][data-value="${value}"]`);
    await record(phone).waitFor();
    await record('ida@example.test').getByTestId('identifier-check').click();
    await page.getByTestId('ask-reason').fill('Read it out on the phone');
    await picture('check');
    await page.getByTestId('ask-ok').click();
    await record('ida@example.test').getByText('Read it out on the phone').waitFor();
    await picture('customer');

    await record(phone).getByTestId('identifier-code').click();
    await page.getByTestId('code-order').click();
    await page.getByTestId('code-value').fill(await centre.codeTexted(phone));
    await page.getByTestId('ask-ok').click();
    await record(phone).locator('.grade-verified').first().waitFor();

    await record(phone).getByTestId('identifier-split').click();
    await page.getByTestId('split-name').fill('Somebody else');
    await page.getByTestId('ask-reason').fill('Two people');
    await picture('split');
    await page.getByTestId('ask-ok').click();
    await record(phone).waitFor({ state: 'detached' });
    await page.getByTestId('ledger-undo').click();
    await page.getByTestId('undo-preview').waitFor();
    await picture('undo');
    await page.getByTestId('undo-confirm').click();
    await record(phone).waitFor();
  });

  it('lets a website vouch for its visitors', async () => {
    await page.getByTestId('nav-settings').click();
    await page.getByTestId('nav-visitorSites').click();
    await page.getByTestId('site-new').click();
    await page.getByTestId('site-name').fill('Fern & Kettle');
    await page.getByTestId('site-audience').fill('fern.test');
    await page.getByTestId('ask-ok').click();
    await page.getByTestId('site-key-new').click();
    await page.getByTestId('ask-ok').click();
    const secret = await page.getByTestId('site-secret').innerText();
    expect(secret.length).toBeGreaterThan(40);
    // Told once: it stays until it is said to be kept.
    await page.mouse.click(5, 5);
    await page.keyboard.press('Escape');
    await page.getByTestId('site-secret-kept').click();
    await page.getByTestId('site-secret').waitFor({ state: 'detached' });
    await page.getByTestId('site-key').waitFor();
    await picture('sites');
  });

  it('does so in Chinese, on a phone, with nothing beyond the edge', async () => {
    await chooseLanguage(page, 'zh');
    await page.goto(`${centre.url}/customers/${customerId}`);
    await page.getByRole('heading', { name: '联系方式', exact: true }).waitFor();
    await picture('customer-zh');
    expect(beyond).toEqual([]);
    expect(problems.flat()).toEqual([]);
  });
});
