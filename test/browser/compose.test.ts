/// <reference lib="dom" />
import { createTransport } from 'nodemailer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { logIn as openSession } from '../support/api-centre.ts';
import { holdRequests, keepPictures, sizes, useBrowser } from '../support/browser.ts';
import type { OpenedPage } from '../support/browser.ts';
import {
  acceptOffer,
  chooseLanguage,
  clickTwice,
  grace,
  logIn,
  message,
  openSetting,
} from '../support/browser-desk.ts';
import { focused } from '../support/browser-keys.ts';
import { openMailDesk } from '../support/browser-mail-desk.ts';
import type { MailDesk } from '../support/browser-mail-desk.ts';
import { eventually } from '../support/client.ts';
import { admin } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

describe.skipIf(inject('chromium') === null)('writing mail at the console', () => {
  const browser = useBrowser();
  let desk: MailDesk;
  let hub: TestHub;
  let opened: OpenedPage;
  let page: Page;
  const beyond: string[] = [];
  const picture = async (name: string, of: Page = page) => beyond.push(...(await keepPictures(of, `compose-${name}`)));
  const sent = (words: string) => desk.sink.mails.until(({ mail }) => mail.text?.includes(words) === true, words);
  const composer = () => page.getByTestId('composer-text');
  const ticketId = () => new URL(page.url()).pathname.split('/').at(-1);
  /** A card may come and go by its event before the answer has reached the composer. */
  const wordsAre = (words: string) =>
    eventually(
      () => composer().inputValue(),
      (now) => now === words,
    );

  beforeAll(async () => {
    desk = await openMailDesk(browser);
    ({ hub, opened } = desk);
    ({ page } = opened);
  });
  afterAll(() => desk?.[Symbol.asyncDispose]());

  it('an administrator adds a sender with a signature', async () => {
    const office = await browser.open();
    await logIn(office.page, hub.url, admin);
    await openSetting(office.page, 'identities');
    await office.page.getByTestId('identity-new').click();
    await office.page.getByTestId('identity-address').fill('support@patchbay.test');
    await office.page.getByTestId('identity-name').fill('Lamp support');
    await office.page.getByTestId('identity-signature').fill('{{agent}}\nLamp support');
    await office.page.getByTestId('identity-signature-html').fill('<b>{{agent}}</b><br>Lamp support');
    await picture('identity-form', office.page);
    // The signature that is shown above it may still grow, and move it away from under a pointer.
    await office.page.getByTestId('identity-save').press('Enter');
    await office.page.getByTestId('identity-save').waitFor({ state: 'detached' });
    await office.page.getByTestId('identity-row').filter({ hasText: 'support@patchbay.test' }).waitFor();
    await picture('identities', office.page);
    await office.page.context().close();
  });

  it('an answer to all stands for a moment, is taken back, and leaves when it is sent', async () => {
    const transport = createTransport({ host: '127.0.0.1', port: hub.ground.smtpPort, secure: false, ignoreTLS: true });
    const crowd = [1, 2, 3, 4].map((number) => `somebody.with.a.long.name.${number}@department.example.org`);
    await transport.sendMail({
      from: 'Ada Lovelace <ada@example.org>',
      to: 'support@patchbay.test',
      cc: ['Charles Babbage <charles@example.org>', ...crowd],
      replyTo: 'somebody@elsewhere.example',
      subject: 'The lamp is dark',
      text: 'It does not light up any more.',
    });
    await acceptOffer(page, 'The lamp is dark');
    await page.getByTestId('doubtful-reply-to').waitFor();
    expect(await page.getByTestId('message-arrived').count()).toBe(0);
    await page.getByTestId('composer-reply-all').click();
    const folded = page.getByTestId('recipients-unfold').filter({ hasText: 'charles@example.org' });
    await folded.waitFor();
    await picture('reply-all-folded');
    const around = await page.getByTestId('composer').boundingBox();
    const send = await page.getByTestId('composer-send').boundingBox();
    expect((send?.x ?? 0) + (send?.width ?? 0)).toBeLessThan((around?.x ?? 0) + (around?.width ?? 0));
    await folded.click();
    await page.getByTestId('composer-bcc').locator('input').fill('boss@example.net,');
    await page.getByTestId('composer-text').fill('Please change the bulb');
    await page.getByTestId('composer-text').selectText();
    await page.keyboard.press('Control+b');
    await page.getByTestId('signature-preview').filter({ hasText: 'Grace Hopper' }).waitFor();
    await picture('reply-all');
    await page.getByTestId('composer-send').click();
    const held = page.getByTestId('held-reply');
    await held.filter({ hasText: 'Sends in' }).waitFor();
    expect(await page.getByTestId('held-recipients').textContent()).toMatch(
      /^To ada@example\.org · Cc charles@example\.org, .* · Bcc boss@example\.net$/,
    );
    await picture('held');
    // A reload, or another device, finds it again.
    await page.reload();
    await held.waitFor();
    await clickTwice(page.getByTestId('held-undo'));
    await held.waitFor({ state: 'detached' });
    await wordsAre('**Please change the bulb**');
    await page.getByTestId('composer-send').click();
    await page.getByTestId('held-send-now').click();
    const { mail, to } = await sent('Please change the bulb');
    expect(to).toEqual(['ada@example.org', 'charles@example.org', ...crowd, 'boss@example.net']);
    expect(mail.html).toContain('<strong>Please change the bulb</strong>');
    expect(mail.from?.value).toEqual([{ address: 'support@patchbay.test', name: 'Lamp support' }]);
    await held.waitFor({ state: 'detached' });
    await message(page, 'out', 'boss@example.net').waitFor();
    await picture('sent');
  });

  it('a picture that is pasted stands in the text', async () => {
    await page.getByTestId('composer-text').fill('Like this: ');
    await page.getByTestId('composer-text').focus();
    await page.evaluate(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 30 });
      canvas.getContext('2d')?.fillRect(0, 0, 40, 30);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
      const data = new DataTransfer();
      data.items.add(new File([blob ?? ''], 'bulb.png', { type: 'image/png' }));
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    });
    await page.locator('[data-testid=upload][data-state=done]').waitFor();
    await picture('inline');
    await page.getByTestId('composer-send').click();
    await page.getByTestId('held-send-now').click();
    const { mail } = await sent('Like this: [bulb.png]');
    expect(mail.attachments).toMatchObject([{ filename: 'bulb.png', related: true }]);
    expect(mail.attachments[0]?.content.length).toBeGreaterThan(50);
  });

  it('a mail is passed on from its place in the conversation', async () => {
    await message(page, 'in', 'It does not light up').getByTestId('message-forward').click();
    await page.getByTestId('composer-to').locator('input').fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'nobody' }).waitFor();
    expect(await page.getByTestId('composer-send').isDisabled()).toBe(true);
    await page.getByTestId('composer-to').locator('.ant-select-selection-item-remove').click();
    await page.getByTestId('composer-to').locator('input').fill('factory@example.net,');
    await page.getByTestId('composer-text').fill('Can you repair it?');
    await picture('forward');
    await page.getByTestId('composer-send').click();
    await page.getByTestId('held-send-now').click();
    const { mail, to } = await sent('Can you repair it?');
    expect(to).toEqual(['factory@example.net']);
    expect(mail.text).toContain('It does not light up any more.');
    await message(page, 'out', 'Forwarded to').waitFor();
    expect(opened.problems).toEqual([]);
    expect(beyond).toEqual([]);
  });

  it('says which files of a mail go with it, and leaves behind those that the agent takes out', async () => {
    const bulb = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    await createTransport({ host: '127.0.0.1', port: hub.ground.smtpPort, secure: false, ignoreTLS: true }).sendMail({
      from: 'Caroline Herschel <caroline@example.org>',
      to: 'support@patchbay.test',
      subject: 'The telescope is blind',
      html: '<p>Like this: <img src="cid:mirror" alt="The mirror"></p>',
      attachments: [
        { filename: 'mirror.png', content: bulb, cid: 'mirror', contentType: 'image/png' },
        { filename: 'bill.pdf', content: Buffer.alloc(2048, '%PDF-1'), contentType: 'application/pdf' },
        {
          filename: 'A passport with a very long name that does not fit into one line of a telephone.pdf',
          content: Buffer.alloc(3 * 1024, '%PDF-2'),
          contentType: 'application/pdf',
        },
      ],
    });
    await acceptOffer(page, 'The telescope is blind');
    await message(page, 'in', 'Caroline').getByTestId('message-forward').click();
    const files = page.getByTestId('forward-file');
    const passport = page.getByRole('checkbox', { name: 'A passport' });
    const goes = async () => [await page.getByTestId('forward-count').textContent(), await passport.isChecked()];
    await files.nth(2).waitFor();
    expect(await files.allTextContents()).toEqual([
      expect.stringMatching(/^mirror\.png.*in the text/),
      expect.stringMatching(/^bill\.pdf2\.0 kB/),
      expect.stringMatching(/^A passport .*3\.1 kB/),
    ]);
    expect(await goes()).toEqual([expect.stringContaining('3 of 3'), true]);
    await page.getByTestId('composer-to').locator('input').fill('factory@example.net,');
    await page.getByTestId('forward-none').focus();
    await page.keyboard.press('Enter');
    expect(await goes()).toEqual([expect.stringContaining('0 of 3'), false]);
    await page.keyboard.press('Enter');
    expect(await goes()).toEqual([expect.stringContaining('3 of 3'), true]);
    await passport.focus();
    await page.keyboard.press('Space');
    expect(await goes()).toEqual([expect.stringContaining('2 of 3'), false]);
    // Also before a word is written.
    await page.reload();
    await files.nth(2).waitFor();
    expect(await goes()).toEqual([expect.stringContaining('2 of 3'), false]);
    await picture('forward-files');
    // A keyboard on the screen leaves little of a telephone.
    await page.setViewportSize({ width: 390, height: 560 });
    const send = page.getByTestId('composer-send');
    await send.scrollIntoViewIfNeeded();
    await send.click({ trial: true });
    await page.getByTestId('composer-to').locator('input').click({ trial: true });
    await page.setViewportSize(sizes.desktop);
    await page.getByTestId('forward-as-attachment').click();
    await page.getByTestId('forward-whole').filter({ hasText: 'All of its files are in the original: 3' }).waitFor();
    await page.getByTestId('forward-preview').filter({ hasText: 'With it, as a file' }).waitFor();
    expect(await passport.count()).toBe(0);
    expect(await files.count()).toBe(3);
    await picture('forward-whole');
    await page.getByTestId('forward-as-attachment').click();
    expect(await goes()).toEqual([expect.stringContaining('2 of 3'), false]);
    await composer().fill('Can you mend the telescope?');
    await page.getByTestId('composer-send').click();
    const held = page.getByTestId('held-reply');
    await held.filter({ hasText: 'mirror.png, bill.pdf' }).waitFor();
    expect(await held.textContent()).not.toContain('passport');
    await picture('forward-held');
    await page.getByTestId('held-undo').click();
    await held.waitFor({ state: 'detached' });
    expect(await goes()).toEqual([expect.stringContaining('2 of 3'), false]);
    await chooseLanguage(page, 'zh');
    await files.first().filter({ hasText: '正文' }).waitFor();
    await picture('forward-files-zh');
    await chooseLanguage(page, 'en');
    await page.getByTestId('composer-send').click();
    await page.getByTestId('held-send-now').click();
    const { mail } = await sent('Can you mend the telescope?');
    expect(mail.attachments.map(({ filename }) => filename)).toEqual(['mirror.png', 'bill.pdf']);
    await held.waitFor({ state: 'detached' });
    expect(opened.problems).toEqual([]);
    expect(beyond).toEqual([]);
  });

  it('counts as unread what the customer wrote and what colleagues noted, not what the centre wrote', async () => {
    const id = ticketId();
    const row = page.locator(`[data-testid=ticket-row][data-ticket-id="${id}"]`);
    await open('The lamp is dark');
    await row.getByTestId('unread').waitFor({ state: 'detached' });
    const write = (body: object) => hub.api('POST', `/api/v1/tickets/${id}/messages`, body);
    await write({ text: 'We look at it tomorrow.' });
    await row.filter({ hasText: 'We look at it tomorrow.' }).waitFor();
    expect(await row.getByTestId('unread').count()).toBe(0);
    await write({ text: 'She is in a hurry.', visibility: 'internal' });
    await row.getByTestId('unread').filter({ hasText: /^1$/ }).waitFor();
    await open('The telescope is blind');
    await open('The lamp is dark');
    // An opened ticket is read a moment later.
    await row.getByTestId('unread').waitFor({ state: 'detached' });
  });

  it('has its keys also for who has clicked into a mail', async () => {
    await open('The telescope is blind');
    const mail = message(page, 'in', 'Caroline').frameLocator('[data-testid=html-mail]');
    // Its keys are listened to once it is loaded with its picture.
    await eventually(
      () => mail.getByText('Like this').evaluate(({ ownerDocument }) => ownerDocument.readyState),
      (state) => state === 'complete',
    );
    await mail.locator('body').click();
    expect(await focused(page)).toBe('html-mail');
    await page.keyboard.press('Alt+KeyR');
    expect(await focused(page)).toBe('composer-text');
    await open('The lamp is dark');
  });

  it('takes no more files than a message carries, and says which are not there', async () => {
    const files = Array.from({ length: 21 }, (_, index) => ({
      name: `drawing ${index + 1}.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.from('A drawing'),
    }));
    await page.getByTestId('composer-files').setInputFiles(files);
    const told = page.getByText('Not attached: drawing 21.txt');
    const isTold = await told.waitFor({ timeout: 5_000 }).then(
      () => true,
      () => false,
    );
    const uploads = page.getByTestId('upload');
    const count = await uploads.count();
    for (let left = count; left > 0; left -= 1) await uploads.first().getByRole('button').last().click();
    expect([isTold, count, await uploads.count()]).toEqual([true, 20, 0]);
  });

  it('says that a message goes to so many at most, and forgets nobody in silence', async () => {
    await page.getByTestId('composer-forward').click();
    const crowd = Array.from({ length: 51 }, (_, index) => `reader${index + 1}@example.net`);
    const field = page.getByTestId('composer-to');
    await field.locator('input').fill(`${crowd.slice(0, 50).join(',')},`);
    await composer().fill('To all');
    const send = page.getByTestId('composer-send');
    await eventually(
      () => send.isDisabled(),
      (disabled) => !disabled,
    );
    await field.locator('input').fill(`${crowd[50]},`);
    await page.getByRole('alert').filter({ hasText: '50 recipients at most' }).waitFor({ timeout: 5_000 });
    expect(await send.isDisabled()).toBe(true);
    const { y = 0, height = 0 } = (await send.boundingBox()) ?? {};
    expect(y + height).toBeLessThan(sizes.desktop.height);
    await picture('most-recipients');
    await page.getByTestId('composer-reply').click();
    await composer().fill('');
    expect(beyond).toEqual([]);
  });

  it.each(Object.entries(sizes))('a long text that was sent can be taken back at %s', async (size, viewport) => {
    await page.setViewportSize(viewport);
    const text = Array.from({ length: 14 }, (_, line) => `Line ${line + 1} of a long answer`).join('\n');
    await composer().fill(text);
    await page.getByTestId('composer-send').click();
    const undo = page.getByTestId('held-undo');
    await undo.waitFor();
    const isSeen = () =>
      undo.evaluate(
        (button) =>
          new Promise<boolean>((told) =>
            new IntersectionObserver(([entry]) => told((entry?.intersectionRatio ?? 0) > 0.9)).observe(button),
          ),
      );
    await eventually(isSeen, (seen) => seen);
    // It grows before the page has told where it was put: that says nothing of its reader.
    const below = await page.locator('.timeline').evaluate(async (box) => {
      const more = Object.assign(document.createElement('div'), { style: 'height: 300px' });
      box.scrollTop -= 10;
      box.firstElementChild?.append(more);
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const hidden = box.scrollHeight - box.scrollTop - box.clientHeight;
      more.remove();
      return hidden;
    });
    expect(below).toBeLessThan(1);
    await picture(`held-long-${size}`);
    await page.setViewportSize(viewport);
    await undo.click();
    await page.getByTestId('held-reply').waitFor({ state: 'detached' });
    await wordsAre(text);
    await composer().fill('');
    await page.setViewportSize(sizes.desktop);
  });

  async function open(subject: string): Promise<void> {
    await page.getByTestId('ticket-row').filter({ hasText: subject }).click();
    await page.getByRole('heading', { name: subject }).waitFor();
    await composer().waitFor();
  }

  it('what is written while an answer is on its way stays, and so does a note beside it', async () => {
    const post = await holdRequests(page, 'POST', /held-replies$/);
    await composer().fill('The lamp is repaired.');
    await page.getByTestId('composer-send').click();
    await post.arrived;
    await composer().press('End');
    await composer().pressSequentially(' It comes by post.');
    await page.getByTestId('composer-note').click();
    await composer().fill('She waits for it');
    await post.letGo();
    await page.getByTestId('held-reply').filter({ hasText: 'The lamp is repaired.' }).waitFor();
    expect(await composer().inputValue()).toBe('She waits for it');
    await page.getByTestId('composer-reply').click();
    await wordsAre('It comes by post.');
    await composer().fill('');
    await page.getByTestId('held-send-now').click();
    await sent('The lamp is repaired.');
  });

  it('whoever opens another ticket finds again what they wrote, to whom, and with which files', async () => {
    await createTransport({ host: '127.0.0.1', port: hub.ground.smtpPort, secure: false, ignoreTLS: true }).sendMail({
      from: 'Mary Somerville <mary@example.org>',
      to: 'support@patchbay.test',
      envelope: { from: 'mary@example.org', to: ['support@patchbay.test', 'lamps@patchbay.test'] },
      subject: 'A second lamp',
      text: 'Is there another one?',
    });
    await acceptOffer(page, 'A second lamp');
    const arrived = page.getByTestId('message-arrived');
    await arrived.waitFor();
    expect(await arrived.textContent()).toBe('Arrived at lamps@patchbay.test, support@patchbay.test');
    await open('The lamp is dark');
    const upload = await holdRequests(page, 'POST', /\/files$/);
    await page.getByTestId('composer-forward').click();
    await page.getByTestId('composer-to').locator('input').fill('factory@example.net,');
    await composer().fill('Not for the customer');
    await page.getByTestId('composer-files').setInputFiles({
      name: 'drawing.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('A drawing'),
    });
    await upload.arrived;
    await open('A second lamp');
    expect(await page.getByTestId('upload').count()).toBe(0);
    await upload.letGo();
    await open('The lamp is dark');
    await page.locator('[data-testid=upload][data-state=done]').waitFor();
    for (const how of ['as it was left', 'loaded anew']) {
      expect(await page.getByTestId('composer-forward').getAttribute('aria-pressed'), how).toBe('true');
      expect(await page.getByTestId('composer-to').textContent(), how).toContain('factory@example.net');
      expect(await composer().inputValue(), how).toBe('Not for the customer');
      await page.reload();
      await page.locator('[data-testid=upload][data-state=done]').waitFor();
    }
    const post = await holdRequests(page, 'POST', /held-replies$/);
    await page.getByTestId('composer-send').click();
    await post.arrived;
    await open('A second lamp');
    await open('The lamp is dark');
    await post.letGo();
    await page.getByTestId('held-reply').filter({ hasText: 'Not for the customer' }).waitFor();
    await wordsAre('');
    await page.getByTestId('upload').waitFor({ state: 'detached' });
  });

  it('what is taken back is there also for who opened another ticket meanwhile, and when its answer is lost', async () => {
    const back = await holdRequests(page, 'DELETE', /held-replies/);
    await page.getByTestId('held-undo').click();
    await back.arrived;
    await open('A second lamp');
    await back.loseAnswer();
    await open('The lamp is dark');
    await page.getByTestId('upload').filter({ hasText: 'drawing.txt' }).waitFor();
    expect(await composer().inputValue()).toBe('Not for the customer');
    expect(await page.getByTestId('composer-to').textContent()).toContain('factory@example.net');
  });

  it('whoever opened another ticket is told there that nothing was sent', async () => {
    const post = await holdRequests(page, 'POST', /held-replies$/);
    await page.getByTestId('composer-send').click();
    await post.arrived;
    await open('A second lamp');
    await post.fail();
    await page.getByText('Not sent; your text is kept.').waitFor();
    await open('The lamp is dark');
    await page.getByTestId('composer-error').waitFor();
    expect(await composer().inputValue()).toBe('Not for the customer');
  });

  /** Sends what is written. Answers the key that it goes with. */
  async function sendKey(path: RegExp): Promise<string | undefined> {
    const asked = page.waitForRequest((request) => request.method() === 'POST' && path.test(request.url()));
    await page.getByTestId('composer-send').click();
    return (await asked).headers()['idempotency-key'];
  }

  it('a message tried again keeps its key, also after a note; the same words written anew are another one', async () => {
    const fails = async () => {
      const post = await holdRequests(page, 'POST', /held-replies$/);
      const key = await sendKey(/held-replies$/);
      await post.fail();
      await page.getByTestId('composer-error').waitFor();
      return key;
    };
    const first = await fails();
    await page.getByTestId('composer-note').click();
    expect(await page.getByTestId('upload').count()).toBe(0);
    await composer().fill('A note between');
    await sendKey(/messages$/);
    await message(page, 'out', 'A note between').waitFor();
    await page.getByTestId('composer-forward').click();
    expect(await page.getByTestId('upload').count()).toBe(1);
    const again = await fails();
    await composer().fill('');
    await composer().fill('Not for the customer');
    const anew = await fails();
    expect(again).toBe(first);
    expect(anew).not.toBe(first);
  });

  /** Sends what is written, whose answer is lost, and loads the page anew. Answers the key that it went with. */
  async function sentInVain(path: RegExp): Promise<string | undefined> {
    const post = await holdRequests(page, 'POST', path);
    const key = await sendKey(path);
    await post.loseAnswer();
    await page.getByTestId('composer-error').waitFor();
    await page.reload();
    await page.locator('[data-testid=composer-send]:enabled').waitFor();
    return key;
  }

  it('whatever no answer came to before the page was loaded anew keeps its key, and is there once', async () => {
    const written = async (text: string) => {
      const { body } = await hub.api('GET', `/api/v1/tickets/${ticketId()}/messages?limit=200`);
      return body.items.filter((one: { text: string }) => one.text.startsWith(text)).length;
    };
    const sentTwice = async (path: RegExp): Promise<string | undefined> => {
      const first = await sentInVain(path);
      expect(await sendKey(path)).toBe(first);
      return first;
    };
    await composer().fill('Once and for all');
    await sentTwice(/held-replies$/);
    await wordsAre('');
    const held = page.getByTestId('held-reply').filter({ hasText: 'Once and for all' });
    expect(await held.count()).toBe(1);
    await held.getByTestId('held-send-now').click();
    await sent('Once and for all');
    await page.getByTestId('composer-note').click();
    await composer().fill('Noted once');
    const first = await sentTwice(/messages$/);
    await wordsAre('');
    expect(await written('Noted once')).toBe(1);
    expect(await written('Once and for all')).toBe(1);
    expect(desk.sink.mails.items.filter(({ mail }) => mail.text?.includes('Once and for all'))).toHaveLength(1);
    await composer().fill('Noted once');
    expect(await sendKey(/messages$/)).not.toBe(first);
    await wordsAre('');
    expect(await written('Noted once')).toBe(2);
    await page.getByTestId('composer-reply').click();
  });

  it('what was taken back at another place meanwhile leaves when the same words are sent again', async () => {
    const { api: asGrace } = await openSession(hub.url, grace);
    const held = page.getByTestId('held-reply').filter({ hasText: 'Taken back elsewhere' });
    await composer().fill('Taken back elsewhere');
    const first = await sentInVain(/held-replies$/);
    const { body } = await asGrace('GET', `/api/v1/tickets/${ticketId()}/held-replies`);
    const { id } = body.items.find(({ input }: { input: { text: string } }) => input.text === 'Taken back elsewhere');
    expect((await asGrace('DELETE', `/api/v1/held-replies/${id}`)).status).toBe(200);
    await held.waitFor({ state: 'detached' });
    await wordsAre('Taken back elsewhere');
    expect(await sendKey(/held-replies$/)).toBe(first);
    await wordsAre('');
    await held.getByTestId('held-send-now').click();
    await sent('Taken back elsewhere');
    await composer().fill('There will be a drawing');
  });

  it('a file that a reload kept from arriving is told of, and nothing leaves without it', async () => {
    const upload = await holdRequests(page, 'POST', /\/files$/);
    await page.getByTestId('composer-files').setInputFiles({
      name: 'second drawing.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Another drawing'),
    });
    await upload.arrived;
    await page.reload();
    const lost = page.getByTestId('upload').filter({ hasText: 'second drawing.txt' });
    await lost.filter({ hasText: 'Attach it again' }).waitFor();
    expect(await page.getByTestId('composer-send').isDisabled()).toBe(true);
    await lost.getByRole('button', { name: 'Remove second drawing.txt' }).click();
    await lost.waitFor({ state: 'detached' });
    await page.locator('[data-testid=composer-send]:enabled').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('another agent at the same place does not go on with it', async () => {
    await composer().fill('Words of Grace');
    const address = page.url();
    await page.getByTestId('user-menu').click();
    await page.getByTestId('log-out').click();
    await page.getByTestId('login-submit').waitFor();
    await logIn(page, hub.url, admin);
    await page.goto(address);
    await composer().waitFor();
    expect(await composer().inputValue()).toBe('');
  });

  it('a mail on a ticket of a form is passed on as any other, and not to whoever filled it in', async () => {
    const form = `${hub.url}/forms/contact?lang=en`;
    const token = /name="token" value="([^"]+)"/.exec(await (await fetch(form)).text())?.[1] ?? '';
    const body = new FormData();
    const filled = { token, step: 'send', type: 'question', message: 'When do you open?', email: 'fay@example.org' };
    for (const [name, value] of Object.entries(filled)) body.append(name, value);
    // Whoever is quicker than a person is asked to press once more.
    await eventually(
      async () => (await fetch(form, { method: 'POST', body, redirect: 'manual' })).status,
      (status) => status === 303,
    );
    const [ticket] = await eventually(
      async () => (await hub.api('GET', `/api/v1/tickets?q=fay@example.org`)).body.items,
      (items) => items.length === 1,
    );
    const { status } = await hub.api('POST', `/api/v1/tickets/${ticket.id}/messages`, { text: 'At nine.' });
    expect(status).toBe(201);
    await page.goto(`${hub.url}/desk/${ticket.id}`);
    await message(page, 'out', 'At nine.').getByTestId('message-forward').click();
    await page.getByTestId('composer-to').locator('input').fill('expert@example.net,');
    await page.getByTestId('composer-text').fill('So it says.');
    await page.getByTestId('composer-text').press('Control+Enter');
    await page.getByTestId('held-send-now').click();
    await message(page, 'out', 'So it says.').waitFor();
    const { body: written } = await hub.api('GET', `/api/v1/tickets/${ticket.id}/messages`);
    expect(written.items.at(-1)).toMatchObject({ channel: 'email', to: ['expert@example.net'], cc: [] });
    expect(written.items.at(-1).text).toContain('At nine.');
  });
});
