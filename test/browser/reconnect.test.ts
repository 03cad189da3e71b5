/// <reference lib="dom" />
import { createTransport } from 'nodemailer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { useBrowser } from '../support/browser.ts';
import type { OpenedPage } from '../support/browser.ts';
import {
  acceptOffer,
  addAgent,
  connectionIs,
  grace,
  logIn,
  markPage,
  message,
  setPresence,
} from '../support/browser-desk.ts';
import { openLine } from '../support/browser-line.ts';
import type { Line } from '../support/browser-line.ts';
import { eventually } from '../support/client.ts';
import { startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

const told = new Set(['message.received', 'message.created', 'message.status-changed']);

/** The list of tickets and the open conversation, as they can be read on the screen from top to bottom. */
async function onScreen(page: Page) {
  const closed = page.locator('.events-toggle[aria-expanded=false]');
  while ((await closed.count()) > 0) await closed.first().click();
  return page.evaluate(() => {
    const text = (root: Element, selector: string) => root.querySelector(selector)?.textContent ?? '';
    const rows = [...document.querySelectorAll('[data-testid=ticket-row]')].map((row) => ({
      id: row.getAttribute('data-ticket-id'),
      subject: text(row, '.ticket-subject'),
      preview: text(row, '.ticket-preview'),
    }));
    const lines = [...document.querySelectorAll('[data-testid=message], .events-detail time')];
    return {
      tickets: rows,
      status: document.querySelector('[data-testid=status-select]')?.getAttribute('data-status'),
      messages: lines.flatMap((line) => line.getAttribute('data-message-id') ?? []),
      events: lines.flatMap((line) =>
        line.matches('.events-detail time') ? (line.getAttribute('datetime') ?? '') : [],
      ),
      timeline: lines.map((line) => line.getAttribute('data-message-id') ?? line.getAttribute('datetime')),
    };
  });
}

/** The same, as the database has it. */
async function inDatabase({ api }: TestHub, ticketId: string) {
  const [list, ticket, messages, events] = await Promise.all(
    ['?limit=50', `/${ticketId}`, `/${ticketId}/messages?limit=200`, `/${ticketId}/events?limit=200`].map(
      async (path) => (await api('GET', `/api/v1/tickets${path}`)).body,
    ),
  );
  const said = messages.items.map((one: { id: string; receivedAt: string }) => ({ at: one.receivedAt, shown: one.id }));
  const happened = events.items
    .filter((one: { type: string }) => !told.has(one.type))
    .map((one: { at: string }) => ({ at: one.at, shown: one.at }))
    // Of two that happened within the same moment the later may have been numbered first; the screen goes by time.
    .sort((one: { at: string }, other: { at: string }) => Date.parse(one.at) - Date.parse(other.at));
  const inOrder = [...said, ...happened].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return {
    tickets: list.items.map(({ id, subject = '', preview = '' }: Record<string, string>) => {
      // A row says once what subject and preview both say.
      if (preview.startsWith(subject)) return { id, subject: preview, preview: '' };
      return subject.startsWith(preview) ? { id, subject, preview: '' } : { id, subject, preview };
    }),
    status: ticket.status,
    messages: said.map((one: { shown: string }) => one.shown),
    events: happened.map((one: { shown: string }) => one.shown),
    timeline: inOrder.map((one) => one.shown),
  };
}

async function expectSame(page: Page, hub: TestHub, ticketId: string): Promise<void> {
  const both = async () => ({ screen: await onScreen(page), database: await inDatabase(hub, ticketId) });
  const { screen, database } = await eventually(
    both,
    ({ screen: seen, database: kept }) => JSON.stringify(seen) === JSON.stringify(kept),
    10_000,
  ).catch(both);
  expect(screen).toEqual(database);
}

describe.skipIf(inject('chromium') === null)('an agent whose line is cut', () => {
  const browser = useBrowser();

  // A minute is what a hub needs to notice a socket that went silent. Here the line breaks audibly, so that both ends notice at
  // once, and stays away until everything that was to pass has passed; what counts is that the sockets are gone meanwhile.
  onBothBackends('the console', (backend) => {
    let hub: TestHub;
    let line: Line;
    let desk: OpenedPage;
    let page: Page;
    let ticketId: string;
    let wasNotReloaded: () => Promise<boolean>;

    const text = (from: string, body: string) => hub.api('POST', '/simulator/api/text', { from, body });
    const settled = () =>
      eventually(
        async () => (await hub.api('GET', '/api/v1/inbox?state=pending')).body.items.length,
        (count) => count === 0,
      );
    const agentSockets = async () =>
      Number(/sockets\{[^}]*"\/agents"[^}]*\} (\d+)/.exec(String((await hub.api('GET', '/metrics')).body))?.[1] ?? 0);
    const ticketOf = async (phone: string) =>
      (await hub.api('GET', `/api/v1/tickets?q=${encodeURIComponent(phone)}`)).body.items[0].id as string;
    const mail = (words: string, inReplyTo?: string) =>
      createTransport({ host: '127.0.0.1', port: hub.ground.smtpPort, secure: false, ignoreTLS: true }).sendMail({
        from: 'Ada <ada@example.org>',
        to: 'support@patchbay.test',
        subject: 'Looms',
        text: words,
        ...(inReplyTo ? { inReplyTo, references: inReplyTo } : { messageId: '<loom@example.org>' }),
      });

    beforeAll(async () => {
      hub = await startHub(backend, { env: { OFFER_SECONDS: '300' }, overrides: { simulatorSpeed: 20 } });
      line = await openLine(hub.ground.port);
      await addAgent(hub.api);
      desk = await browser.open();
      ({ page } = desk);
      await logIn(page, line.url, grace);
      await setPresence(page, 'online');
      await mail('The first loom is broken.');
      ticketId = await acceptOffer(page, 'Looms');
      await page.getByTestId('tab-all').click();
      wasNotReloaded = await markPage(page);
      await settled();
      await expectSame(page, hub, ticketId);
    });
    afterAll(async () => {
      await page?.context().close();
      await line?.[Symbol.asyncDispose]();
      await hub?.[Symbol.asyncDispose]();
    });

    it('shows after 20 events what the database has, in order, without a reload', async () => {
      expect(await agentSockets()).toBe(1);
      line.cut('broken');
      await connectionIs(page, 'reconnecting');
      await eventually(agentSockets, (count) => count === 0);
      const before = await onScreen(page);

      const phones = Array.from({ length: 6 }, (_, index) => `+4915100000${10 + index}`);
      for (const phone of phones) await text(phone, `First word of ${phone}`);
      for (const words of ['The second loom is broken.', 'The third as well.', 'And the fourth.'])
        await mail(words, '<loom@example.org>');
      await settled();
      for (const phone of phones.slice(0, 4)) await text(phone, `Second word of ${phone}`);
      await hub.api('POST', `/api/v1/tickets/${ticketId}/messages`, {
        text: 'Ask the workshop.',
        visibility: 'internal',
      });
      await hub.api('POST', `/api/v1/tickets/${ticketId}/messages`, { text: 'We are sending somebody.' });
      await hub.api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'pending' });
      await settled();
      await hub.api('PATCH', `/api/v1/tickets/${await ticketOf(phones[0] ?? '')}`, { status: 'resolved' });
      await hub.api('POST', `/api/v1/tickets/${await ticketOf(phones[1] ?? '')}/claim`);
      await mail('They are all broken now.', '<loom@example.org>');
      await hub.api('POST', `/api/v1/tickets/${await ticketOf(phones[2] ?? '')}/messages`, { text: 'Coming.' });
      await settled();

      await page.getByTestId('connection-alert').waitFor();
      await connectionIs(page, 'reconnecting');
      expect(await onScreen(page)).toEqual(before);
      line.restore();
      await connectionIs(page, 'live');
      await page.getByTestId('connection-alert').waitFor({ state: 'detached' });
      await expectSame(page, hub, ticketId);
      expect((await onScreen(page)).tickets).toHaveLength(7);
      expect(await agentSockets()).toBe(1);
      expect(await wasNotReloaded()).toBe(true);
    });

    it('goes on live afterwards', async () => {
      await mail('Thank you, they work again.', '<loom@example.org>');
      await message(page, 'in', 'Thank you, they work again.').waitFor();
      await expectSame(page, hub, ticketId);
    });

    it('says so when the plug is pulled and nobody is told, and catches up as well', async () => {
      line.cut('silent');
      await page.context().setOffline(true);
      await connectionIs(page, 'offline', 'reconnecting');
      await mail('One more broke.', '<loom@example.org>');
      await text('+4915100000099', 'Is anybody there?');
      await settled();
      await connectionIs(page, 'offline', 'reconnecting');
      line.restore();
      await page.context().setOffline(false);
      await connectionIs(page, 'live');
      await message(page, 'in', 'One more broke.').waitFor();
      await expectSame(page, hub, ticketId);
      expect(await wasNotReloaded()).toBe(true);
    });
  });
});
