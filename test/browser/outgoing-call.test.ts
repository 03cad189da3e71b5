import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { acceptOffer, addAgent, chooseLanguage, grace, logIn, setPresence } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

describe.skipIf(inject('chromium') === null)('calling a customer, on screen', () => {
  const browser = useBrowser();
  const beyond: string[] = [];
  let hub: TestHub;
  let agent: Page;
  let carrier: Page;
  let problems: string[] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(agent, `outgoing-call-${name}`)));
  /** Comes back once the carrier knows what customers do when they are called. */
  const customersDo = async (mood: string) => {
    const known = carrier.waitForResponse(/\/simulator\/api\/settings$/);
    await carrier.getByTestId('customers').selectOption(mood);
    await known;
  };
  const panelIs = (state: string) => agent.locator(`[data-testid=call-panel][data-state=${state}]`).waitFor();

  beforeAll(async () => {
    hub = await startHub('postgres', { overrides: { simulatorSpeed: 10 } });
    await addAgent(hub.api);
    const opened = await browser.open();
    agent = opened.page;
    // As on an origin without TLS.
    await agent.addInitScript(() => Object.defineProperty(crypto, 'randomUUID', { value: undefined }));
    problems = opened.problems;
    carrier = (await browser.open()).page;
    await carrier.goto(`${hub.url}/simulator/`);
    await logIn(agent, hub.url, grace);
    problems.length = 0;
  });
  afterAll(async () => {
    await agent?.context().close();
    await carrier?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  it('says why it cannot be done, tells of who is busy, and connects by the keyboard alone', async () => {
    const post = (path: string, body: object) =>
      carrier.request.post(`${hub.url}/simulator/api/${path}`, { data: body });
    await post('text', { from: '+4915112380001', body: 'Please call me' });
    const { body } = await eventually(
      () => hub.api('GET', '/api/v1/tickets'),
      (found) => found.body.items.length === 1,
    );
    await agent.goto(`${hub.url}/desk/${body.items[0].id}`);
    const call = agent.getByTestId('place-call');
    await call.waitFor();
    expect(await call.isDisabled()).toBe(true);
    expect(await call.getAttribute('aria-label')).toContain('Go online to call');
    await setPresence(agent, 'online');
    await acceptOffer(agent, 'Please call me');
    await customersDo('busy');
    await agent.locator('[data-testid=place-call]:enabled').focus();
    await agent.keyboard.press('Enter');
    await panelIs('missed');
    await agent.getByTestId('call-panel').getByText('Busy').waitFor();
    await picture('busy');

    await customersDo('answer');
    await agent.getByTestId('call-back').click();
    await panelIs('talking');
    await chooseLanguage(agent, 'zh');
    await picture('talking-zh');
    await chooseLanguage(agent, 'en');
    await agent.getByTestId('call-hold').click();
    await panelIs('held');
    await agent.getByTestId('call-resume').click();
    await panelIs('talking');
    expect(await call.isDisabled()).toBe(true);
    await agent.getByTestId('call-hang-up').click();
    await panelIs('ended');
    await picture('ended');
    expect(beyond).toEqual([]);
    expect(problems).toEqual([]);
  });
});
