/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { chooseLanguage, logIn, openSetting } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub, type TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('routing rules on screen', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let page: Page;
  const beyond: string[] = [];
  let problems: string[] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(page, `routing-rules-${name}`)));
  const write = (subject: string, text: string) =>
    mailProgram(hub.ground.smtpPort)({ from: 'Li Wei <li@example.org>', subject, text });
  const ticket = async (subject: string) => {
    const { body } = await eventually(
      () => hub.api('GET', `/api/v1/tickets?q=${encodeURIComponent(subject)}`),
      (answer) => answer.body.items.length === 1,
    );
    return body.items[0];
  };
  const names = () =>
    page.getByTestId('routing-rule').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-name')));
  async function addRule(name: string, word: string, queue: string) {
    await page.getByTestId('routing-new').click();
    await page.getByTestId('routing-name').fill(name);
    const words = page.getByTestId('test-words').locator('input');
    await words.fill(word);
    await words.press('Enter');
    await words.press('Escape');
    await page.getByTestId('routing-queue').click();
    await page.getByTestId(`routing-queue-${queue}`).click();
  }

  beforeAll(async () => {
    hub = await startHub('postgres');
    await write('Broken lamp', 'I want a refund.');
    await ticket('Broken lamp');
    ({ page, problems } = await browser.open());
    await logIn(page, hub.url, admin);
    problems.length = 0;
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  it('a manager drafts rules, orders them by key and by mouse, tries them and publishes', async () => {
    await openSetting(page, 'routingRules');
    await page.getByText('Nothing was published yet.').waitFor();
    await addRule('Refunds', 'refund', 'Web');
    await picture('editor');
    await page.getByTestId('routing-apply').click();
    await page.locator('[data-testid=routing-rule][data-name=Refunds]').getByText('into Web').waitFor();
    await addRule('Lamps', 'lamp', 'Phone');
    await page.getByTestId('routing-apply').click();
    await page.getByTestId('routing-editor').waitFor({ state: 'hidden' });
    await eventually(names, (shown) => shown.join() === 'Refunds,Lamps');
    await page.getByRole('button', { name: 'Move Lamps up' }).press('Enter');
    await eventually(names, (shown) => shown.join() === 'Lamps,Refunds');
    await page.getByTestId('routing-drag').nth(1).dragTo(page.getByTestId('routing-rule').first());
    await eventually(names, (shown) => shown.join() === 'Refunds,Lamps');

    await page.getByTestId('routing-try').click();
    const tried = page.locator('[data-testid=rule-tried][data-name=Refunds]');
    await tried.getByText('1 contact; would go otherwise: 1').waitFor();
    await tried.getByText('Email → Web').waitFor();
    await picture('tried');
    await page.getByTestId('routing-publish').click();
    await page.getByTestId('routing-note').fill('Refunds go to the web team');
    await picture('publish');
    await page.getByTestId('routing-confirm').click();
    await page.getByTestId('routing-standing').getByText('Version 1 holds').waitFor();
    await page.getByTestId('routing-draft').waitFor({ state: 'hidden' });
  });

  it('the ticket says which rule routed it, and versions are compared', async () => {
    await write('Second lamp', 'A refund, please.');
    const { id } = await ticket('Second lamp');
    await page.getByRole('button', { name: 'Move Lamps up' }).click();
    await page.getByTestId('routing-draft').waitFor();
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByTestId('routing-compare').click();
    await page.getByTestId('rule-changes').getByText('moved from place 2 to 1').waitFor();
    await page.locator('.ant-message-notice').first().waitFor({ state: 'detached' });
    await picture('compare');
    await page.keyboard.press('Escape');
    await page.goto(`${hub.url}/desk/${id}?tab=all`);
    await page.getByTestId('events').first().getByRole('button').click();
    await page.getByText('Routing rule “Refunds”, version 1').waitFor();
    await picture('ticket');
  });

  it('reads the same in Chinese, fits the screen, and nothing went wrong', async () => {
    await chooseLanguage(page, 'zh');
    await page.goto(`${hub.url}/routing-rules`);
    await page.getByTestId('routing-rule').first().waitFor();
    await picture('chinese');
    expect([beyond, problems]).toEqual([[], []]);
  });
});
