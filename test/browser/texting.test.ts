/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { holdRequests, keepPictures, useBrowser } from '../support/browser.ts';
import {
  acceptOffer,
  addAgent,
  chooseLanguage,
  grace,
  logIn,
  message,
  reply,
  setPresence,
} from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

const phone = '+4915112380001';
const other = '+4915112380002';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(inject('chromium') === null)('texting at the desk', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let desk: Page;
  const beyond: string[] = [];
  const problems: string[][] = [];
  const simulator = (body: object) => hub.api('POST', '/simulator/api/text', { from: phone, ...body });
  const received = () => hub.api('GET', '/simulator/api/state').then(({ body }) => body.messages);
  const picture = async (page: Page, name: string) =>
    void beyond.push(...(await keepPictures(page, `texting-${name}`)));

  beforeAll(async () => {
    hub = await startHub('postgres', { overrides: { simulatorSpeed: 10 } });
    await addAgent(hub.api);
    const opened = await browser.open();
    desk = opened.page;
    await logIn(desk, hub.url, grace);
    opened.problems.length = 0;
    problems.push(opened.problems);
    await setPresence(desk, 'online');
  });
  afterAll(async () => {
    await desk?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  it('shows how long a text is before it is sent, and sends pictures', async () => {
    await simulator({ body: 'How do I return it?' });
    await acceptOffer(desk, 'How do I return it?');
    const text = desk.getByTestId('composer-text');
    const counted = async (encoding: string, segments: number) =>
      desk.locator(`[data-testid=segments][data-encoding=${encoding}][data-segments="${segments}"]`).waitFor();
    await text.fill('a'.repeat(161));
    await counted('GSM-7', 2);
    await text.fill('With this label, it’s free 📦');
    await counted('UCS-2', 1);
    expect(await desk.getByTestId('segments').textContent()).toContain('’ 📦');
    await picture(desk, 'segments');
    await text.fill('x'.repeat(1601));
    await desk.locator('[data-testid=segments][data-over="1"]').waitFor();
    expect(await desk.getByTestId('composer-send').isDisabled()).toBe(true);
    await desk.getByTestId('composer-files').setInputFiles({ name: 'label.png', mimeType: 'image/png', buffer: png });
    await desk.locator('[data-testid=upload][data-state=done]').waitFor();
    await reply(desk, 'Your label');
    const messages = await eventually(received, (all) =>
      all.some(({ body, status }: { body: string; status: string }) => body === 'Your label' && status === 'delivered'),
    );
    expect(messages.find(({ body }: { body: string }) => body === 'Your label').media).toMatchObject([
      { contentType: 'image/png' },
    ]);
    const { page } = await browser.open();
    await page.addInitScript((number) => localStorage.setItem('simulator.number', number), phone);
    await page.goto(`${hub.url}/simulator`);
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>('.picture')?.naturalWidth ?? 0) > 0);
    await picture(page, 'simulator');
    await page.context().close();
  });

  it('says that consent was withdrawn, and why nothing can be sent', async () => {
    await simulator({ body: 'STOP' });
    await desk.getByTestId('consent-notice').waitFor();
    await desk.getByTestId('composer-text').fill('One more thing');
    expect(await desk.getByTestId('composer-send').isDisabled()).toBe(true);
    await desk.locator('[data-testid=consent][data-state=withdrawn]').waitFor();
    await picture(desk, 'consent');
    await desk.getByTestId('consent-change').click();
    await desk.getByTestId('consent-reason').fill('Asked on the phone to be texted again');
    await desk.getByTestId('consent-save').click();
    await desk.getByTestId('consent-notice').waitFor({ state: 'detached' });
    await desk.locator('[data-testid=composer-send]:enabled').waitFor();
  });

  it('takes down what was said where nothing has been, and shows all that ever was', async () => {
    await simulator({ from: other, body: 'Is it there yet?' });
    await acceptOffer(desk, 'Is it there yet?');
    const card = desk.getByTestId('customer-card');
    await card.locator('[data-testid=consent][data-state=none]').waitFor();
    expect(await card.getByTestId('consent-log').count()).toBe(0);
    await picture(desk, 'consent-none');
    await card.getByTestId('consent-withdraw').click();
    await desk.getByTestId('consent-reason').fill('Said on the phone not to text');
    await desk.getByTestId('consent-save').click();
    await card.locator('[data-testid=consent][data-state=withdrawn]').waitFor();
    await desk.getByTestId('consent-notice').waitFor();
    await card.locator('[data-testid=consent][data-state=none]').waitFor({ state: 'detached' });
    // The button that asked is gone.
    await desk.waitForFunction(() => document.activeElement?.getAttribute('role') === 'group');
    await simulator({ from: other, body: 'START' });
    await card.locator('[data-testid=consent][data-state=granted]').waitFor();
    await card.getByTestId('consent-log').locator('summary').click();
    const changes = card.getByTestId('consent-change-row');
    await changes.nth(1).waitFor();
    expect(await changes.allTextContents()).toEqual([
      expect.stringMatching(/Consent given .*“START”/),
      expect.stringMatching(/Consent withdrawn .*Said on the phone not to text.*Grace Hopper/),
    ]);
    await picture(desk, 'consent-log');
  });

  it('what is written down of a consent stays as it was begun when the customer says something meanwhile', async () => {
    const card = desk.getByTestId('customer-card');
    await card.getByTestId('consent-change').click();
    await desk.getByTestId('consent-reason').fill('Said on the phone not to text');
    await simulator({ from: other, body: 'STOP' });
    await card.locator('[data-testid=consent][data-state=withdrawn]').waitFor();
    const reason = desk.getByRole('dialog', { name: 'Withdraw consent' }).getByTestId('consent-reason');
    expect(await reason.inputValue()).toBe('Said on the phone not to text');
    await desk.keyboard.press('Escape');
    await desk.getByRole('button', { name: 'Go on editing' }).click();
    expect(await reason.inputValue()).toBe('Said on the phone not to text');
    await desk.getByTestId('consent-save').click();
    await reason.waitFor({ state: 'detached' });
    await desk.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'consent-change');
  });

  it('says beside an answer by mail who withdrew consent and who it is from, and leaves others to be written to', async () => {
    await mailProgram(hub.ground.smtpPort)({
      from: 'Ada Lovelace <Ada@Example.org>',
      subject: 'The lamp is dark',
      text: 'It is.',
    });
    await acceptOffer(desk, 'The lamp is dark');
    await desk.getByTestId('composer-identity').waitFor();
    await desk.getByTestId('consent-withdraw').click();
    await desk.getByTestId('consent-reason').fill('Said on the phone not to write');
    await desk.getByTestId('consent-save').click();
    await desk.getByTestId('consent-notice').filter({ hasText: 'ada@example.org withdrew consent' }).waitFor();
    await desk.getByTestId('composer-text').fill('For others');
    await desk.locator('[data-testid=composer-send]:enabled').waitFor();
    await picture(desk, 'consent-mail');
  });

  it('offers templates where a free answer comes too late', async () => {
    const office = await browser.open();
    await logIn(office.page, hub.url, admin);
    await office.page.goto(`${hub.url}/templates`);
    await office.page.getByTestId('template-new').click();
    await office.page.getByTestId('template-name').fill('parcel-news');
    await office.page.getByTestId('template-sid').fill(`HX${'0f'.repeat(16)}`);
    await office.page.getByTestId('template-body').fill('Hello {{1}}, your parcel {{2}} is there.');
    await office.page.getByTestId('template-label-1').fill('Name');
    await office.page.getByTestId('template-label-2').fill('Parcel');
    await picture(office.page, 'template-form');
    await office.page.getByTestId('template-save').click();
    await office.page.getByTestId('template-row').waitFor();
    await picture(office.page, 'templates');
    await office.page.context().close();

    await simulator({ network: 'whatsapp', name: 'Ada', body: 'Tell me when it is there' });
    await acceptOffer(desk, 'Tell me when it is there');
    await desk.getByTestId('window-open').waitFor();
    await picture(desk, 'window-open');
    await desk.getByTestId('composer-text').fill('Your manual');
    const manual = { name: 'manual.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') };
    await desk.getByTestId('composer-files').setInputFiles(manual);
    await desk.getByTestId('file-without-text').getByText('manual.pdf').waitFor();
    expect(await desk.getByTestId('composer-send').isDisabled()).toBe(true);
    await picture(desk, 'file-without-text');
    await desk.getByTestId('composer-text').fill('');
    await desk.getByTestId('file-without-text').waitFor({ state: 'detached' });
    await desk.getByTestId('composer-send').click();
    await eventually(received, (all) =>
      all.some(({ media }: { media: { contentType: string }[] }) => media[0]?.contentType === 'application/pdf'),
    );
    await desk.clock.setFixedTime(Date.now() + 25 * 3600_000);
    await desk.reload();
    await desk.getByTestId('window-closed').waitFor();
    await desk.getByTestId('composer-text').fill('It is there');
    expect(await desk.getByTestId('composer-send').isDisabled()).toBe(true);
    const fill = async () => {
      await desk.getByTestId('template-open').click();
      await desk.getByTestId('template-choice').click();
      await desk.getByText('parcel-news (en)').click();
      await desk.getByTestId('template-variable-1').fill('Ada');
      await desk.getByTestId('template-variable-2').fill('4711');
    };
    await fill();
    await picture(desk, 'template');
    const post = await holdRequests(desk, 'POST', /messages$/);
    await desk.getByTestId('template-send').click();
    await post.loseAnswer();
    await desk.getByRole('dialog').getByRole('alert').waitFor();
    expect(problems.flatMap((some) => some.splice(0))).toEqual([expect.stringMatching(/ERR_FAILED.*messages/)]);
    await desk.reload();
    await desk.getByTestId('window-closed').waitFor();
    // Who did not hear that it left sends it again.
    await fill();
    await desk.getByTestId('template-send').click();
    await desk.getByTestId('template-send').waitFor({ state: 'detached' });
    await message(desk, 'out', 'Hello Ada, your parcel 4711 is there.').waitFor();
    await eventually(received, (all) => all.some(({ body }: { body: string }) => body.endsWith('· Ada · 4711')));
    expect(await message(desk, 'out', 'Hello Ada, your parcel 4711 is there.').count()).toBe(1);
    await chooseLanguage(desk, 'zh');
    await desk.getByText('只能发送模板').waitFor();
    await picture(desk, 'chinese');
  });

  it('fits on the screen and breaks nothing', () => {
    expect(beyond).toEqual([]);
    expect(problems.flat()).toEqual([]);
  });
});
