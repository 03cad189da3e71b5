/** What an agent does at the console, by what is on the screen. */
/// <reference lib="dom" />
import type { PresenceState } from '@patchbay/contracts';
import type { Locator, Page } from 'playwright-core';
import type { ApiClient } from './client.ts';

export interface Login {
  readonly email: string;
  readonly password: string;
}
export const grace = {
  name: 'Grace Hopper',
  email: 'grace@patchbay.test',
  password: 'nanoseconds-of-wire',
  phone: '+4930901820',
};

/** Adds an agent of every queue, whose messages leave at once. @returns their id */
export async function addAgent(api: ApiClient, agent: typeof grace = grace): Promise<string> {
  const { body: queues } = await api('GET', '/api/v1/queues');
  const queueIds = queues.items.map((queue: { id: string }) => queue.id);
  const { status, body } = await api('POST', '/api/v1/agents', { ...agent, role: 'agent', queueIds });
  if (status !== 201) throw new Error(`The agent was not added: ${JSON.stringify(body)}`);
  await api('PATCH', `/api/v1/agents/${body.id}`, { undoSeconds: 0 });
  return body.id;
}

export async function logIn(page: Page, url: string, { email, password }: Login): Promise<void> {
  await page.goto(`${url}/desk`);
  await page.getByTestId('login-email').fill(email);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await connectionIs(page, 'live');
}

/** Waits until the console itself says how it stands with its connection. */
export async function connectionIs(page: Page, ...states: string[]): Promise<void> {
  await page
    .locator(states.map((state) => `[data-testid=connection-state][data-state=${state}]`).join(', '))
    .waitFor({ timeout: 30_000 });
}

export async function setPresence(page: Page, state: PresenceState): Promise<void> {
  await openMenu(page, 'presence-switch');
  await page.getByTestId(`presence-${state}`).click();
  await page.locator(`[data-testid=presence-switch][data-state=${state}]`).waitFor();
}

/** Takes the offer whose words are on the screen, and waits until its conversation is. @returns the ticket's id */
export async function acceptOffer(page: Page, words: string): Promise<string> {
  // Clicks wait for frames, and a page that lies behind another one may draw none.
  await page.bringToFront();
  const offer = page.getByTestId('offer').filter({ hasText: words });
  const ticketId = (await offer.getAttribute('data-ticket-id')) ?? '';
  await offer.getByTestId('offer-accept').click();
  await offer.waitFor({ state: 'detached' });
  // Another one may be on the screen until then, which can be released as well.
  await page.locator(`[data-ticket="${ticketId}"]`).getByTestId('release').waitFor();
  return ticketId;
}

export function message(page: Page, direction: 'in' | 'out', words: string): Locator {
  return page.locator(`[data-testid=message][data-direction=${direction}]`).filter({ hasText: words });
}

export async function reply(page: Page, words: string): Promise<void> {
  await page.getByTestId('composer-text').fill(words);
  await page.getByTestId('composer-send').click();
  await message(page, 'out', words).waitFor();
}

/** Clicks twice before the page is drawn anew, as a double click on a slow page does. */
export function clickTwice(button: Locator): Promise<void> {
  return button.evaluate(async (element: HTMLElement) => {
    element.click();
    // What a form does before it saves is done by then; nothing is drawn.
    for (let step = 0; step < 50; step += 1) await Promise.resolve();
    element.click();
  });
}

/** Waits until the screen says that an answer has come so far. */
export async function deliveryIs(page: Page, words: string, ...statuses: string[]): Promise<void> {
  const marks = statuses.map((status) => `[data-testid=delivery-status][data-status=${status}]`).join(', ');
  await message(page, 'out', words).locator(marks).waitFor();
}

/** Waits until Enter takes the entry with these words from the list that is open: what there is to choose may still be on its way. */
export async function entryIs(page: Page, words: string): Promise<void> {
  await page
    .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option-active')
    .filter({ hasText: words })
    .waitFor();
}

/** Opens a page of the settings by what leads to it. */
export async function openSetting(page: Page, key: string): Promise<void> {
  await page.getByTestId('nav-settings').click();
  await page.getByTestId(`nav-${key}`).click();
  await page.getByTestId('settings-page').waitFor({ state: 'detached' });
}

/** Opens a menu, and waits until it has found its place: then it takes the focus. An entry that is clicked before moves away under the click. */
async function openMenu(page: Page, testId: string): Promise<void> {
  await page.getByTestId(testId).click();
  await page.locator('[role=menuitem]:focus').waitFor();
}

/** Chooses the console's language by its menu. */
export async function chooseLanguage(page: Page, code: 'en' | 'zh'): Promise<void> {
  await openMenu(page, 'user-menu');
  await page.getByTestId(`language-${code}`).click();
  await page.waitForFunction((lang) => document.documentElement.lang.startsWith(lang), code);
  await page.getByTestId(`language-${code}`).waitFor({ state: 'hidden' });
}

/** Marks the page, so that it can be told whether it was loaded anew. */
export async function markPage(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { patchbayTestMark: true }));
  return () => page.evaluate(() => 'patchbayTestMark' in window);
}
