/** What is entered is not lost, what is shown is so and does not move away under the hand. */
/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { intercept, keepPictures, sizes, useBrowser } from '../support/browser.ts';
import { chooseLanguage, logIn } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub, zoneAtNoon } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('screens that are looked at all day', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let page: Page;
  const beyond: string[] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(page, `steady-${name}`)));
  const besideTheForm = () => page.mouse.click(40, 850);

  beforeAll(async () => {
    hub = await startHub('postgres', { env: { TIME_ZONE: zoneAtNoon() } });
    ({ page } = await browser.open());
    await logIn(page, hub.url, admin);
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  async function receive(subject: string): Promise<string> {
    await mailProgram(hub.ground.smtpPort)({ from: 'Ada Lovelace <ada@example.org>', subject, text: 'It is dark.' });
    const { body } = await eventually(
      () => hub.api('GET', `/api/v1/tickets?q=${encodeURIComponent(subject)}`),
      (answer) => answer.body.items.length === 1,
    );
    return body.items[0].id;
  }

  it('a long conversation scrolls in its place, and the desk around it stays', async () => {
    const id = await receive('The lamp is dark');
    for (let number = 1; number <= 20; number += 1)
      await hub.api('POST', `/api/v1/tickets/${id}/messages`, { text: `Answer ${number}\n\n\n.` });
    await page.goto(`${hub.url}/desk/${id}`);
    await page.getByTestId('message').filter({ hasText: 'Answer 20' }).waitFor();
    const heights = () =>
      page.evaluate(() =>
        ['.timeline', '.shell-main'].map((name) => {
          const { scrollHeight = 0, clientHeight = 0 } = document.querySelector(name) ?? {};
          return scrollHeight > clientHeight;
        }),
      );
    for (const size of Object.values(sizes)) {
      await page.setViewportSize(size);
      expect(await heights()).toEqual([true, false]);
    }
    await page.setViewportSize(sizes.desktop);
    await picture('conversation');
  });

  it('each page that the settings lead to can be loaded anew', async () => {
    await page.goto(`${hub.url}/settings`);
    const links = page.getByTestId('settings-page').locator('a[href^="/"]');
    await links.first().waitFor();
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    const answers = await Promise.all(
      paths.map(async (path) => [path, (await fetch(hub.url + path, { headers: { accept: 'text/html' } })).status]),
    );
    expect(paths).toContain('/webhooks');
    expect(answers).toEqual(paths.map((path) => [path, 200]));
  });

  it('a mailbox says in words of its reader what a try of it lacks, and is not lost by a click beside it', async () => {
    await page.goto(`${hub.url}/mail-accounts`);
    await chooseLanguage(page, 'zh');
    await page.getByTestId('mail-account-new').click();
    await page.getByTestId('mail-account-test').click();
    await page.getByText('必填').nth(2).waitFor();
    expect(await page.getByText('Invalid input').count()).toBe(0);
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'mail-account-host');
    await page.getByTestId('mail-account-host').fill('https://imap.example.org/');
    await page.getByTestId('mail-account-test').click();
    await page.getByText('请只填写服务器名称').waitFor();
    await picture('mailbox-zh');
    await besideTheForm();
    expect(await page.getByTestId('mail-account-host').inputValue()).toBe('https://imap.example.org/');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '继续编辑' }).click();
    await page.getByRole('button', { name: '继续编辑' }).waitFor({ state: 'detached' });
    expect(await page.getByTestId('mail-account-host').inputValue()).toBe('https://imap.example.org/');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '放弃' }).click();
    await page.getByTestId('mail-account-host').waitFor({ state: 'detached' });
    await chooseLanguage(page, 'en');
  });

  it.each([
    ['sources', 'source-new', 'source-name'],
    ['identities', 'identity-new', 'identity-name'],
    ['templates', 'template-new', 'template-name'],
    ['team', 'agent-new', 'agent-name'],
    ['visitor-sites', 'site-new', 'site-name'],
    ['segments', 'segment-new', 'segment-name'],
  ])('what is entered under %s is not lost by a click beside the form', async (path, add, field) => {
    await page.goto(`${hub.url}/${path}`);
    await page.getByTestId(add).click();
    await page.getByTestId(field).fill('Half of it');
    await besideTheForm();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Go on editing' }).click();
    // While the question goes away it still takes the keys.
    await page.getByRole('button', { name: 'Go on editing' }).waitFor({ state: 'detached' });
    expect(await page.getByTestId(field).inputValue()).toBe('Half of it');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await page.getByTestId(field).waitFor({ state: 'detached' });
  });

  it('a secret that is shown once stays until it is said to be copied', async () => {
    await page.goto(`${hub.url}/sources`);
    await page.getByTestId('source-new').click();
    await page.getByTestId('source-name').fill('Shop app');
    await page.getByTestId('source-save').click();
    await page.getByTestId('source-secret').waitFor();
    await besideTheForm();
    await page.keyboard.press('Escape');
    await page.getByTestId('source-secret-kept').click();
    await page.getByTestId('source-secret').waitFor({ state: 'detached' });
  });

  it('quarantine stays where it is as its contacts are chosen, all of them at once, too', async () => {
    await hub.hub.parts.db.sql.query(
      `insert into inbox (channel, channel_account, external_id, raw, raw_type, raw_sha256, state, reason, correlation_id, received_at, next_attempt_at)
       select 'email', 'email', 'lost-' || n, 'Subject: Lost', 'message/rfc822', repeat('a', 64), 'quarantined', 'It cannot be read', 'c', now(), now()
       from generate_series(1, 5) n`,
    );
    await page.goto(`${hub.url}/quarantine`);
    const rows = page.getByTestId('quarantine-row');
    await rows.nth(4).waitFor();
    const top = async () => (await rows.nth(1).boundingBox())?.y;
    const before = await top();
    await rows.first().getByRole('checkbox').check();
    expect(await top()).toBe(before);
    await rows.first().getByRole('checkbox').uncheck();
    expect(await page.getByTestId('discard-button').isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Select all shown' }).check();
    await page.getByTestId('quarantine-bulk').filter({ hasText: '5 selected' }).waitFor();
    await rows.last().getByRole('checkbox').uncheck();
    await picture('quarantine');
    await page.getByTestId('discard-reason').fill('A test');
    await page.getByTestId('discard-button').click();
    await rows.nth(1).waitFor({ state: 'detached' });
    // The next ones are not discarded for the reason of these.
    expect(await page.getByTestId('discard-reason').inputValue()).toBe('');
  });

  it('an original that cannot be had is said to be so', async () => {
    await page.goto(`${hub.url}/quarantine`);
    await intercept(page, /\/inbox\/[^/]+\/text$/, (route) => route.fulfill({ status: 500, json: {} }));
    await page.getByTestId('quarantine-details').first().click();
    await page.getByTestId('raw-text-button').click();
    const detail = page.getByTestId('quarantine-detail');
    await detail.getByRole('alert').waitFor();
    await page.unroute(/\/inbox\/[^/]+\/text$/);
    await detail.getByRole('button', { name: 'Try again' }).click();
    await detail.getByText('Subject: Lost').waitFor();
    expect(await detail.locator('dd').first().textContent()).toBe('Email');
    await picture('quarantine-detail');
  });

  it('a signature that is only HTML is seen before it is sent, and what waits to leave is not read aloud each second', async () => {
    await hub.api('POST', '/api/v1/mail-identities', {
      address: 'support@patchbay.test',
      name: 'Lamp support',
      signatureHtml: '<b>{{agent}}</b><br>Lamp &amp; shade',
    });
    const { body: me } = await hub.api('GET', '/api/v1/agents');
    await hub.api('PATCH', `/api/v1/agents/${me.items[0].id}`, { undoSeconds: 30 });
    await page.goto(`${hub.url}/desk/${await receive('The shade is torn')}`);
    const signature = page.getByTestId('signature-preview');
    await signature.waitFor();
    expect(await signature.textContent()).toBe('-- \nAdministrator\nLamp & shade');
    await page.getByTestId('composer-text').fill('Here is another one.');
    await page.getByTestId('composer-send').click();
    const held = page.getByTestId('held-reply');
    await held.getByRole('timer').filter({ hasText: 'Sends in' }).waitFor();
    expect(await held.getByRole('status').count()).toBe(0);
    await picture('held');
    await held.getByTestId('held-send-now').click();
    await held.waitFor({ state: 'detached' });
  });

  it('calls nothing by the name of an icon, and nothing that is pressed is without a name', async () => {
    await page.goto(`${hub.url}/desk/${await receive('The bulb is loose')}`);
    await page.getByTestId('composer-text').waitFor();
    const wrong = [];
    for (const [key, part] of [
      ['desk', '.desk-empty'],
      ['outbox', '[data-testid=outbox-filter-all]'],
      ['quarantine', '[data-testid=quarantine-groups]'],
      ['health', '[data-testid=health-page]'],
    ] as const) {
      await page.getByTestId(`nav-${key}`).click();
      // Until it is loaded nothing of the page is there, not even that it waits.
      await page.locator(part).waitFor();
      await page.locator('.state[role=status]').waitFor({ state: 'detached' });
      const lines = (await page.locator('body').ariaSnapshot()).split('\n');
      wrong.push(
        ...lines.filter((line) => /- (?:(?:button|link)(?! ["/])|img "[a-z-]+"|\w+ "[a-z]+-?[a-z]* [A-Z])/.test(line)),
      );
    }
    expect(wrong).toEqual([]);
  });

  it('each figure has room on the wallboard', async () => {
    const id = await receive('The switch is stuck');
    expect((await hub.api('POST', `/api/v1/tickets/${id}/messages`, { text: 'Turn it.' })).status).toBe(201);
    await page.goto(`${hub.url}/wallboard`);
    const level = page.locator('[data-testid=figure][data-key=service-level][data-value="1"]');
    await level.waitFor();
    const beyondItsTile = () =>
      page.getByTestId('figure').evaluateAll((all) =>
        all.flatMap((tile) => {
          const value = tile.querySelector('.wall-value')?.firstChild;
          if (!value) return [];
          const range = document.createRange();
          range.selectNode(value);
          return range.getBoundingClientRect().right > tile.getBoundingClientRect().right ? [tile.textContent] : [];
        }),
      );
    expect(await beyondItsTile()).toEqual([]);
    await picture('wallboard');
  });

  it('fits on a phone', () => expect(beyond).toEqual([]));
});
