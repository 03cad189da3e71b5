import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { acceptOffer, addAgent, chooseLanguage, entryIs, grace, logIn, setPresence } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('queues and handing on, on screen', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let manager: Page;
  let agent: Page;
  let graceId = '';
  const beyond: string[] = [];
  const problems: string[][] = [];
  const picture = async (page: Page, name: string) => void beyond.push(...(await keepPictures(page, `queues-${name}`)));

  beforeAll(async () => {
    hub = await startHub('postgres');
    graceId = await addAgent(hub.api);
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

  const tab = (name: string) => manager.getByRole('tab', { name }).click();

  it('lets a manager make a skill, a team and a queue that widens', async () => {
    await manager.getByTestId('nav-settings').click();
    await manager.getByTestId('nav-queues').click();
    await manager.getByTestId('queue-row').first().waitFor();
    await tab('Skills');
    await manager.getByTestId('skill-name').fill('French');
    await manager.getByTestId('skill-name').press('Enter');
    await manager.getByTestId('skill-row').getByText('French').waitFor();
    await tab('Teams');
    await manager.getByTestId('team-new').click();
    await manager.getByTestId('team-name').fill('Second line');
    await manager.getByTestId('team-form-save').click();
    await manager.getByTestId('team-row').getByText('Second line').waitFor();
    await tab('Queues');
    await manager.getByTestId('queue-new').click();
    await manager.getByTestId('queue-name').fill('Refunds');
    await manager.getByTestId('skill-add').click();
    await manager.getByLabel('Skill', { exact: true }).click();
    await manager.getByTitle('French').click();
    await manager.getByTestId('ring-add').click();
    await manager.getByTestId('target-add').click();
    await manager.getByTestId('target-seconds').fill('300');
    await manager.getByTestId('queue-calendar').click();
    await manager.locator('.ant-select-item-option').filter({ hasText: 'Opening hours' }).click();
    await manager.getByTestId('target').scrollIntoViewIfNeeded();
    await picture(manager, 'form');
    await manager.getByTestId('queue-form-save').click();
    const row = manager.getByTestId('queue-row').filter({ hasText: 'Refunds' });
    await row.getByText('French ≥ 3').waitFor();
    await row.getByText('After 1:00: skills −1').waitFor();
    await row.getByText('80 % in 5:00').waitFor();
    await row.getByText('Open: Opening hours').waitFor();
    await picture(manager, 'list');
    await chooseLanguage(manager, 'zh');
    await picture(manager, 'list-zh');
    await row.getByTestId('queue-edit').click();
    await manager.getByTestId('queue-name').waitFor();
    await picture(manager, 'form-zh');
    await manager.keyboard.press('Escape');
    await manager.getByTestId('queue-name').waitFor({ state: 'detached' });
    await chooseLanguage(manager, 'en');
    await tab('Reasons for being away');
    await manager.getByTestId('reason').first().waitFor();
    await picture(manager, 'reasons');
  });

  it("keeps the reason that a manager writes when a colleague's are saved meanwhile", async () => {
    await manager.getByRole('button', { name: 'Add reason' }).click();
    await manager.getByLabel('English', { exact: true }).last().fill('Fire drill');
    const { body } = await hub.api('GET', '/api/v1/settings/presence-reasons');
    await hub.api('PUT', '/api/v1/settings/presence-reasons', { ...body, required: !body.required });
    await manager.getByTestId('reasons-take-over').waitFor();
    expect(await manager.getByLabel('English', { exact: true }).last().inputValue()).toBe('Fire drill');
    await manager.getByTestId('reasons-take-over').click();
    await manager.getByTestId('reasons-take-over').waitFor({ state: 'detached' });
    expect(await manager.getByTestId('reason').count()).toBe(body.items.length);
    await hub.api('PUT', '/api/v1/settings/presence-reasons', body);
  });

  it('lets an agent say why they are away, and shows why work came to them', async () => {
    await agent.bringToFront();
    await agent.getByTestId('presence-switch').click();
    await agent.getByTestId('presence-away:break').waitFor();
    await picture(agent, 'presence');
    await agent.getByTestId('presence-away:break').click();
    await agent.locator('[data-testid=presence-switch][data-state=away]').getByText('Break').waitFor();
    await setPresence(agent, 'online');
    await mailProgram(hub.ground.smtpPort)({ from: 'li@example.org', subject: 'Broken lamp', text: 'It is dark.' });
    await acceptOffer(agent, 'Broken lamp');
    await agent.getByTestId('events').first().getByRole('button').click();
    await agent.getByText(/Grace Hopper is idle longest, for .*Priority .* = queue 0 \+ ticket 0 \+ waiting/).waitFor();
    await picture(agent, 'why');
  });

  it('hands a ticket to a queue with a note, and a manager takes it over', async () => {
    // She may read what is in the queue, and is not skilled enough to be offered it.
    const { items } = (await hub.api('GET', '/api/v1/queue-settings')).body;
    const refunds = items.find(({ name }: { name: string }) => name === 'Refunds');
    await hub.api('PUT', `/api/v1/queues/${refunds.id}`, { ...refunds, agentIds: [graceId] });
    await agent.getByTestId('transfer').click();
    await agent.getByTestId('transfer-note').fill('Wants the money back');
    await picture(agent, 'transfer');
    await agent.getByText('To a queue', { exact: true }).click();
    await agent.getByTestId('transfer-queue').locator('input').fill('Refunds');
    await entryIs(agent, 'Refunds');
    await agent.keyboard.press('Enter');
    await agent.getByTestId('transfer-send').click();
    await agent.waitForURL(/\/desk(\?.*)?$/);
    const [ticket] = await eventually(
      async () => (await hub.api('GET', '/api/v1/tickets')).body.items,
      (items: { id: string; queueName: string }[]) => items[0]?.queueName === 'Refunds',
    );
    const { body } = await hub.api('GET', `/api/v1/tickets/${ticket?.id ?? ''}/messages`);
    expect(body.items.at(-1)).toMatchObject({ text: 'Wants the money back', visibility: 'internal' });
    await manager.goto(`${hub.url}/desk/${ticket?.id ?? ''}`);
    await manager.getByTestId('claim').click();
    await manager.getByTestId('transfer').click();
    const target = manager.getByTestId('transfer-target').first();
    await target.click();
    await picture(manager, 'targets');
    await manager.getByTestId('transfer-send').click();
    await acceptOffer(agent, 'Broken lamp');
    await manager.goto(`${hub.url}/desk/${ticket?.id ?? ''}`);
    await manager.bringToFront();
    await manager.getByTestId('take-over').click();
    await manager.getByTestId('take-over-reason').fill('Complaint');
    await picture(manager, 'take-over');
    await manager.getByTestId('take-over-send').click();
    await manager.getByTestId('release').waitFor();
    expect(beyond).toEqual([]);
    expect(problems.flat()).toEqual([]);
  });
});
