/** What is entered is not lost, what is shown is so and does not move away under the hand. */
/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, sizes, useBrowser } from '../support/browser.ts';
import { logIn } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

describe.skipIf(inject('chromium') === null)('screens that are looked at all day', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let page: Page;
  const beyond: string[] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(page, `steady-${name}`)));

  beforeAll(async () => {
    hub = await startHub('postgres');
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

  it('fits on a phone', () => expect(beyond).toEqual([]));
});
