/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, sizes, useBrowser } from '../support/browser.ts';
import { focused, focusIs, tabTo } from '../support/browser-keys.ts';
import { addAgent, connectionIs, grace, message } from '../support/browser-desk.ts';
import { startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

/** Moves through an open menu or list until the entry is the current one. */
async function arrowTo(page: Page, entry: string): Promise<void> {
  const current = page
    .locator(`.ant-dropdown-menu-item-active, .ant-dropdown-menu-item:focus, .ant-select-item-option-active`)
    .getByTestId(entry);
  for (let presses = 0; presses < 12; presses += 1) {
    if ((await current.count()) > 0) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`The arrow keys do not lead to ${entry}`);
}

describe.skipIf(inject('chromium') === null)('without a pointer', () => {
  const browser = useBrowser();

  /** On one backend: the queue has no part in keys. */
  describe('the keyboard', () => {
    let hub: TestHub;
    let page: Page;

    beforeAll(async () => {
      hub = await startHub('postgres', { overrides: { simulatorSpeed: 10 } });
      await addAgent(hub.api);
      ({ page } = await browser.open());
    });
    afterAll(async () => {
      await page?.context().close();
      await hub?.[Symbol.asyncDispose]();
    });

    it('logs in and goes online', async () => {
      await page.goto(`${hub.url}/desk`);
      await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'login-email');
      await page.keyboard.type(grace.email);
      await tabTo(page, 'login-password');
      await page.keyboard.type(grace.password);
      await page.keyboard.press('Enter');
      await connectionIs(page, 'live');
      await tabTo(page, 'presence-switch');
      await page.keyboard.press('Enter');
      await page.getByTestId('presence-online').waitFor();
      await page.keyboard.press('Tab');
      await arrowTo(page, 'presence-online');
      await page.keyboard.press('Enter');
      await page.locator('[data-testid=presence-switch][data-state=online]').waitFor();
    });

    it('accepts an offer, answers it and settles it', async () => {
      await hub.api('POST', '/simulator/api/text', { from: '+4915112345678', body: 'Can I pick it up today?' });
      await page.getByTestId('offer').filter({ hasText: 'Can I pick it up today?' }).waitFor();
      await page.keyboard.press('Alt+KeyA');
      await message(page, 'in', 'Can I pick it up today?').waitFor();
      await tabTo(page, 'composer-text');
      await page.keyboard.type('Yes, until six.');
      await page.keyboard.press('Control+Enter');
      await message(page, 'out', 'Yes, until six.').waitFor();
      await tabTo(page, 'status-select', 'Shift+Tab');
      await page.keyboard.press('Enter');
      await page.getByTestId('status-option-resolved').waitFor();
      await arrowTo(page, 'status-option-resolved');
      await page.keyboard.press('Enter');
      await page.locator('[data-testid=status-select][data-status=resolved]').waitFor();
      const { body } = await hub.api('GET', '/api/v1/tickets?channel=sms');
      expect(body.items[0]).toMatchObject({ status: 'resolved' });
    });

    it('goes from a row of the list to the answer and back by one key each', async () => {
      const row = page.getByTestId('ticket-row').first();
      const text = page.getByTestId('composer-text');
      await page.getByTestId('tab-all').click();
      await row.focus();
      await page.keyboard.press('Enter');
      await text.waitFor();
      expect(await focused(page)).toBe('ticket-row');
      await page.keyboard.press('Alt+KeyR');
      await focusIs(page, 'composer-text');
      expect(await text.getAttribute('aria-keyshortcuts')).toBe('Alt+R');
      // With Alt a Mac types signs: where something is written, they are its writer's.
      await page.keyboard.press('Alt+KeyL');
      expect(await focused(page)).toBe('composer-text');
      const input = await page.context().newCDPSession(page);
      const compose = (word: string) =>
        input.send('Input.imeSetComposition', { text: word, selectionStart: word.length, selectionEnd: word.length });
      await compose('ni hao');
      await page.keyboard.press('Escape');
      expect(await focused(page)).toBe('composer-text');
      await compose('');
      await page.keyboard.type('Half an answer');
      await page.keyboard.press('Escape');
      await focusIs(page, 'ticket-row');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-current'))).toBe('true');
      expect(await text.inputValue()).toBe('Half an answer');
      await page.getByTestId('status-select').locator('input').focus();
      await page.keyboard.press('Alt+KeyL');
      await focusIs(page, 'ticket-row');
      await page.getByTestId('ticket-search').focus();
      await page.keyboard.press('Alt+KeyR');
      expect(await focused(page)).toBe('ticket-search');
    });

    it('leads past the list by a link, and says its keys', async () => {
      await page.locator('#main').focus();
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe('skip-to-composer');
      await keepPictures(page, 'keyboard-skip');
      await page.keyboard.press('Enter');
      await focusIs(page, 'composer-text');
      await page.getByTestId('user-menu').focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('shortcuts').click();
      const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await list.getByText('Go to the answer').waitFor();
      await page.keyboard.press('Alt+KeyR');
      expect(await focused(page)).not.toBe('composer-text');
      expect(await keepPictures(page, 'keyboard-shortcuts')).toEqual([]);
      await page.keyboard.press('Escape');
      await list.waitFor({ state: 'detached' });
    });

    it('goes back to the row also where the list is a page of its own', async () => {
      await page.setViewportSize(sizes.phone);
      await page.getByTestId('composer-text').focus();
      expect(await keepPictures(page, 'keyboard-composer')).toEqual([]);
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'ticket-row');
      expect(new URL(page.url()).pathname).toBe('/desk');
      await page.keyboard.press('Enter');
      await page.getByTestId('composer-text').waitFor();
      await page.keyboard.press('Alt+KeyR');
      await focusIs(page, 'composer-text');
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Delete');
      await page.setViewportSize(sizes.desktop);
      await page.getByTestId('ticket-row').first().waitFor();
    });

    it('takes back by Esc a word in the making, and keeps what was written before it', async () => {
      const input = await page.context().newCDPSession(page);
      const compose = (text: string) =>
        input.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
      await page.getByTestId('subject-edit').click();
      await page.getByTestId('subject-text').fill('Pick-up ');
      await compose('zi ti');
      await page.keyboard.press('Escape');
      expect(await page.getByTestId('subject-text').inputValue()).toBe('Pick-up zi ti');
      await compose('');
      await page.keyboard.press('Escape');
      await page.getByTestId('subject-text').waitFor({ state: 'detached' });
      await page.getByTestId('tags-edit').click();
      await page.getByTestId('tags-select').locator('input').fill('to ');
      await compose('zi ti');
      await page.keyboard.press('Escape');
      expect(await page.getByTestId('tags-select').locator('input').inputValue()).toBe('to zi ti');
      await compose('');
      await page.keyboard.press('Escape');
      await page.getByTestId('tags-select').waitFor({ state: 'detached' });
    });

    it('opens the chat, starts it, writes, and closes it by Esc', async () => {
      const { page: visitor } = await browser.open();
      await visitor.goto(`${hub.url}/widget-demo`);
      await visitor.getByTestId('widget-launcher').waitFor();
      await tabTo(visitor, 'widget-launcher');
      await visitor.keyboard.press('Enter');
      await visitor.getByTestId('widget-prechat').waitFor();
      await focusIs(visitor, 'widget-name');
      await visitor.keyboard.type('Mary Somerville');
      await tabTo(visitor, 'widget-email');
      await visitor.keyboard.type('mary@example.org');
      await visitor.keyboard.press('Enter');
      await visitor.getByTestId('widget-send').waitFor();
      await focusIs(visitor, 'widget-text');
      await visitor.keyboard.type('Do you have green tea?');
      await visitor.keyboard.press('Enter');
      await visitor
        .locator('[data-testid=widget-message][data-from=visitor]')
        .filter({ hasText: 'Do you have green tea?' })
        .waitFor();
      await page.getByTestId('offer').filter({ hasText: 'Mary Somerville' }).waitFor();
      await visitor.keyboard.press('Escape');
      await visitor.getByTestId('widget-send').waitFor({ state: 'detached' });
      await focusIs(visitor, 'widget-launcher');
      await visitor.context().close();
    });

    it('opens menus also for who asked for less motion', async () => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.getByTestId('user-menu').focus();
      await page.keyboard.press('Enter');
      // An entrance that waits for the end of an animation that never runs leaves the menu out of sight.
      await page.getByTestId('language-zh').click({ timeout: 5_000 });
      await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
      await page.getByTestId('user-menu').focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('shortcuts').click({ timeout: 5_000 });
      await page.getByRole('dialog', { name: '键盘快捷键' }).waitFor();
      expect(await keepPictures(page, 'keyboard-shortcuts-zh')).toEqual([]);
    });
  });
});
