/// <reference lib="dom" />
import { createTransport } from 'nodemailer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { logIn as openSession } from '../support/api-centre.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { holdRequests, keepPictures, sizes, useBrowser } from '../support/browser.ts';
import type { OpenedPage } from '../support/browser.ts';
import {
  acceptOffer,
  addAgent,
  chooseLanguage,
  clickTwice,
  grace,
  logIn,
  message,
  openSetting,
  setPresence,
} from '../support/browser-desk.ts';
import { focused } from '../support/browser-keys.ts';
import { eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import { startMailSink } from '../support/mail.ts';
import type { MailSink } from '../support/mail.ts';
import { admin, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

const refusals: Record<string, number> = { 'suplier.example': 550, 'slow.example': 451 };

describe.skipIf(inject('chromium') === null)('writing mail at the console', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let sink: MailSink;
  let opened: OpenedPage;
  let page: Page;
  const beyond: string[] = [];
  const picture = async (name: string, of: Page = page) => beyond.push(...(await keepPictures(of, `compose-${name}`)));
  const sent = (words: string) => sink.mails.until(({ mail }) => mail.text?.includes(words) === true, words);

  beforeAll(async () => {
    sink = await startMailSink((address) => refusals[address.split('@')[1] ?? '']);
    hub = await startHub('postgres', { env: { SMTP_URL: sink.url } });
    const agentId = await addAgent(hub.api);
    await hub.api('PATCH', `/api/v1/agents/${agentId}`, { undoSeconds: 30 });
    opened = await browser.open();
    ({ page } = opened);
    await logIn(page, hub.url, grace);
    opened.problems.length = 0;
    await setPresence(page, 'online');
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
  });

  const composer = () => page.getByTestId('composer-text');

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
    await office.page.getByTestId('identity-save').click();
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
    await eventually(
      () => composer().inputValue(),
      (words) => words === '**Please change the bulb**',
    );
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

  it('what could not be passed on is written anew to whom it went, with the same words', async () => {
    await message(page, 'in', 'It does not light up').getByTestId('message-forward').click();
    await page.getByTestId('composer-to').locator('input').fill('expert@suplier.example,');
    await composer().fill('Between us: **is it true?**');
    await page.getByTestId('composer-send').click();
    await page.getByTestId('held-send-now').click();
    await page.getByTestId('undelivered-count').waitFor();
    await page.getByTestId('nav-outbox').click();
    await page.getByTestId('outbox-as-new').click();
    await page.getByTestId('forward-preview').filter({ hasText: 'It does not light up any more.' }).waitFor();
    expect(await composer().inputValue()).toBe('Between us: **is it true?**');
    expect(await page.getByTestId('composer-to').textContent()).toContain('expert@suplier.example');
    await page.getByTestId('composer-to').locator('.ant-select-selection-item-remove').click();
    await page.getByTestId('composer-to').locator('input').fill('expert@supplier.example,');
    await page.getByTestId('composer-send').click();
    await page.getByTestId('held-send-now').click();
    const { mail, to } = await sent('Between us');
    expect(to).toEqual(['expert@supplier.example']);
    expect(mail.text?.match(/Forwarded message/g)).toHaveLength(1);
    expect(opened.problems).toEqual([]);
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
    const id = new URL(page.url()).pathname.split('/').at(-1);
    const row = page.locator(`[data-testid=ticket-row][data-ticket-id="${id}"]`);
    await open('The lamp is dark');
    expect(await row.getByTestId('unread').count()).toBe(0);
    const write = (body: object) => hub.api('POST', `/api/v1/tickets/${id}/messages`, body);
    await write({ text: 'We look at it tomorrow.' });
    await row.filter({ hasText: 'We look at it tomorrow.' }).waitFor();
    expect(await row.getByTestId('unread').count()).toBe(0);
    await write({ text: 'She is in a hurry.', visibility: 'internal' });
    await row.getByTestId('unread').filter({ hasText: /^1$/ }).waitFor();
    await open('The telescope is blind');
    await open('The lamp is dark');
    expect(await row.getByTestId('unread').count()).toBe(0);
  });

  it('has its keys also for who has clicked into a mail', async () => {
    await open('The telescope is blind');
    await message(page, 'in', 'Caroline').frameLocator('[data-testid=html-mail]').locator('body').click();
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
    await eventually(
      () => composer().inputValue(),
      (words) => words === text,
    );
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
    expect(await composer().inputValue()).toBe('It comes by post.');
    await composer().fill('');
    await page.getByTestId('held-send-now').click();
    await sent('The lamp is repaired.');
  });

  it('whoever opens another ticket finds again what they wrote, to whom, and with which files', async () => {
    await createTransport({ host: '127.0.0.1', port: hub.ground.smtpPort, secure: false, ignoreTLS: true }).sendMail({
      from: 'Mary Somerville <mary@example.org>',
      to: 'support@patchbay.test',
      subject: 'A second lamp',
      text: 'Is there another one?',
    });
    await acceptOffer(page, 'A second lamp');
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
    expect(await composer().inputValue()).toBe('');
    expect(await page.getByTestId('upload').count()).toBe(0);
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

  it('a message tried again keeps its key, also after a note; the same words written anew are another one', async () => {
    const send = async (path: RegExp) => {
      const asked = page.waitForRequest((request) => request.method() === 'POST' && path.test(request.url()));
      await page.getByTestId('composer-send').click();
      return (await asked).headers()['idempotency-key'];
    };
    const fails = async () => {
      const post = await holdRequests(page, 'POST', /held-replies$/);
      const key = await send(/held-replies$/);
      await post.fail();
      await page.getByTestId('composer-error').waitFor();
      return key;
    };
    const first = await fails();
    await page.getByTestId('composer-note').click();
    expect(await page.getByTestId('upload').count()).toBe(0);
    await composer().fill('A note between');
    await send(/messages$/);
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
    expect(await page.getByTestId('composer-send').isDisabled()).toBe(false);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  describe('when somebody else writes meanwhile', () => {
    const [ann, bob] = ['ann.lister@example.org', 'bob.bulb@example.net'];
    const first = '<third-lamp@example.org>';
    const recipients = () => page.getByTestId('recipients-unfold');
    const moved = () => page.getByTestId('recipients-moved');
    const sendNow = async (words: string) => {
      await composer().press('Control+Enter');
      await page.getByTestId('held-send-now').click();
      return (await sent(words)).to;
    };
    /** Comes back once the console knows whom an answer goes to from now on. */
    async function write(from: string, cc: string, text: string, messageId?: string): Promise<void> {
      const proposed = page.waitForResponse(
        async (answer) => answer.url().endsWith('/reply-recipients') && (await answer.json()).reply.to.includes(from),
      );
      const { smtpPort: port } = hub.ground;
      await createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }).sendMail({
        from,
        to: 'support@patchbay.test',
        cc,
        subject: 'A third lamp',
        text,
        ...(messageId ? { messageId } : { inReplyTo: first, references: first }),
      });
      if (messageId) await acceptOffer(page, 'A third lamp');
      await proposed;
      await message(page, 'in', text).waitFor();
    }

    it('an answer goes to whom it was begun for, and so does what is written behind it', async () => {
      await write(ann, bob, 'Which bulb fits?', first);
      await composer().fill('Ann, between us: take another shop.');
      await write(bob, ann, 'The dear one fits.');
      await moved().filter({ hasText: bob }).waitFor();
      expect(await recipients().textContent()).toContain(ann);
      await picture('recipients-moved');
      await page.reload();
      await moved().waitFor();
      expect(await recipients().textContent()).toContain(ann);
      await page.getByTestId('composer-reply-all').click();
      expect(await recipients().textContent()).toContain(`${ann} · Cc ${bob}`);
      expect(await moved().count()).toBe(0);
      await page.getByTestId('composer-reply').click();
      const post = await holdRequests(page, 'POST', /held-replies$/);
      await page.getByTestId('composer-send').click();
      await post.arrived;
      await composer().press('End');
      await composer().pressSequentially(' There is one in Halifax.');
      await post.letGo();
      await page.getByTestId('held-send-now').click();
      expect((await sent('take another shop')).to).toEqual([ann]);
      expect(await moved().textContent()).toContain(ann);
      expect(await sendNow('There is one in Halifax.')).toEqual([ann]);
    });

    it('an emptied answer follows who wrote last, and the new recipients are one key away', async () => {
      expect(await recipients().textContent()).toContain(bob);
      await composer().fill('Bob, what does it cost?');
      await write(ann, bob, 'I have found one.');
      await moved().waitFor();
      await composer().fill('');
      await moved().waitFor({ state: 'detached' });
      expect(await recipients().textContent()).toContain(ann);
      await composer().fill('Well done.');
      await write(bob, ann, 'Ten pounds.');
      await moved().getByRole('button').press('Enter');
      await moved().waitFor({ state: 'detached' });
      expect(await composer().evaluate((field) => field === document.activeElement)).toBe(true);
      expect(await sendNow('Well done.')).toEqual([bob]);
    });

    it('a copy to nobody else’s knowledge stays with the new recipients', async () => {
      await recipients().click();
      await composer().fill('A dear bulb.');
      await page.getByTestId('composer-bcc').locator('input').fill('boss@example.net,');
      await write(ann, bob, 'Too dear.');
      expect(await page.getByTestId('composer-to').textContent()).toContain(bob);
      await moved().getByRole('button').click();
      expect(await sendNow('A dear bulb.')).toEqual([ann, 'boss@example.net']);
    });

    it('a draft of before this was kept takes whom it finds', async () => {
      await composer().fill('An older draft');
      await page.evaluate(() => {
        const name = Object.keys(sessionStorage).find((key) => sessionStorage[key].includes('An older draft')) ?? '';
        const { proposal: _, ...older } = JSON.parse(sessionStorage[name]);
        sessionStorage[name] = JSON.stringify(older);
      });
      await page.reload();
      await recipients().filter({ hasText: ann }).waitFor();
      await write(bob, ann, 'Nine pounds, then.');
      await moved().waitFor();
      expect(await sendNow('An older draft')).toEqual([ann]);
    });

    it('what is passed on is the message that was shown as it was begun', async () => {
      await page.getByTestId('composer-forward').click();
      await page.getByTestId('forward-preview').filter({ hasText: 'Nine pounds, then.' }).waitFor();
      await page.getByTestId('composer-to').locator('input').fill('factory@example.net,');
      await composer().fill('Is this a fair price?');
      await write(ann, bob, 'Between us: he is a rascal.');
      expect(await page.getByTestId('forward-preview').textContent()).toContain('Nine pounds, then.');
      await composer().press('Control+Enter');
      await page.getByTestId('held-send-now').click();
      const { mail } = await sent('Is this a fair price?');
      expect(mail.text).toContain('Nine pounds, then.');
      expect(mail.text).not.toContain('rascal');
      expect(beyond).toEqual([]);
    });

    it('an answer that is taken back goes to whom it was written for', async () => {
      await recipients().filter({ hasText: ann }).waitFor();
      await composer().fill('Ann, I know.');
      await composer().press('Control+Enter');
      await page.getByTestId('held-reply').waitFor();
      await write(bob, ann, 'My last word.');
      expect(await recipients().textContent()).toContain(bob);
      await page.getByTestId('held-undo').click();
      await page.getByTestId('held-reply').waitFor({ state: 'detached' });
      // The card may go by the event before the answer has brought the words back.
      await eventually(
        () => composer().inputValue(),
        (words) => words === 'Ann, I know.',
      );
      expect(await sendNow('Ann, I know.')).toEqual([ann]);
    });
  });

  describe('what came back while its author was away', () => {
    const ida = {
      name: 'Ida Rhodes',
      email: 'ida@patchbay.test',
      password: 'universal-calendar',
      phone: '+4930901821',
    };
    let asIda: ApiClient;
    let away: OpenedPage;
    let ticketId: string;
    const outbox = async (status: string, count: number) =>
      eventually(
        async () => (await asIda('GET', `/api/v1/outbox?status=${status}`)).body.items,
        (items) => items.length === count,
      );

    beforeAll(async () => {
      await addAgent(hub.api, ida);
      ({ api: asIda } = await openSession(hub.url, ida));
      const { body } = await hub.api('GET', '/api/v1/tickets?q=The lamp is dark');
      ticketId = body.items[0].id;
      away = await browser.open();
    });
    afterAll(() => away?.page.context().close());

    it('is told at the log-in, waits in the outbox with every reason, and is put away', async () => {
      const answer = await asIda('POST', `/api/v1/tickets/${ticketId}/messages`, {
        text: 'To everybody but one',
        to: ['ada@example.org'],
        cc: ['expert@suplier.example', 'charles@example.org'],
      });
      expect(answer.status).toBe(201);
      await outbox('undelivered', 1);
      const { mail, envelopeFrom: to } = await sent('To everybody but one');
      const fields = ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'];
      const raw = bounceMail({
        id: '<back@example.org>',
        to,
        recipient: 'charles@example.org',
        fields,
        about: mail.messageId,
      });
      const { smtpPort: port } = hub.ground;
      const transport = createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true });
      await transport.sendMail({ envelope: { from: '', to }, raw });
      await eventually(
        () => outbox('undelivered', 1),
        ([item]) => item.error.includes('charles@example.org: 5.1.1'),
      );

      const { page: her } = away;
      await logIn(her, hub.url, ida);
      const notice = her.getByRole('alert').filter({ hasText: 'did not reach all of its recipients' });
      await notice.waitFor();
      expect(await her.getByTestId('undelivered-count').textContent()).toBe('1');
      await picture('missed-told', her);
      await her.getByTestId('failure-ticket').click();
      await notice.waitFor({ state: 'detached' });
      const missed = message(her, 'out', 'Cc expert@suplier.example, charles@example.org');
      const reasons = missed.locator('.delivery-reasons li');
      await reasons.nth(1).waitFor();
      expect(await reasons.allTextContents()).toEqual([
        'Not taken for expert@suplier.example (550)',
        'charles@example.org: 5.1.1 550 5.1.1 User unknown',
      ]);
      await picture('missed-ticket', her);
      await her.reload();
      await missed.getByTestId('message-decide').click();
      await her.getByTestId('outbox-filter-undelivered').click();
      const row = her.getByTestId('outbox-row').filter({ hasText: 'To everybody but one' });
      await row.waitFor();
      expect(await notice.count()).toBe(0);
      await picture('missed-outbox', her);
      await her.evaluate(`localStorage.setItem('patchbay.language', 'zh')`);
      await her.reload();
      await her.getByTestId('outbox-filter-partly').click();
      await row.waitFor();
      expect(await row.locator('.delivery-reasons li').allTextContents()).toEqual([
        'expert@suplier.example (550) 未能收到',
        'charles@example.org：“5.1.1 550 5.1.1 User unknown”',
      ]);
      await picture('missed-outbox-zh', her);
      await her.evaluate(`localStorage.setItem('patchbay.language', 'en')`);
      await her.reload();
      await her.getByTestId('outbox-filter-undelivered').click();
      await row.getByTestId('outbox-decide-seen').click();
      await her.getByText('Nothing of yours to decide').waitFor();
      await her.getByTestId('undelivered-count').waitFor({ state: 'detached' });
      await picture('outbox-empty', her);
      expect(away.problems.filter((problem) => !problem.includes('401'))).toEqual([]);
    });

    it('what has not left says why, and behind what it waits', async () => {
      const slow = { to: ['somebody@slow.example'] };
      for (const text of ['The slow one', 'The one behind it'])
        expect((await asIda('POST', `/api/v1/tickets/${ticketId}/messages`, { ...slow, text })).status).toBe(201);
      await eventually(
        async () => (await asIda('GET', `/api/v1/tickets/${ticketId}/messages?limit=200`)).body.items.at(-1),
        ({ waiting }) => waiting.error !== null,
      );
      const { page: her } = away;
      await her.goto(`${hub.url}/desk/${ticketId}`);
      const waits = her.getByTestId('message').getByTestId('delivery-waits');
      const [first, behind] = await eventually(
        () => waits.allTextContents(),
        (texts) => texts.length === 2 && texts.every((text) => text.includes('put the mail off with 451')),
      );
      expect(first).toMatch(/^The mail server put the mail off with 451 · \d+ attempts?/);
      expect(behind).toMatch(/^Waits behind the message of \d\d:\d\d, which comes first · The mail server /);
      await picture('waits-ticket', her);
      await her.goto(`${hub.url}/outbox`);
      const row = her.getByTestId('outbox-row').filter({ hasText: 'The one behind it' });
      await row.getByTestId('delivery-waits').filter({ hasText: 'Waits behind the message of' }).waitFor();
      await picture('waits-outbox', her);
      expect(beyond).toEqual([]);
    });
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

  it('a mail on a ticket of a form is not passed on: answers there go to whoever filled it in', async () => {
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
    const mail = page.getByTestId('message-forward');
    await mail.first().waitFor();
    const { status } = await hub.api('POST', `/api/v1/tickets/${ticket.id}/messages`, { text: 'At nine.' });
    expect(status).toBe(201);
    await page.goto(`${hub.url}/desk/${ticket.id}`);
    await message(page, 'out', 'At nine.').waitFor();
    expect(await mail.count()).toBe(0);
  });
});
