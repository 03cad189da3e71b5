/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { chooseLanguage, logIn, openSetting } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { startReceiver } from '../support/http-source.ts';
import { admin, startHub, type TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('tags, rules and webhooks on screen', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let page: Page;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  const beyond: string[] = [];
  let problems: string[] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(page, `automation-${name}`)));
  const write = (subject: string, text: string) =>
    mailProgram(hub.ground.smtpPort)({ from: 'Li Wei <li@example.org>', subject, text });
  const ticket = async (subject: string) => {
    const { body } = await eventually(
      () => hub.api('GET', `/api/v1/tickets?q=${encodeURIComponent(subject)}`),
      (answer) => answer.body.items.length === 1,
    );
    return body.items[0];
  };

  beforeAll(async () => {
    receiver = await startReceiver();
    hub = await startHub('postgres', { env: { OUTGOING_ALLOWED_HOSTS: new URL(receiver.url).host } });
    await write('Broken lamp', 'I want a refund.');
    await ticket('Broken lamp');
    ({ page, problems } = await browser.open());
    await logIn(page, hub.url, admin);
    problems.length = 0;
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
  });

  it('an agent tags a ticket and finds it by its tag', async () => {
    const { id } = await ticket('Broken lamp');
    await page.goto(`${hub.url}/desk/${id}?tab=all`);
    await page.getByTestId('tags-edit').click();
    await page.keyboard.type('Big Deal');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByTestId('ticket-tags').getByText('big deal').waitFor();
    await page.getByTestId('tag-filter').click();
    await page.locator('.ant-select-item-option', { hasText: 'big deal' }).click();
    await page.waitForURL(/tag=big/);
    await page.getByTestId('ticket-row').getByText('big deal').waitFor();
    await picture('tags');
  });

  it('a manager writes a rule by the keyboard, tries it, and sees what it did', async () => {
    await openSetting(page, 'automation');
    await page.getByTestId('rule-new').click();
    await page.getByTestId('rule-name').fill('Refunds');
    const words = page.getByTestId('test-words').locator('input');
    await words.fill('refund');
    await words.press('Enter');
    await words.press('Escape');
    await page.getByTestId('add-action').click();
    await page.getByTestId('add-tag').click();
    const tags = page.getByTestId('action-tags').locator('input');
    await tags.fill('refund');
    await tags.press('Enter');
    await tags.press('Escape');
    // A menu that is still closing takes no click.
    await page.getByTestId('add-tag').waitFor({ state: 'hidden' });
    await page.getByTestId('add-action').click();
    await page.getByTestId('add-note').click();
    await page.getByTestId('action-text').fill('Ask for the receipt of {{ticket.number}}.');
    await page.getByTestId('rule-try').click();
    await page.getByTestId('try-result').getByText('Broken lamp').waitFor();
    await picture('editor');
    await page.getByTestId('rule-save').click();
    const row = page.locator('[data-testid=rule-row][data-name=Refunds]');
    await row.getByText('tag it refund').waitFor();
    await write('Another lamp', 'A refund, please.');
    const { id } = await ticket('Another lamp');
    await eventually(
      () => hub.api('GET', `/api/v1/tickets/${id}`),
      ({ body }) => body.tags.length === 1,
    );
    await picture('rules');
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.locator('[data-testid=run-row][data-state=done]').first().waitFor();
    await picture('log');
  });

  it('what opens does not move for who asked for less motion: whoever presses it where it stands hits it', async () => {
    await openSetting(page, 'webhooks');
    await page.evaluate(() => {
      const moves = /\S*-(?:appear|enter|leave)-(?:start|active)\b/;
      new MutationObserver((records) => {
        for (const { target } of records) {
          const found = target instanceof HTMLElement && moves.exec(target.className);
          if (found) document.documentElement.dataset['moved'] ??= found[0];
        }
      }).observe(document.body, { subtree: true, childList: true, attributeFilter: ['class'] });
    });
    await page.getByTestId('endpoint-new').click();
    await page.locator('[data-testid=endpoint-name]:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('endpoint-name').waitFor({ state: 'hidden' });
    await page.getByTestId('user-menu').click();
    await page.locator('[role=menuitem]:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[role=menuitem]:focus').waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.documentElement.dataset['moved'])).toBeUndefined();
  });

  it('an administrator adds an endpoint, sees its secret once, and what was sent', async () => {
    await openSetting(page, 'webhooks');
    await page.getByTestId('endpoint-new').click();
    await page.getByTestId('endpoint-name').fill('CRM');
    await page.getByTestId('endpoint-url').fill(receiver.url);
    await page.getByTestId('endpoint-events').click();
    await page.getByTestId('event-ticket.opened').click();
    await page.keyboard.press('Escape');
    await page.getByTestId('endpoint-save').click();
    await page.getByTestId('endpoint-secret').getByText('whsec_').waitFor();
    await page.getByTestId('secret-kept').click();
    await page.getByTestId('endpoint-test').click();
    await page.locator('[data-testid=delivery-row][data-state=delivered]').waitFor();
    await picture('deliveries');
    await page.getByTestId('replay').click();
    await receiver.delivered.until(() => receiver.delivered.items.length === 2, 'the replay');
    await page.keyboard.press('Escape');
    await page.getByTestId('delivery-log').waitFor({ state: 'hidden' });
    await picture('webhooks');
  });

  it('in Chinese, nothing is wider than its page and nothing went wrong', async () => {
    await chooseLanguage(page, 'zh');
    await picture('webhooks-zh');
    await openSetting(page, 'automation');
    await page.getByTestId('rule-row').waitFor();
    await page.getByTestId('rule-edit').click();
    await page.getByTestId('rule-editor').waitFor();
    await picture('editor-zh');
    expect(beyond).toEqual([]);
    expect(problems).toEqual([]);
  });
});
