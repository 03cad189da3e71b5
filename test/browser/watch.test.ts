import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { chooseLanguage, entryIs, logIn, openSetting } from '../support/browser-desk.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import type { CarrierRest } from '../support/carrier-rest.ts';
import { postTo } from '../support/http-source.ts';
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

  it('puts a whole group aside by the keyboard, but not what came meanwhile, and reads who did it and why', async () => {
    const { sql } = hub.hub.parts.db;
    const failing = (first: number, last: number) =>
      sql.query(
        `insert into inbox (channel, channel_account, external_id, raw_type, raw_sha256, state, reason, correlation_id, received_at, next_attempt_at)
         select 'sms', '+15005550006', 'group-' || n, 'text/plain', repeat('a', 64), 'quarantined', 'The carrier’s test no. ' || n, 'c', now(), now()
         from generate_series($1::int, $2::int) n`,
        [first, last],
      );
    await failing(1, 1_204);
    await page.reload();
    const groups = page.getByRole('combobox', { name: 'Fails alike' });
    await groups.focus();
    await page.keyboard.press('ArrowDown');
    await entryIs(page, '1,204 × SMS');
    await page.keyboard.press('Enter');
    const discard = page.getByTestId('group-discard');
    await discard.waitFor();
    expect(await discard.innerText()).toContain('1,204');
    const banner = page.getByTestId('alert-banner').first();
    await banner.waitFor();
    // However long the page is.
    expect(await banner.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBe(0);
    await picture('group');
    await discard.focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('group-reason').waitFor();
    await failing(1_205, 1_205);
    await picture('group-discard');
    await page.getByTestId('group-reason').focus();
    await page.keyboard.type('A test of the carrier');
    await page.keyboard.press('Enter');
    await page.getByTestId('group-reason').waitFor({ state: 'detached' });
    const { body } = await hub.api(
      'GET',
      '/api/v1/inbox?state=quarantined&group=' + encodeURIComponent('The carrier’s test no. #'),
    );
    expect(body.items).toEqual([expect.objectContaining({ externalId: 'group-1205' })]);

    await page.getByText('Discarded', { exact: true }).click();
    const line = page.getByTestId('quarantine-discarded').first();
    await line.waitFor();
    expect(await line.innerText()).toMatch(/^Discarded by \S.* · .*\nA test of the carrier$/);
    await picture('discarded');
    await chooseLanguage(page, 'zh');
    await picture('discarded-zh');
    await chooseLanguage(page, 'en');
    await hub.api('POST', '/api/v1/inbox/bulk', { action: 'discard', ids: [body.items[0].id], reason: 'Done' });
  });

  it('is told by the form what the API says about an address for answers, and gives it what the API takes', async () => {
    await openSetting(page, 'sources');
    await page.getByTestId('source-new').click();
    await page.getByTestId('source-name').fill('The intranet');
    const address = page.getByTestId('source-url');
    await address.fill('intranet');
    await page.getByTestId('source-save').click();
    await page.getByText('Enter a whole address').waitFor();
    for (const url of ['http://intranet:8080/hook', 'https://crm/hook', 'https://[2606:4700::1111]/hook']) {
      await address.fill(url);
      await page.getByText('Enter a whole address').waitFor({ state: 'detached' });
    }
    await address.fill('http://intranet:8080/hook');
    await page.getByTestId('source-save').click();
    await page.getByText('has to begin with https://').waitFor();
    await picture('source-refused');
    await address.fill('https://crm/hook');
    await page.getByTestId('source-save').click();
    await page.getByTestId('source-secret-kept').click();
    const { body } = await hub.api('GET', '/api/v1/http-sources');
    expect(body.items).toContainEqual(
      expect.objectContaining({ name: 'The intranet', outboundUrl: 'https://crm/hook' }),
    );
    await page.getByTestId('nav-quarantine').click();
  });

  it('sees how every channel is doing', async () => {
    const { id } = (await hub.api('GET', '/api/v1/http-sources')).body.items.find(
      ({ name }: { name: string }) => name === 'The intranet',
    );
    const secret = (await hub.api('POST', `/api/v1/http-sources/${id}/secret`)).body;
    expect((await postTo(secret, { id: 'm-1', text: 7 })).status).toBe(400);
    expect((await postTo(secret, { id: 'm-2', text: 'Hello' })).status).toBe(202);
    await page.getByTestId('nav-health').click();
    await page.getByTestId('health-component').first().waitFor();
    const cards = page.getByTestId('health-card').filter({ hasText: 'The intranet' });
    await cards.waitFor();
    expect(
      await page
        .getByTestId('health-card')
        .filter({ hasText: /webhooks\/http|http:/ })
        .count(),
    ).toBe(0);
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
    await banner('quarantine').getByText('3 are waiting').waitFor();
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
    const fields = {
      address: 'desk@patchbay.test',
      host: '127.0.0.1',
      // Nothing listens there.
      port: '1',
      username: 'desk',
      password: 'not-needed',
    };
    for (const [name, value] of Object.entries(fields)) await page.getByTestId(`mail-account-${name}`).fill(value);
    await page.getByTestId('mail-account-save').click();
    const row = page.getByTestId('mail-account-row').filter({ hasText: fields.address });
    await row.locator('[data-testid=mail-account-state].status-failed').waitFor();
    await row.getByText('refuses connections').first().waitFor();
    await picture('mail-account-failing');
    // Broken off in the middle of a first import.
    await hub.hub.parts.db.sql.query(
      'update mail_account set uid_validity = 1, last_uid = 700, import_until = 2000, import_done = 340, import_total = 1000',
    );
    await page.reload();
    await row.getByText('340 of 1000 mails imported').waitFor();
    expect(await row.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('34');
    await picture('mail-account-importing');
    expect(beyond).toEqual([]);
    // The address that the hub refused.
    expect(problems.flat().filter((problem) => !problem.includes('422'))).toEqual([]);
  });
});
