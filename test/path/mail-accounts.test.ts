import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { mailPassword, startDovecot } from '../support/dovecot.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { median } from '../support/median.ts';
import { ticketClient } from '../support/ticket-client.ts';

const mailOf = (id: string, more: { from?: string; subject?: string; text?: string; head?: string } = {}) =>
  [
    `From: ${more.from ?? 'Ann <ann@example.org>'}`,
    'To: help@patchbay.test',
    `Message-ID: ${id}`,
    'Date: Tue, 03 Mar 2026 10:00:00 +0000',
    `Subject: ${more.subject ?? 'Broken lamp'}`,
    ...(more.head === undefined ? [] : [more.head]),
    '',
    more.text ?? 'It does not light up.',
    '',
  ].join('\r\n');
const newId = () => `<${randomUUID()}@example.org>`;

describe.skipIf(inject('dovecot') === null)('mail accounts', () => {
  const dovecot = shared(() => startDovecot());
  const accountOf = (username: string) => ({
    address: `${username}@patchbay.test`,
    host: '127.0.0.1',
    port: dovecot().port,
    security: 'none',
    username,
    password: mailPassword,
  });

  onBothBackends('new mail', (backend) => {
    it('is on the screens of agents by IDLE alone, long before a poll', async () => {
      const pollMs = 60_000;
      const mailAccounts = { pollMs: { beside: pollMs, without: pollMs } };
      await using hub = await startHub(backend, { overrides: { mailAccounts } });
      await using desk = await openDesk(hub.url, apiKey);
      const tickets = ticketClient(hub.api, desk);
      const user = `arriving-${backend}`;
      const waiting = newId();
      await dovecot().append(user, [mailOf(waiting)]);
      const { body: account } = await hub.api('POST', '/api/v1/mail-accounts', accountOf(user));
      await tickets.received(waiting);
      const state = async () => (await hub.api('GET', `/api/v1/mail-accounts/${account.id}`)).body.state;
      await eventually(state, (now) => now === 'watching');
      await using client = await dovecot().session(user);
      const seen = new Set(desk.events.items.map(({ id }) => id));
      const delays: number[] = [];
      for (let n = 0; n < 9; n += 1) {
        const id = newId();
        const begun = performance.now();
        await client.append('INBOX', mailOf(id));
        const event = await desk.event('message.received', (one) => !seen.has(one.id));
        delays.push(performance.now() - begun);
        seen.add(event.id);
        expect((await tickets.received(id)).id).toBe(event.data['messageId']);
      }
      // Half a second of it is Dovecot's, which gathers what it tells.
      process.stdout.write(
        `Arrival in Dovecot to the agent's event (${backend}): median ${Math.round(median(delays))} ms of ${delays.map(Math.round).join(', ')}\n`,
      );
      // Of nine that waited for a poll, the first may have been lucky; the others begin just after one.
      for (const delay of delays) expect(delay).toBeLessThan(pollMs / 6);
    });
  });

  // Which queue there is makes no difference up to the inbox row.
  describe('fetched mail', () => {
    const backend = 'postgres';
    const centre = shared(async () => {
      const hub = await startHub(backend, { overrides: { mailAccounts: { pollMs: { beside: 2_000, without: 500 } } } });
      return { ...hub, write: mailProgram(hub.ground.smtpPort) };
    });

    const add = async (username: string, more: object = {}) => {
      const { status, body } = await centre().api('POST', '/api/v1/mail-accounts', {
        ...accountOf(username),
        ...more,
      });
      expect(status, JSON.stringify(body)).toBe(201);
      return body.id as string;
    };
    const account = async (id: string) => (await centre().api('GET', `/api/v1/mail-accounts/${id}`)).body;
    const until = (id: string, holds: (body: Record<string, unknown>) => boolean) =>
      eventually(() => account(id), holds);
    const watching = (id: string) => until(id, ({ state }) => state === 'watching');
    const received = async (messageId: string) => {
      const found = await eventually(
        () => centre().api('GET', `/api/v1/messages?externalId=${encodeURIComponent(messageId)}`),
        ({ body }) => body.items.length > 0,
      );
      expect(found.body.items).toHaveLength(1);
      return found.body.items[0];
    };

    it('is imported', async () => {
      const user = `a-${backend}`;
      const ids = [newId(), newId(), newId()];
      await dovecot().append(
        user,
        ids.map((id) => mailOf(id)),
      );
      const id = await add(user);
      for (const one of ids) await received(one);
      await watching(id);
      expect(await account(id)).toMatchObject({ state: 'watching', backlog: 0, lastError: null, importing: null });
    });

    it('is told of how long the last had lain there', async () => {
      const user = `delayed-${backend}`;
      const mailbox = async () =>
        (await centre().api('GET', '/api/v1/channel-health')).body.components.find(
          (one: { kind: string; name: string }) => one.kind === 'mailbox' && one.name === `${user}@patchbay.test`,
        ).counts;
      await watching(await add(user));
      expect(await mailbox()).toEqual({ backlog: 0 });
      const id = newId();
      await dovecot().deliver(user, [Buffer.from(mailOf(id))], () => ({
        at: new Date(Date.now() - 120_000),
        seen: false,
      }));
      await received(id);
      const { delay } = await eventually(mailbox, (counts) => counts.delay !== undefined);
      expect(delay).toBeGreaterThanOrEqual(120);
      expect(delay).toBeLessThan(300);
    });

    it('by SMTP to one address and from the mailbox of another is one message, visible at both', async () => {
      const user = `b-${backend}`;
      await watching(await add(user));
      for (const dated of [true, false]) {
        const id = newId();
        const subject = `Twice ${id}`;
        const mail = dated ? mailOf(id, { subject }) : mailOf(id, { subject }).replace(/Message-ID: .*\r\n/, '');
        await Promise.all([
          centre().write({ envelope: { from: 'ann@example.org', to: ['first@patchbay.test'] }, raw: mail }),
          dovecot().append(user, [`Received: by mx.example; Tue, 03 Mar 2026 10:00:05 +0000\r\n${mail}`]),
        ]);
        const rows = await eventually(
          async () =>
            (
              await centre().hub.parts.db.sql.query<{ delivered_to: string[]; ticket_id: string; addresses: string[] }>(
                `select m.delivered_to, m.ticket_id, array(select address from ticket_address a where a.ticket_id = m.ticket_id order by 1) as addresses
                 from message m where m.subject = $1 and m.direction = 'in'`,
                [subject],
              )
            ).rows,
          (found) => found[0]?.delivered_to.length === 2,
        );
        expect(rows).toHaveLength(1);
        expect(rows[0]?.addresses).toEqual([`${user}@patchbay.test`, 'first@patchbay.test']);
      }
    });

    it.each<[string, (mail: string) => string, (mail: string) => string]>([
      ['NUL, for which a mailbox has another byte', (mail) => mail.replace('does not', 'does\0 not'), (mail) => mail],
      [
        'a Date that a host wrote in its own zone',
        (mail) => mail,
        (mail) => mail.replace('10:00:00 +0000', '11:00:00 +0100 (CET)'),
      ],
      [
        'a line that a mailbox file has a sign before',
        (mail) => mail.replace('It does', 'From today it does'),
        (mail) => mail.replace('From today', '>From today'),
      ],
    ])('by SMTP and from a mailbox is one message with %s', async (name, sent, kept) => {
      const user = `c-${name.replaceAll(/[^a-zA-Z]/g, '').toLowerCase()}`;
      await dovecot().append(user, []);
      await watching(await add(user));
      for (const dated of [true, false]) {
        const id = newId();
        const subject = `Once ${id}`;
        const mail = sent(dated ? mailOf(id, { subject }) : mailOf(id, { subject }).replace(/Message-ID: .*\r\n/, ''));
        await centre().write({ envelope: { from: 'ann@example.org', to: ['first@patchbay.test'] }, raw: mail });
        await dovecot().deliver(user, [Buffer.from(kept(mail))]);
        const { rows } = await eventually(
          () =>
            centre().hub.parts.db.sql.query<{ state: string }>(
              `select state from inbox where contact ->> 'subject' = $1 and state <> 'pending' order by state`,
              [subject],
            ),
          (found) => found.rows.length === 2,
        );
        expect(rows).toEqual([{ state: 'done' }, { state: 'duplicate' }]);
      }
    });

    it.each([
      ['keep', { INBOX: [false, false] }],
      ['seen', { INBOX: [true, true] }],
      ['move', { INBOX: [], Done: [false, false] }],
      ['delete', { INBOX: [] }],
    ])('is left in the mailbox as %s says', async (afterFetch, expected) => {
      const user = `after-${afterFetch}-${backend}`;
      const ids = [newId(), newId()];
      await dovecot().append(
        user,
        ids.map((id) => mailOf(id)),
      );
      const id = await add(user, { afterFetch, ...(afterFetch === 'move' && { moveTo: 'Done' }) });
      for (const one of ids) await received(one);
      await watching(id);
      await using client = await dovecot().session(user);
      for (const [folder, seen] of Object.entries(expected)) {
        await client.mailboxOpen(folder);
        const rows = client.mailbox && client.mailbox.exists ? await client.fetchAll('1:*', { flags: true }) : [];
        expect(
          rows.map(({ flags }) => flags?.has(String.raw`\Seen`)),
          folder,
        ).toEqual(seen);
      }
    });

    it('begins where it should: with what comes from now on, or some days ago', async () => {
      const old = newId();
      const recent = newId();
      for (const user of [`new-${backend}`, `days-${backend}`]) {
        await using client = await dovecot().session(user);
        await client.append('INBOX', mailOf(`${user}${old}`), [], new Date(Date.now() - 9 * 86_400_000));
        await client.append('INBOX', mailOf(`${user}${recent}`), [], new Date(Date.now() - 86_400_000));
      }
      const onlyNew = await add(`new-${backend}`, { importFrom: 'new' });
      const days = await add(`days-${backend}`, { importFrom: 'days', importDays: 3 });
      await watching(onlyNew);
      await watching(days);
      const fresh = newId();
      await dovecot().append(`new-${backend}`, [mailOf(fresh)]);
      await received(fresh);
      const { rows } = await centre().hub.parts.db.sql.query<{ external_id: string }>(
        `select external_id from inbox where external_id like '%' || $1 or external_id like '%' || $2`,
        [old.slice(1), recent.slice(1)],
      );
      expect(rows.map(({ external_id }) => external_id)).toEqual([recent]);
    });
  });
});
