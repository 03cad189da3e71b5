import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { chooseLanguage, entryIs, logIn, openSetting } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('service targets on screen', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let manager: Page;
  let ticketId = '';
  const beyond: string[] = [];
  const problems: string[][] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(manager, `clocks-${name}`)));

  beforeAll(async () => {
    hub = await startHub('postgres');
    await mailProgram(hub.ground.smtpPort)({
      from: 'Li Wei <li@example.org>',
      subject: 'Where is it?',
      text: 'My order.',
    });
    const [ticket] = await eventually(
      async () => (await hub.api('GET', '/api/v1/tickets')).body.items,
      (items: { id: string; clocks: unknown }[]) => items.length === 1 && items[0]?.clocks !== null,
    );
    ticketId = ticket?.id ?? '';
    const opened = await browser.open();
    manager = opened.page;
    problems.push(opened.problems);
    await logIn(manager, hub.url, admin);
    opened.problems.length = 0;
  });
  afterAll(async () => {
    await manager?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  it('are edited by a manager, tried on open tickets and applied', async () => {
    await openSetting(manager, 'calendars');
    await manager.getByTestId('calendar-new').click();
    await manager.getByTestId('nameEn').fill('Munich');
    await manager.getByTestId('nameZh').fill('慕尼黑');
    await manager.getByTestId('hours-1').fill('9-12, 13-17');
    await manager.getByTestId('calendar-country').locator('input').fill('Germany');
    await entryIs(manager, 'Germany');
    await manager.keyboard.press('Enter');
    await manager.getByTestId('holiday-list').getByText('Labour Day').waitFor();
    await manager.getByTestId('day-add').click();
    await manager.getByTestId('day-0-date').fill('2027-08-02');
    await manager.getByTestId('day-0-name').fill('Works holidays');
    await picture('calendar');
    await manager.getByTestId('calendar-form-save').click();
    await manager.locator('[data-testid=calendar-row][data-key=munich]').getByText('Holidays: DE').waitFor();
    await picture('calendars');

    await openSetting(manager, 'targets');
    await manager.locator('[data-testid=policy-row][data-id=written]').getByTestId('policy-edit').click();
    await manager.getByTestId('target-first-response-amount').fill('2');
    await picture('policy');
    await manager.getByTestId('policy-form-save').click();
    await manager.locator('[data-testid=targets-page][data-version="3"]').waitFor();
    await manager.getByTestId('plan-preview').click();
    await manager
      .locator('[data-testid=plan-run][data-kind=preview][data-state=done]')
      .getByText('earlier: 1')
      .waitFor();
    await picture('targets');
    await manager.getByTestId('plan-apply').click();
    await manager.getByTestId('plan-apply-sure').click();
    await manager.locator('[data-testid=plan-run][data-kind=apply][data-state=done]').waitFor();
  });

  it('have rules of escalation', async () => {
    await openSetting(manager, 'escalation');
    await manager.getByTestId('rule-new').click();
    await manager.getByTestId('nameEn').fill('Late');
    await manager.getByTestId('nameZh').fill('超时');
    await manager.getByTestId('rule-raise').check();
    await picture('rule');
    await manager.getByTestId('rule-form-save').click();
    await manager.locator('[data-testid=rule-row][data-id=late]').getByText('priority +10').waitFor();
    await picture('escalation');
  });

  it('count down on the desk, explain themselves, and tell at once when they are late', async () => {
    await manager.getByTestId('nav-desk').click();
    await manager.getByTestId('tab-all').click();
    const row = manager.locator(`[data-ticket-id="${ticketId}"]`);
    await row.locator('[data-testid=due-clock][data-state=running]').waitFor();
    await row.click();
    await manager.getByTestId('ticket-clocks').click();
    const clock = manager.locator('[data-testid=clock][data-kind=first-response]');
    await clock.getByText('version 3').waitFor();
    await picture('explained');
    await hub.hub.parts.db.sql.query(
      `with c as (update ticket_clock set due_at = now(), next_at = now() where ticket_id = $1 returning ticket_id)
       update ticket_service set due_at = now() where ticket_id in (select ticket_id from c)`,
      [ticketId],
    );
    await manager.getByTestId('clock-notice').first().waitFor();
    await manager.locator('[data-testid=clock][data-state=breached]').waitFor();
    await picture('late');
    const escalations = async () =>
      (await hub.api('GET', `/api/v1/tickets/${ticketId}/events`)).body.items.filter(
        ({ type }: { type: string }) => type === 'ticket.escalated',
      );
    // The rule does so because the ticket is late, after that was told.
    await eventually(escalations, (all) => all.length > 0);
    await manager.getByTestId('escalate').click();
    await manager.getByTestId('escalate-reason').fill('Needs a specialist');
    await manager.getByTestId('escalate-save').click();
    await manager.getByTestId('escalate-save').waitFor({ state: 'hidden' });
    expect((await escalations()).at(-1).data.reason).toBe('Needs a specialist');
  });

  it('read as well in Chinese, and fit a phone', async () => {
    await manager.keyboard.press('Escape');
    await manager.goto(`${hub.url}/targets`);
    await chooseLanguage(manager, 'zh');
    await manager.getByText('邮件与消息').first().waitFor();
    await picture('chinese');
    expect(beyond).toEqual([]);
    expect(problems.flat()).toEqual([]);
  });
});
