/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { askedNothing, holdRequests, keepPictures, useBrowser } from '../support/browser.ts';
import { acceptOffer, addAgent, chooseLanguage, grace, logIn, setPresence } from '../support/browser-desk.ts';
import { focusIs, tabTo } from '../support/browser-keys.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('the floor and its staffing, on screen', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let manager: Page;
  let agent: Page;
  const beyond: string[] = [];
  const problems: string[][] = [];
  const picture = async (page: Page, name: string) => void beyond.push(...(await keepPictures(page, `floor-${name}`)));
  const mail = (subject: string) =>
    mailProgram(hub.ground.smtpPort)({ from: 'li@example.org', subject, text: `${subject}: it is dark.` });

  beforeAll(async () => {
    hub = await startHub('postgres');
    const graceId = await addAgent(hub.api);
    const { sql } = hub.hub.parts.db;
    await sql.query(
      `insert into agent (id, name, email, role, presence, presence_since)
       select 'a' || n, 'Agent ' || lpad(n::text, 3, '0'), 'a' || n || '@patchbay.test', 'agent',
         (array['away', 'offline', 'busy'])[1 + n % 3], now() - n * interval '1 minute' from generate_series(1, 500) n`,
    );
    await sql.query(
      `with s as (insert into skill (name) values ('French') returning id)
       insert into agent_skill (agent_id, skill_id, level) select $1, id, 4 from s`,
      [graceId],
    );
    await sql.query(
      `insert into figure_sum (grain, slice, day, quarter, queue_id, channel, agent_id, team_id, type, grade, offered, handled, talk_ms, hold_ms, wrap_ms)
       select 0, 0, d::date, q, '', 'phone', '', '', '', '', n, n, n * 150000, 0, n * 30000
       from generate_series(current_date - 70, current_date, '1 day') d, generate_series(32, 71) q,
         lateral (select (20 + 15 * sin((q - 32) / 12.0) + extract(isodow from d) + random() * 6)::int as n) x`,
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

  it('shows five hundred agents and what waits within a second, and asks nothing while nothing happens', async () => {
    await manager.bringToFront();
    await manager.getByTestId('nav-floor').click();
    await manager.getByTestId('floor-agent').first().waitFor();
    expect(await manager.getByTestId('floor-agent').count()).toBeLessThan(60);
    await mail('Broken lamp');
    const line = manager.getByTestId('floor-waiting').filter({ hasText: 'Broken lamp' });
    await line.waitFor();
    await line.getByText(/Priority .* = queue 0 \+ ticket 0 \+ waiting/).waitFor();
    await line.getByTestId('due-clock').waitFor();
    // What is still told of the mail (that it is acknowledged, graded) is asked about, and its clocks 1.5 s later.
    await askedNothing(manager, /\/floor\//, 3_000);
    const asked: string[] = [];
    manager.on('request', (request) => void (/\/floor\//.test(request.url()) && asked.push(request.url())));
    await picture(manager, 'waiting');
    expect(asked).toEqual([]);
    await setPresence(agent, 'online');
    const begun = Date.now();
    await manager.locator('[data-testid=floor-agent][data-state=online]').filter({ hasText: grace.name }).waitFor();
    expect(Date.now() - begun).toBeLessThan(1_000);
    await acceptOffer(agent, 'Broken lamp');
    await line.waitFor({ state: 'detached' });
    await manager.getByTestId('floor-held').first().waitFor();
  });

  it('lets a manager read along and whisper without a pointer', async () => {
    await manager.bringToFront();
    await tabTo(manager, 'floor-held');
    await manager.keyboard.press('Enter');
    await manager.getByTestId('floor-drawer').waitFor();
    await tabTo(manager, 'listen');
    await manager.keyboard.press('Enter');
    await manager.getByTestId('read-along').getByText('it is dark').waitFor();
    await focusIs(manager, 'read-along');
    await tabTo(manager, 'whisper-text', 'Shift+Tab');
    await manager.keyboard.type('Offer a new lamp');
    await picture(manager, 'drawer');
    const whisper = await holdRequests(manager, 'POST', /whispers?$/);
    await manager.keyboard.press('Control+Enter');
    await whisper.arrived;
    await manager.keyboard.type(' Or a bulb');
    await whisper.letGo();
    await manager.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>('[data-testid=whisper-text]')?.value === 'Or a bulb',
    );
    await tabTo(manager, 'whisper-send');
    await manager.keyboard.press('Enter');
    await manager.locator('[data-testid=whisper-text]:placeholder-shown').waitFor();
    // What was sent leaves the words ready for the next.
    await focusIs(manager, 'whisper-text');
    await agent.bringToFront();
    // The newest of them.
    await agent.getByTestId('whisper').getByText('Or a bulb').waitFor();
    await agent
      .getByTestId('events')
      .getByText(/reads along/)
      .waitFor();
    await picture(agent, 'whisper');
    await manager.bringToFront();
    await manager.keyboard.press('Escape');
    await manager.getByTestId('floor-drawer').waitFor({ state: 'detached' });
    await focusIs(manager, 'floor-held');
    await chooseLanguage(manager, 'zh');
    await picture(manager, 'zh');
  });

  it('plans a week in both languages', async () => {
    await manager.getByTestId('nav-staffing').click();
    await manager.locator('[data-testid=staffing-trust][data-history=enough]').waitFor();
    await picture(manager, 'staffing-zh');
    await chooseLanguage(manager, 'en');
    await manager.getByTestId('week-after').click();
    await manager.getByTestId('staffing-patienceSeconds').fill('120');
    await manager.getByText(/Agents by Erlang A/).waitFor();
    await picture(manager, 'staffing');
    expect(beyond).toEqual([]);
    expect(problems.flat()).toEqual([]);
  });
});
