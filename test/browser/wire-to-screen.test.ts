import { HubError } from '@patchbay/contracts';
import type { HubOverrides } from '@patchbay/engine';
import { createTransport } from 'nodemailer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { intercept, keepPictures, useBrowser } from '../support/browser.ts';
import type { OpenedPage } from '../support/browser.ts';
import {
  acceptOffer,
  addAgent,
  chooseLanguage,
  deliveryIs,
  grace,
  logIn,
  markPage,
  message,
  openSetting,
  reply,
  setPresence,
} from '../support/browser-desk.ts';
import { startMailSink } from '../support/browser-mail-sink.ts';
import type { MailSink } from '../support/browser-mail-sink.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub, zoneAtNoon } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

type Channels = Parameters<NonNullable<HubOverrides['channels']>>[0];

const customerPhone = '+4915112345678';
const caller = '+4917098765432';
const unreadable = 'A text that the adapter does not understand';

/** An adapter that has not learned one thing yet: what it cannot read is to be put aside. */
function withUnreadableText(channels: Channels): Channels {
  const sms = channels.get('sms');
  if (!sms) throw new Error('There is no channel for text messages');
  const parse: typeof sms.parse = (request) => {
    if (new URLSearchParams(Buffer.from(request.body).toString()).get('Body') === unreadable)
      throw new HubError('invalid_input', 'Body: a kind of text that is not known');
    return sms.parse(request);
  };
  return new Map([...channels, ['sms', { ...sms, parse }]]);
}

describe.skipIf(inject('chromium') === null)('from the wire to the screen and back', () => {
  const browser = useBrowser();

  onBothBackends('one hub and one agent', (backend) => {
    let hub: TestHub;
    let sink: MailSink;
    let agent: OpenedPage;
    let desk: Page;
    let office: OpenedPage;
    let wasNotReloaded: () => Promise<boolean>;
    const beyond: string[] = [];
    const picture = async (page: Page, name: string) =>
      beyond.push(...(await keepPictures(page, `${backend}-${name}`)));
    const simulator = async (path: string, body: unknown) =>
      (await hub.api('POST', `/simulator/api${path}`, body)).body;
    const carrier = async () => (await hub.api('GET', '/simulator/api/state')).body;

    beforeAll(async () => {
      sink = await startMailSink();
      hub = await startHub(backend, {
        env: { SMTP_URL: sink.url, TIME_ZONE: zoneAtNoon() },
        overrides: { simulatorSpeed: 5, channels: withUnreadableText },
      });
      await addAgent(hub.api);
      // Here things move, as they do for most people.
      agent = await browser.open({ reducedMotion: 'no-preference' });
      desk = agent.page;
      office = await browser.open();
      await Promise.all([logIn(desk, hub.url, grace), logIn(office.page, hub.url, admin)]);
      office.problems.length = 0;
      await setPresence(desk, 'online');
      wasNotReloaded = await markPage(desk);
      // The first question of all is whether there is a session; the browser itself reports that there was none.
      agent.problems.length = 0;
    });
    afterAll(async () => {
      await office?.page.context().close();
      await desk?.context().close();
      await hub?.[Symbol.asyncDispose]();
      await sink?.[Symbol.asyncDispose]();
    });

    it('brings a mail by SMTP, and the answer back by SMTP in its thread', async () => {
      const transport = createTransport({
        host: '127.0.0.1',
        port: hub.ground.smtpPort,
        secure: false,
        ignoreTLS: true,
      });
      await transport.sendMail({
        from: 'Ada Lovelace <ada@example.org>',
        to: 'support@patchbay.test',
        subject: 'The engine weaves no flowers',
        messageId: '<first-wire@example.org>',
        text: 'The Jacquard loom arrived without its cards.\n\nAda',
      });
      await acceptOffer(desk, 'The engine weaves no flowers');
      await message(desk, 'in', 'arrived without its cards').waitFor();
      await reply(desk, 'The cards are on their way to you.');
      const answer = await sink.received('The cards are on their way to you.');
      expect(answer.inReplyTo).toBe('<first-wire@example.org>');
      expect([answer.references].flat()).toContain('<first-wire@example.org>');
      expect(answer.to).toMatchObject({ value: [{ address: 'ada@example.org' }] });
      await deliveryIs(desk, 'The cards are on their way to you.', 'sent', 'delivered');
      await picture(desk, 'desk-email');

      // The customer's next mail joins it, and tells why to whoever looks at its time, by keyboard as well.
      await transport.sendMail({
        from: 'Ada Lovelace <ada@example.org>',
        to: 'support@patchbay.test',
        subject: 'Something else',
        inReplyTo: '<first-wire@example.org>',
        text: 'Two of them are bent.',
      });
      await message(desk, 'in', 'Two of them are bent.').waitFor();
      const joined = desk.getByTestId('message-joined');
      const told = desk.getByRole('tooltip');
      await joined.waitFor();
      expect(await message(desk, 'in', 'arrived without its cards').getByTestId('message-joined').count()).toBe(0);
      for (const [code, words] of [
        ['zh', /归入此工单的原因：\s*回复了工单中的消息：工单 \d+$/],
        ['en', /Why it is on this ticket:\s*Answers a message of the ticket: ticket \d+$/],
      ] as const) {
        await chooseLanguage(desk, code);
        await message(desk, 'in', 'Two of them are bent.').getByTestId('authenticity').focus();
        await desk.keyboard.press('Tab');
        await told.filter({ hasText: words }).waitFor();
        const describing = (await joined.getAttribute('aria-describedby')) ?? '';
        expect(await desk.locator(`[id="${describing}"]`).textContent()).toMatch(words);
        await joined.blur();
        await told.filter({ hasText: words }).waitFor({ state: 'hidden' });
      }
    });

    it('brings a text message, and the answer to the phone it came from', async () => {
      await simulator('/text', { from: customerPhone, body: 'Where is parcel 4711?' });
      await acceptOffer(desk, 'Where is parcel 4711?');
      await message(desk, 'in', 'Where is parcel 4711?').waitFor();
      await reply(desk, 'At the depot in Potsdam.');
      const { messages } = await eventually(carrier, ({ messages: all }) =>
        all.some((one: { body: string }) => one.body === 'At the depot in Potsdam.'),
      );
      expect(messages.findLast((one: { body: string }) => one.body === 'At the depot in Potsdam.')).toMatchObject({
        direction: 'outbound-api',
        to: customerPhone,
      });
      await deliveryIs(desk, 'At the depot in Potsdam.', 'delivered');
      await picture(desk, 'desk-sms');
    });

    it('brings a web chat, with typing, reading and history on both sides', async () => {
      const { page: visitor, problems } = await browser.open();
      await visitor.goto(`${hub.url}/widget-demo`);
      await visitor.getByTestId('widget-launcher').click();
      await visitor.getByTestId('widget-name').fill('Charles Babbage');
      await visitor.getByTestId('widget-email').fill('charles@example.org');
      await visitor.getByTestId('widget-start').click();
      await visitor.getByTestId('widget-text').fill('Is the kettle in stock?');
      await visitor.getByTestId('widget-send').click();
      await acceptOffer(desk, 'Charles Babbage');
      await message(desk, 'in', 'Is the kettle in stock?').waitFor();
      await visitor.locator('[data-testid=widget-message][data-from=visitor][data-status=read]').waitFor();

      await desk.getByTestId('composer-text').pressSequentially('Yes,');
      await visitor.getByTestId('widget-typing').getByText(grace.name).waitFor();
      await reply(desk, 'Yes, four of them.');
      const answer = visitor
        .locator('[data-testid=widget-message][data-from=agent]')
        .filter({ hasText: 'Yes, four of them.' });
      await answer.getByText(grace.name).waitFor();
      await visitor.getByTestId('widget-typing').waitFor({ state: 'detached' });
      await deliveryIs(desk, 'Yes, four of them.', 'read');

      await visitor.getByTestId('widget-text').pressSequentially('Then');
      await desk.getByTestId('typing').getByText('Charles Babbage').waitFor();
      await visitor.getByTestId('widget-text').fill('Then I take two.');
      await visitor.getByTestId('widget-text').press('Enter');
      await message(desk, 'in', 'Then I take two.').waitFor();
      await picture(desk, 'desk-chat');
      await picture(visitor, 'widget');

      await visitor.reload();
      await visitor.getByTestId('widget-launcher').click();
      await visitor.getByText('Then I take two.').waitFor();
      const customerWords = await visitor
        .locator('[data-testid=widget-message]:not([data-from=system]) > p')
        .allTextContents();
      expect(customerWords).toEqual(['Is the kettle in stock?', 'Yes, four of them.', 'Then I take two.']);
      expect(problems).toEqual([]);
      await visitor.context().close();
    });

    it("brings a call, connects it to the agent's phone, holds, resumes and ends it", async () => {
      const { callSid } = await simulator('/call', { from: caller });
      const ticketId = await acceptOffer(desk, caller);
      const panel = (state: string) => desk.locator(`[data-testid=call-panel][data-state=${state}]`).waitFor();
      await panel('talking');
      const talking = await carrier();
      expect(talking.calls.find((call: { sid: string }) => call.sid === callSid)).toMatchObject({
        activity: 'conference',
      });
      expect(talking.calls.find((call: { to: string }) => call.to === grace.phone)).toMatchObject({
        direction: 'outbound-api',
        activity: 'conference',
      });
      await picture(desk, 'desk-phone');
      await desk.getByTestId('call-hold').click();
      await panel('held');
      const held = await eventually(
        carrier,
        ({ calls }) => calls.find((call: { sid: string }) => call.sid === callSid).activity === 'held',
      );
      expect(held.calls.find((call: { sid: string }) => call.sid === callSid)).toMatchObject({ activity: 'held' });
      await desk.getByTestId('call-resume').click();
      await panel('talking');
      await desk.getByTestId('call-hang-up').click();
      await panel('ended');
      await eventually(carrier, ({ calls }) => calls.every((call: { activity: string }) => call.activity === 'over'));
      const closed = desk.locator('.events-toggle[aria-expanded=false]');
      // What happened is read beside the call, and may be shown after its end is.
      await eventually(
        async () => {
          while ((await closed.count()) > 0) await closed.first().click();
          return (await desk.getByTestId('events').locator('li').allTextContents()).join('\n');
        },
        (steps) => ['ringing', 'answered', 'on hold', 'resumed', 'ended'].every((step) => steps.includes(step)),
      );
      await picture(desk, 'desk-phone-ended');
      expect(await desk.getByTestId('call-panel').locator('.call-clock').textContent()).toMatch(/^\d+:\d\d$/);
      const { body: history } = await hub.api('GET', `/api/v1/tickets/${ticketId}/events?limit=200`);
      const ended = history.items.findLast((event: { type: string }) => event.type === 'call.changed');
      expect(ended.data).toMatchObject({ state: 'ended', durationSeconds: expect.any(Number) });
    });

    it('counts the contacts on the wallboard as they come', async () => {
      const { page: board, problems } = office;
      await board.getByTestId('nav-wallboard').click();
      const figure = (channel: string, value: number) =>
        board.locator(
          `[data-testid=figure][data-key=contacts-today][data-dimensions='{"channel":"${channel}"}'][data-value="${value}"]`,
        );
      for (const [channel, value] of [
        ['email', 2],
        ['sms', 1],
        ['chat', 2],
        ['phone', 1],
      ] as const)
        await figure(channel, value).waitFor();
      // From here on only the socket can bring news.
      await intercept(board, '**/api/v1/metrics/wallboard', (route) => route.abort());
      await simulator('/text', { from: '+4915155555555', body: 'Do you open on Sunday?' });
      await figure('sms', 2).waitFor();
      await picture(board, 'wallboard');
      await desk.getByTestId('offer').waitFor();
      await picture(desk, 'desk-offer');
      await chooseLanguage(desk, 'zh');
      await picture(desk, 'desk-zh');
      await chooseLanguage(desk, 'en');
      await board.evaluate("localStorage.setItem('patchbay.language', 'zh')");
      await board.unroute('**/api/v1/metrics/wallboard');
      await board.reload();
      await figure('sms', 2).waitFor();
      await picture(board, 'wallboard-zh');
      await board.evaluate("localStorage.setItem('patchbay.language', 'en')");
      expect(problems.filter((problem) => !problem.includes('/metrics/wallboard'))).toEqual([]);
    });

    it('shows what went out, what was not understood, the team and the simulator', async () => {
      await simulator('/text', { from: customerPhone, body: unreadable });
      const { page } = office;
      await page.goto(`${hub.url}/outbox`);
      await page.getByTestId('outbox-row').first().waitFor();
      await picture(page, 'outbox');
      await page.getByTestId('nav-quarantine').click();
      await page.getByTestId('quarantine-row').first().waitFor();
      await picture(page, 'quarantine');
      await openSetting(page, 'team');
      await page.getByTestId('agent-row').first().waitFor();
      await picture(page, 'team');
      await page.goto(`${hub.url}/simulator`);
      await page.getByText('/webhooks/twilio/sms').first().waitFor({ state: 'attached' });
      await picture(page, 'simulator');
    });

    it("was never reloaded, threw nothing, and fitted on a phone's screen", async () => {
      expect(await wasNotReloaded()).toBe(true);
      expect(agent.problems).toEqual([]);
      expect(beyond).toEqual([]);
    });
  });
});
