import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { addAgent, chooseLanguage, clickTwice, entryIs, grace, logIn, message } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('grades, segments and the contact guard on screen', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let manager: Page;
  let agent: Page;
  let ticketId = '';
  let customerId = '';
  const beyond: string[] = [];
  const problems: string[][] = [];
  const picture = async (page: Page, name: string) =>
    void beyond.push(...(await keepPictures(page, `grading-${name}`)));

  beforeAll(async () => {
    hub = await startHub('postgres');
    await addAgent(hub.api);
    await mailProgram(hub.ground.smtpPort)({
      from: 'Li Wei <li@example.org>',
      subject: 'Where is it?',
      text: 'My order.',
    });
    const [ticket] = await eventually(
      async () => (await hub.api('GET', '/api/v1/tickets')).body.items,
      (items: { id: string; customerId: string }[]) => items.length === 1,
    );
    [ticketId, customerId] = [ticket?.id ?? '', ticket?.customerId ?? ''];
    await hub.hub.parts.db.sql.query(
      `insert into purchase (customer_id, source, external_id, occurred_at, amount_minor, currency)
       select $1, 'shop', n::text, now() - interval '3 days', 2500, 'EUR' from generate_series(1, 3) n`,
      [customerId],
    );
    const opened = [await browser.open(), await browser.open()];
    problems.push(...opened.map((one) => one.problems));
    [manager, agent] = opened.map(({ page }) => page) as [Page, Page];
    await logIn(manager, hub.url, admin);
    await logIn(agent, hub.url, grace);
    for (const list of problems) list.length = 0;
  });
  afterAll(async () => {
    await manager?.context().close();
    await agent?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  it('shows a manager the rules, tries a change on all customers and publishes it', async () => {
    await manager.getByTestId('nav-settings').click();
    await manager.getByTestId('nav-grading').click();
    await manager.getByTestId('grading-page').waitFor();
    await manager.locator('[data-testid=last-run][data-state=done]').waitFor();
    await picture(manager, 'rules');
    const rule = manager.locator('[data-rule=high]');
    await rule.getByTestId('test-number').fill('');
    await manager.getByTestId('grading-wrong').getByText('Rules, Buys often').waitFor();
    await picture(manager, 'wrong');
    await rule.getByTestId('test-number').fill('3');
    await manager.getByTestId('publish-bar').waitFor();
    await manager.getByTestId('grading-preview').click();
    const preview = manager.locator('[data-testid=preview][data-state=done]');
    await preview.getByText('Li Wei: Medium value → High value').waitFor();
    await preview
      .getByText('0 warnings would begin, 0 would end. Agents would get at once: 0 win-back tasks, 0 follow-ups.')
      .waitFor();
    await picture(manager, 'preview');
    await manager.keyboard.press('Escape');
    await preview.waitFor({ state: 'hidden' });
    await manager.getByTestId('grading-publish').click();
    await manager.getByTestId('publish-note').fill('Three purchases are enough');
    await manager.getByTestId('publish-save').click();
    await manager.locator('[data-testid=grading-page][data-version="1"]').waitFor();
    await manager.getByTestId('publish-bar').waitFor({ state: 'detached' });
    const { body } = await hub.api('GET', '/api/v1/grading');
    expect(body.policy.rules[1].when.tests[0].number).toBe(3);
    for (const tab of ['Stages', 'Churn warning', 'Follow-ups', 'Contact guard', 'Versions']) {
      await manager.getByRole('tab', { name: tab }).click();
      await picture(manager, tab.toLowerCase().replace(' ', '-'));
      // A trend reads as a share here, too.
      if (tab === 'Churn warning')
        expect(await manager.locator('[data-testid=test-number]:visible').first().inputValue()).toBe('50');
    }
    await manager.getByTestId('version-row').filter({ hasText: 'Three purchases are enough' }).waitFor();
  });

  it('finds the members of a segment', async () => {
    await manager.getByTestId('nav-segments').click();
    await manager.getByTestId('segment-new').click();
    await manager.getByTestId('segment-name').fill('Buyers');
    await manager.getByTestId('segment-key').fill('buyers');
    const choose = async (fact: string) => {
      await manager.locator('.condition-fact:visible input').fill(fact);
      await entryIs(manager, fact);
      await manager.keyboard.press('Enter');
    };
    await choose('Field (number)');
    await manager.getByTestId('fact-key').getByText('City').waitFor();
    await picture(manager, 'segment-field');
    await choose('Purchases, sum');
    await manager.locator('[data-testid=test-number]:visible').fill('75');
    await picture(manager, 'segment-form');
    await manager.getByTestId('segment-save').click();
    const row = manager.locator('[data-testid=segment-row][data-key=buyers][data-refreshing=false]');
    await row.getByText('1 member').waitFor();
    await row.getByTestId('segment-members').click();
    await manager.getByTestId('segment-member').getByText('Li Wei').waitFor();
    await picture(manager, 'segment');
    await manager.keyboard.press('Escape');
    await manager.getByTestId('segment-member').waitFor({ state: 'hidden' });
    await chooseLanguage(manager, 'zh');
    await picture(manager, 'segments-zh');
    await manager.getByTestId('nav-grading').click();
    await manager.getByTestId('grading-page').waitFor();
    await picture(manager, 'rules-zh');
    await chooseLanguage(manager, 'en');
  });

  it('shows an agent the grade with its reasons', async () => {
    await agent.goto(`${hub.url}/desk/${ticketId}`);
    await agent.locator('[data-testid=customer-care][data-grade=high][data-stage=new]').waitFor();
    await agent.getByTestId('grade-why').click();
    const why = agent.getByTestId('grade-explanation');
    await why
      .locator('[data-testid=trace][data-holds=true]')
      .getByText('Purchases, last 365 days at least 3 (found: 3)')
      .waitFor();
    await why.locator('[data-testid=customer-move][data-kind=stage]').first().waitFor();
    await picture(agent, 'why');
    await agent.keyboard.press('Escape');
    await why.waitFor({ state: 'hidden' });
  });

  it('shows two agents to each other, and asks before the second one writes', async () => {
    const line = (page: Page, state: string) => page.locator(`.composer [data-testid=guard-line][data-state=${state}]`);
    await manager.goto(`${hub.url}/desk/${ticketId}`);
    await line(manager, 'open').getByText(grace.name).waitFor();
    await agent.getByTestId('composer-text').fill('We are looking for it.');
    await line(manager, 'writing')
      .getByText(/Grace Hopper is writing to this customer \(ticket \d+\)/)
      .waitFor();
    await picture(manager, 'guard');
    await agent.bringToFront();
    await agent.getByTestId('composer-send').click();
    await message(agent, 'out', 'We are looking for it.').waitFor();
    await line(manager, 'recent')
      .getByText(/Contacted .* ago by Grace Hopper \(Email, ticket \d+\)/)
      .waitFor();

    await manager.bringToFront();
    await manager.getByTestId('composer-text').fill(`Found ${randomUUID()}`);
    await clickTwice(manager.getByTestId('composer-send'));
    await manager.getByTestId('guard-confirm').waitFor();
    await picture(manager, 'guard-ask');
    expect((await hub.api('GET', `/api/v1/tickets/${ticketId}/messages`)).body.items).toHaveLength(3);
    await manager.getByTestId('guard-confirm').click();
    await manager.getByTestId('held-send-now').click();
    await message(manager, 'out', 'Found').waitFor();
    // The manager has answered knowing of it, and Grace is still there.
    await line(manager, 'recent').waitFor({ state: 'detached' });
    await line(manager, 'open').waitFor();
    // A customer's file is a customer on screen, too.
    await agent.goto(`${hub.url}/customers/${customerId}`);
    await agent.locator('.file-head [data-testid=guard-line]').first().getByText('has this customer open').waitFor();
    await line(manager, 'open').getByText(grace.name).waitFor();
    await picture(agent, 'file');
    await agent.goto('about:blank');
    await line(manager, 'open').waitFor({ state: 'detached' });
    expect(beyond).toEqual([]);
    expect(problems.flat()).toEqual([]);
  });
});
