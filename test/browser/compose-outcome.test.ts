/// <reference lib="dom" />
import { createTransport } from 'nodemailer';
import type { Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { logIn as openSession } from '../support/api-centre.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { holdRequests, keepPictures, useBrowser } from '../support/browser.ts';
import type { OpenedPage } from '../support/browser.ts';
import { acceptOffer, addAgent, logIn, message } from '../support/browser-desk.ts';
import { openMailDesk } from '../support/browser-mail-desk.ts';
import type { MailDesk } from '../support/browser-mail-desk.ts';
import { eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';

describe.skipIf(inject('chromium') === null)('mail at the console that meets others, or comes back', () => {
  const browser = useBrowser();
  let desk: MailDesk;
  let hub: TestHub;
  let opened: OpenedPage;
  let page: Page;
  const beyond: string[] = [];
  const picture = async (name: string, of: Page = page) => beyond.push(...(await keepPictures(of, `compose-${name}`)));
  const sent = (words: string) => desk.sink.mails.until(({ mail }) => mail.text?.includes(words) === true, words);
  const composer = () => page.getByTestId('composer-text');

  beforeAll(async () => {
    desk = await openMailDesk(browser);
    ({ hub, opened } = desk);
    ({ page } = opened);
    const { smtpPort: port } = hub.ground;
    await createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }).sendMail({
      from: 'Ada Lovelace <ada@example.org>',
      to: 'support@patchbay.test',
      cc: 'Charles Babbage <charles@example.org>',
      subject: 'The lamp is dark',
      text: 'It does not light up any more.',
    });
    await acceptOffer(page, 'The lamp is dark');
  });
  afterAll(() => desk?.[Symbol.asyncDispose]());

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
      // What the console asked for once more before it was there has no body.
      const goesTo = (answer: Response): Promise<boolean> =>
        answer.json().then(
          ({ reply }) => reply.to.includes(from),
          () => false,
        );
      const proposed = page.waitForResponse(
        async (answer) => answer.url().endsWith('/reply-recipients') && (await goesTo(answer)),
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
      await recipients().filter({ hasText: bob }).waitFor();
      await composer().fill('Bob, what does it cost?');
      await write(ann, bob, 'I have found one.');
      await moved().waitFor();
      await composer().fill('');
      await moved().waitFor({ state: 'detached' });
      await recipients().filter({ hasText: ann }).waitFor();
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
      await recipients().filter({ hasText: bob }).waitFor();
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
      // By key: messages above it still take their height, and a pointer would miss.
      await missed.getByTestId('message-decide').press('Enter');
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
});
