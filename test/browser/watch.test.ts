import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { chooseLanguage, logIn, openSetting } from '../support/browser-desk.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import type { CarrierRest } from '../support/carrier-rest.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

/** Signed by the carrier, and not what the carrier sends. */
const wrong = (sid: string) => ({ ...smsFields({ sid, from: '+4915112390001', body: 'What is this?' }), From: '+1' });

describe.skipIf(inject('chromium') === null)('a manager who watches over intake', () => {
  const browser = useBrowser();
  let carrier: CarrierRest;
  let hub: TestHub;
  let page: Page;
  const beyond: string[] = [];
  const problems: string[][] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(page, `watch-${name}`)));
  const rows = () => page.getByTestId('quarantine-row');

  beforeAll(async () => {
    carrier = await startCarrierRest();
    hub = await startHub('postgres', { env: carrierEnvironment(carrier.url) });
    for (let index = 0; index < 4; index += 1)
      await postSigned(hub.url, '/webhooks/twilio/sms', wrong(`SM${String(index).padStart(32, '0')}`));
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

  it('reads what is in quarantine, and puts aside with a reason what is nothing', async () => {
    await page.getByTestId('nav-quarantine').click();
    await rows().nth(3).waitFor();
    await picture('quarantine');
    await rows().first().getByTestId('quarantine-details').click();
    await page.getByTestId('quarantine-detail').waitFor();
    await page.getByTestId('raw-text-button').click();
    await page.getByText('What is this?').first().waitFor();
    await picture('quarantine-detail');
    await page.keyboard.press('Escape');
    await page.getByTestId('quarantine-detail').waitFor({ state: 'hidden' });

    for (const box of (await rows().getByRole('checkbox').all()).slice(0, 2)) await box.check();
    await page.getByTestId('quarantine-bulk').waitFor();
    await page.getByTestId('discard-reason').fill('A test of the carrier');
    await page.getByTestId('discard-button').click();
    await rows().nth(1).waitFor();
    await rows().nth(2).waitFor({ state: 'detached' });
    const { body } = await hub.api('GET', '/api/v1/inbox?state=discarded');
    expect(body.items).toHaveLength(2);
  });

  it('sees how every channel is doing', async () => {
    await page.getByTestId('nav-health').click();
    await page.getByTestId('health-component').first().waitFor();
    await picture('health');
    await chooseLanguage(page, 'zh');
    await picture('health-zh');
    await page.getByTestId('nav-quarantine').click();
    await rows().first().waitFor();
    await picture('quarantine-zh');
    await chooseLanguage(page, 'en');
  });

  it('puts one alert away and is still told of the other, and of the first when there is more to it', async () => {
    const limits = (await hub.api('GET', '/api/v1/watch-limits')).body;
    const reach = (newContacts: number, waiting: number) =>
      hub.api('PUT', '/api/v1/watch-limits', { ...limits, quarantine: { ...limits.quarantine, newContacts, waiting } });
    const banner = (key: string) => page.locator(`[data-testid=alert-banner][data-alert=${key}]`);
    const { sql } = hub.hub.parts.db;
    await reach(2, 50);
    await sql.query(
      `insert into webhook_endpoint (name, url, event_types, secret, enabled, disabled_reason)
         values ('CRM', 'https://crm.example/', '{}', 'x', false, 'Gone')`,
      [],
    );
    await banner('webhooks').waitFor();
    await banner('quarantine').waitFor();
    await picture('alerts');
    await banner('quarantine').getByTestId('alert-dismiss').click();
    await banner('quarantine').waitFor({ state: 'detached' });
    await page.reload();
    await banner('webhooks').waitFor();
    expect(await banner('quarantine').count()).toBe(0);
    await banner('webhooks').getByTestId('alert-dismiss').click();
    await banner('webhooks').waitFor({ state: 'detached' });

    await reach(2, 2);
    await banner('quarantine').getByText('2 are waiting').waitFor();
    await banner('quarantine').getByTestId('alert-dismiss').click();
    expect(await banner('webhooks').count()).toBe(0);
  });

  it('finds the settings of channels', async () => {
    for (const place of ['mailAccounts', 'identities', 'templates']) {
      await openSetting(page, place);
      await page.locator('main').getByRole('button').first().waitFor();
      await picture(place);
    }
    await openSetting(page, 'sources');
    await page.getByTestId('source-new').click();
    await page.getByTestId('source-name').fill('The shop');
    await picture('source-form');
    await page.getByTestId('source-save').click();
    const secret = await page.getByTestId('source-secret').innerText();
    expect(secret).toMatch(/^whsec_/);
    await picture('source-secret');
    await page.getByTestId('source-secret-kept').click();
    await page.getByTestId('source-row').filter({ hasText: 'The shop' }).waitFor();
    await picture('sources');
    await openSetting(page, 'mailAccounts');
    await page.getByTestId('mail-account-new').click();
    await page.getByTestId('mail-account-host').waitFor();
    await picture('mail-account-form');
    expect(beyond).toEqual([]);
    expect(problems.flat()).toEqual([]);
  });
});
