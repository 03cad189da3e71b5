import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { addAgent, chooseLanguage, grace, logIn } from '../support/browser-desk.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import type { CarrierRest } from '../support/carrier-rest.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

describe.skipIf(inject('chromium') === null)('privacy on the screen', () => {
  const browser = useBrowser();
  let carrier: CarrierRest;
  let hub: TestHub;
  let page: Page;
  let ticket: { id: string; customerId: string };
  const beyond: string[] = [];
  const problems: string[][] = [];
  const picture = async (name: string, of: Page = page) =>
    void beyond.push(...(await keepPictures(of, `privacy-${name}`)));

  beforeAll(async () => {
    carrier = await startCarrierRest();
    hub = await startHub('postgres', { env: carrierEnvironment(carrier.url) });
    await addAgent(hub.api);
    await postSigned(
      hub.url,
      '/webhooks/twilio/sms',
      smsFields({ sid: `SM${'7'.repeat(32)}`, from: '+447700900456', body: 'Please forget me' }),
    );
    ticket = await eventually(
      async () => (await hub.api('GET', '/api/v1/tickets')).body.items[0],
      (found) => found !== undefined,
    );
    await hub.api('PUT', '/api/v1/settings/privacy', {
      masking: { agent: { phone: 'masked' } },
      retention: { messages: 365 },
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
    await carrier?.[Symbol.asyncDispose]();
  });

  it('a consent is written down on the card, and an export and an erasure are asked for there', async () => {
    await page.goto(`${hub.url}/desk/${ticket.id}`);
    await page.getByTestId('consent-marketing').click();
    await page.getByTestId('consent-record-save').click();
    await page.locator('[data-testid=consent-record][data-state=granted]').waitFor();
    for (const choice of ['export', 'erasure'] as const) {
      await page.getByTestId('privacy-menu').focus();
      await page.keyboard.press('Enter');
      await page.getByTestId(`privacy-${choice}`).waitFor();
      await page.getByTestId(`privacy-${choice}`).click();
      await page.getByTestId('reason-text').fill('Asked by text message');
      if (choice === 'erasure') await page.getByTestId('erasure-preview').waitFor();
      await page.getByTestId('reason-save').click();
      await page.getByTestId('reason-save').waitFor({ state: 'detached' });
    }
    await page.getByTestId('nav-settings').click();
    await page.getByTestId('nav-privacy').click();
    await page.locator('[data-testid=privacy-request][data-state=asked]').waitFor();
    await page.locator('[data-testid=privacy-request][data-state=done]').waitFor({ timeout: 30_000 });
    await picture('requests');
    const file = page.waitForEvent('download');
    await page.getByTestId('privacy-download').click();
    expect((await file).suggestedFilename()).toBe(`customer-${ticket.customerId}.zip`);
  });

  it('periods are previewed and saved, and the trail tells of it', async () => {
    await page.goto(`${hub.url}/privacy?tab=settings`);
    await page.getByTestId('retention-raw').fill('400');
    await page.getByTestId('retention-preview').click();
    await page.getByTestId('retention-table').waitFor();
    await picture('settings');
    await page.getByTestId('privacy-save').click();
    await eventually(
      async () => (await hub.api('GET', '/api/v1/settings/privacy')).body.retention.raw,
      (days) => days === 400,
    );
    await page.goto(`${hub.url}/privacy?tab=audit`);
    await page.locator('[data-testid=audit-entry][data-action="setting.changed"]').first().waitFor();
    await picture('audit');
    await chooseLanguage(page, 'zh');
    await page.getByText('审计记录').waitFor();
    await picture('audit-zh');
    await page.goto(`${hub.url}/privacy?tab=settings`);
    await page.getByTestId('privacy-save').waitFor();
    await picture('settings-zh');
    await chooseLanguage(page, 'en');
  });

  it('an agent sees a hidden number, and shows it with a reason', async () => {
    const opened = await browser.open();
    const agent = opened.page;
    await logIn(agent, hub.url, grace);
    opened.problems.length = 0;
    await agent.goto(`${hub.url}/desk/${ticket.id}`);
    await agent.getByTestId('identifier').getByText('+44 •••• 456').waitFor();
    expect(await agent.locator('body').textContent()).not.toContain('+447700900456');
    await agent.getByTestId('reveal').click();
    await agent.getByTestId('reason-text').fill('To call back');
    await agent.getByTestId('reason-save').click();
    expect(await agent.getByTestId('revealed').textContent()).toBe('+447700900456');
    const { body } = await hub.api('GET', '/api/v1/audit?action=customer.revealed');
    expect(body.items).toMatchObject([{ detail: { field: 'phone', reason: 'To call back' } }]);
    expect(opened.problems).toEqual([]);
    await agent.context().close();
  });

  it('fits its window everywhere, with nothing wrong in the console', () => {
    expect(beyond).toEqual([]);
    expect(problems.flat()).toEqual([]);
  });
});
