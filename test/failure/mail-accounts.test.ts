import { chmod, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHub } from '@patchbay/engine';
import { loadEnvironment } from '@patchbay/config';
import { readAccounts } from '@patchbay/store/queries/channel-health';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { mailPassword, startDovecot, type Dovecot } from '../support/dovecot.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { startWire } from '../support/imap-wire.ts';
import { mailNamed, quickAccounts } from '../support/mailbox-mail.ts';
import { shared } from '../support/shared.ts';
import { sendByWire } from '../support/smtp-wire.ts';

const dated = (mail: string, at: Date) => mail.replace(/^Date: .*$/m, `Date: ${at.toUTCString()}`);
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** What is asked of a mail server's and a centre's accounts over and over. */
function waysOf(dovecot: () => Dovecot, centre: () => TestHub) {
  const add = async (username: string, more: object = {}) => {
    const { status, body } = await centre().api('POST', '/api/v1/mail-accounts', {
      address: `${username}@patchbay.test`,
      host: '127.0.0.1',
      port: dovecot().port,
      security: 'none',
      username,
      password: mailPassword,
      ...more,
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id as string;
  };
  const account = async (id: string) => (await centre().api('GET', `/api/v1/mail-accounts/${id}`)).body;
  const until = (id: string, holds: (body: Record<string, unknown>) => boolean, ms = 20_000) =>
    eventually(() => account(id), holds, ms);
  const watching = (id: string) => until(id, ({ state, backlog }) => state === 'watching' && backlog === 0);
  /** How many messages there are of these mails; a doubled one counts twice. */
  const messages = async (prefix: string) => {
    const { rows } = await centre().hub.parts.db.sql.query<{ count: number; distinct: number }>(
      `select count(*) as count, count(distinct external_id) as distinct from message where external_id like $1 and direction = 'in'`,
      [`<${prefix}%`],
    );
    return rows[0];
  };
  const all = (prefix: string, count: number) =>
    eventually(
      () => messages(prefix),
      (found) => found?.distinct === count,
      60_000,
    );
  return { add, account, until, watching, messages, all };
}

describe.skipIf(inject('dovecot') === null)('mail accounts in trouble', () => {
  const dovecot = shared(() => startDovecot());
  const centre = shared(() => startHub('postgres', { overrides: { mailAccounts: quickAccounts } }));

  const { add, account, until, watching, messages, all } = waysOf(dovecot, centre);

  it('a restart, days offline, a recreated folder and expunged mail lose nothing and double nothing', async () => {
    const user = 'trouble';
    const mails = (from: number, to: number) => numbered(from, to).map((n) => mailNamed(`t-${n}`));
    {
      await using client = await dovecot().session(user);
      await client.mailboxCreate('Support');
    }
    await dovecot().append(user, mails(0, 150), 'Support');
    const id = await add(user, { folder: 'Support' });
    await all('t-', 150);
    await dovecot().stop();
    await until(
      id,
      ({ state, lastError, nextTryAt }) => state === 'failing' && lastError !== null && nextTryAt !== null,
    );
    await dovecot().start();
    await watching(id);

    // Nobody fetches while three days of mail come in, some of which somebody deletes.
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: false });
    await until(id, ({ state }) => state === 'off');
    await dovecot().append(user, mails(150, 300), 'Support');
    {
      await using client = await dovecot().session(user);
      await client.mailboxOpen('Support');
      await client.messageDelete('10:40');
    }
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: true });
    await all('t-', 300);
    await watching(id);

    await dovecot().recreate(user, 'Support', mails(250, 330));
    await all('t-', 330);
    await watching(id);
    expect(await messages('t-')).toEqual({ count: 330, distinct: 330 });
  });

  it('mail expunged while it is fetched holds nothing up', async () => {
    const user = 'expunged';
    await dovecot().append(
      user,
      numbered(0, 300).map((n) => mailNamed(`e-${n}`, 2_000)),
    );
    await using client = await dovecot().session(user);
    await client.mailboxOpen('INBOX');
    await using wire = await startWire(dovecot().port);
    // All are listed by then, a hundred are here, and the server is handing out the next hundred.
    const held = wire.holdFrom(/Text e-1[1-3]\d\b/);
    const id = await add(user, { port: wire.port });
    await held;
    await all('e-', 100);
    expect(await account(id)).toMatchObject({ state: 'importing', importing: { done: 100, total: 300 } });
    await client.messageDelete('150:299');
    expect(await messages('e-')).toEqual({ count: 100, distinct: 100 });
    wire.letGo();
    await watching(id);
    const left = client.mailbox && (await client.fetchAll('1:*', { envelope: true }));
    const enough = (left || []).length;
    const found = await eventually(
      () => messages('e-'),
      (seen) => (seen?.distinct ?? 0) >= enough,
    );
    expect(found?.count).toBe(found?.distinct);
    expect(enough).toBe(150);
    // The last hundred were gone when their turn came.
    expect(found?.distinct).toBeLessThanOrEqual(201);
    await dovecot().append(user, [mailNamed('e-last')]);
    await all('e-last', 1);
  });

  it('an account that is turned to another folder misses nothing that waited there', async () => {
    const user = 'turned';
    const days = (ago: number) => new Date(Date.now() - ago * 86_400_000);
    {
      await using client = await dovecot().session(user);
      await client.mailboxCreate('Support');
      await client.append('INBOX', dated(mailNamed('w-old-inbox'), days(9)), [], days(9));
      await client.append('Support', dated(mailNamed('w-old'), days(9)), [], days(9));
    }
    const id = await add(user, { importFrom: 'new' });
    await watching(id);
    await dovecot().append(user, [mailNamed('w-seen')]);
    await all('w-seen', 1);
    await dovecot().append(user, [mailNamed('w-1'), mailNamed('w-2')], 'Support');
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { folder: 'Support' });
    await all('w-', 3);
    await watching(id);
    // Back again after a while in which it was off: what came meanwhile is fetched, what was here before is no second message.
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: false });
    await until(id, ({ state }) => state === 'off');
    await dovecot().append(user, [mailNamed('w-3')]);
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { folder: 'INBOX', enabled: true });
    await all('w-', 4);
    await watching(id);
    expect(await messages('w-')).toEqual({ count: 4, distinct: 4 });
  });

  it.each([
    ['its password was mistyped', 'mistyped', { password: 'not-it' }, { password: mailPassword }],
    ['its server could not be reached', 'unreached', {}, null],
  ])(
    'a new account misses nothing that came while %s, and leaves what was there',
    async (_what, user, wrong, right) => {
      const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
      const before = [10, 9 * 24 * 60];
      {
        await using client = await dovecot().session(user);
        for (const minutes of before)
          await client.append('INBOX', dated(mailNamed(`${user}-${minutes}`), ago(minutes)), [], ago(minutes));
      }
      let sick = right === null;
      await using wire = await startWire(dovecot().port, (chunk) => (sick ? null : chunk));
      const id = await add(user, { port: wire.port, importFrom: 'new', ...wrong });
      await until(id, ({ lastErrorCode }) => lastErrorCode !== null);
      await dovecot().append(user, [mailNamed(`${user}-meanwhile`)]);
      sick = false;
      if (right) await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, right);
      else await centre().api('POST', `/api/v1/mail-accounts/${id}/try`);
      await watching(id);
      await dovecot().append(user, [mailNamed(`${user}-then`)]);
      await all(`${user}-then`, 1);
      expect(await messages(`${user}-meanwhile`)).toEqual({ count: 1, distinct: 1 });
      expect(await messages(user)).toEqual({ count: 2, distinct: 2 });
      expect(await account(id)).toMatchObject({ leftInMailbox: before.length });
      await centre().api('DELETE', `/api/v1/mail-accounts/${id}`);
    },
  );

  it('mail that lay in the mailbox before it was fetched is acknowledged to nobody, what came while it was off is', async () => {
    const user = 'quiet';
    const days = (ago: number) => new Date(Date.now() - ago * 86_400_000);
    const mail = (name: string) => mailNamed(`quiet-${name}`, 0, `${name}@quiet.example`);
    const acknowledged = async () => {
      const { rows } = await centre().hub.parts.db.sql.query<{ recipient: string }>(
        `select recipient from outbound where recipient like '%@quiet.example' order by 1`,
      );
      return rows.map(({ recipient }) => recipient);
    };
    {
      await using client = await dovecot().session(user);
      await client.mailboxCreate('Support');
      await client.append('INBOX', dated(mail('old'), days(2_000)), [], days(2_000));
      await client.append('Support', dated(mail('elsewhere'), days(9)), [], days(9));
    }
    const id = await add(user);
    await all('quiet-old', 1);
    await watching(id);
    await dovecot().append(user, [mail('new')]);
    await all('quiet-new', 1);
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: false });
    await until(id, ({ state }) => state === 'off');
    await dovecot().append(user, [mail('backlog')]);
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: true });
    await all('quiet-backlog', 1);
    await watching(id);
    expect(await acknowledged()).toEqual(['backlog@quiet.example', 'new@quiet.example']);

    // An account of some weeks is turned to a folder in which mail has lain for days.
    await centre().hub.parts.db.sql.query('update mail_account set created_at = $2 where id = $1', [id, days(30)]);
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { folder: 'Support' });
    await all('quiet-elsewhere', 1);
    expect(await acknowledged()).toEqual(['backlog@quiet.example', 'new@quiet.example']);

    // Nor does it say how late mail comes; what came while the account was off does.
    const delays = (await readAccounts(centre().hub.parts.db.sql, '2026-01-01', 'UTC')).find(
      ({ channel }) => channel === 'email',
    );
    const counted = delays?.providerDelay.reduce((sum, [, count]) => sum + count, 0);
    const { rows } = await centre().hub.parts.db.sql.query(
      `select count(*)::int as others from message where channel = 'email' and direction = 'in' and sent_at is not null
         and external_id <> all(array['<quiet-old@example.org>', '<quiet-elsewhere@example.org>'])`,
    );
    expect(counted).toBe(rows[0]?.others);
  });

  it('a folder made anew by a program that loses or invents dates loses no mail, and has nobody told of an old one', async () => {
    const user = 'redated';
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
    const written = (name: string, at: Date) => dated(mailNamed(`redated-${name}`, 0, `${name}@redated.example`), at);
    const old = ['old-1', 'old-2', 'old-3'].map((name) => written(name, ago(4_000)));
    {
      await using client = await dovecot().session(user);
      await client.mailboxCreate('Support');
      for (const mail of old) await client.append('Support', mail, [], ago(4_000));
    }
    const id = await add(user, { folder: 'Support', importFrom: 'new' });
    await watching(id);
    const seen = written('seen', new Date());
    await dovecot().append(user, [seen], 'Support');
    await all('redated-', 1);
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: false });
    await until(id, ({ state }) => state === 'off');
    // One is new and got an old date, two are old and got a new one, one has its own.
    await dovecot().recreate(user, 'Support', [...old.slice(0, 2), seen, written('meanwhile', new Date())]);
    {
      await using client = await dovecot().session(user);
      await client.append('Support', written('unseen', new Date()), [], ago(10));
      await client.append('Support', old[2] ?? '', [], ago(4_000));
    }
    await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: true });
    await all('redated-', 5);
    expect(await watching(id)).toMatchObject({ leftInMailbox: 1 });
    expect(await messages('redated-')).toEqual({ count: 5, distinct: 5 });
    const { rows } = await centre().hub.parts.db.sql.query<{ recipient: string }>(
      `select recipient from outbound where recipient like '%@redated.example' order by 1`,
    );
    expect(rows.map(({ recipient }) => recipient)).toEqual(['meanwhile@redated.example', 'seen@redated.example']);
  });

  it('a mail of which the server cannot even tell the size keeps no other back, and leaves a note', async () => {
    const user = 'unsized';
    await dovecot().deliver(
      user,
      ['first', 'unread', 'last'].map((name) => Buffer.from(mailNamed(`unsized-${name}`))),
      (index) => ({ at: new Date(Date.now() - 60_000 + index * 1_000), seen: false }),
    );
    const folder = join(dirname(dovecot().certificate), 'mail', user, 'new');
    await chmod(join(folder, (await readdir(folder)).toSorted()[1] ?? ''), 0o000);
    const id = await add(user);
    const ofIt = async () => {
      const { state } = await account(id);
      if (state === 'failing') await centre().api('POST', `/api/v1/mail-accounts/${id}/try`);
      const { body } = await centre().api('GET', '/api/v1/inbox?state=quarantined');
      return body.items.filter(({ reason }: { reason: string }) => reason.includes('breaks off'));
    };
    await eventually(ofIt, (notes) => notes.length === 1, 60_000);
    await all('unsized-', 2);
    await eventually(
      async () => (await ofIt(), account(id)),
      ({ state }) => state === 'watching',
      60_000,
    );
    expect(await messages('unsized-')).toEqual({ count: 2, distinct: 2 });
  });

  it('an account that fails says why and when it tries again, delays no other, and shows no secret', async () => {
    const wrong = await add('wrong', { password: 'not-the-password' });
    const lost = await add('lost', { host: 'no-such-host.invalid' });
    const folder = await add('folder', { folder: 'Nowhere' });
    const tls = await add('tls', { security: 'tls', port: dovecot().tlsPort });
    await dovecot().append('fine', [mailNamed('f-1')]);
    await add('fine');
    await all('f-', 1);
    for (const [id, code] of [
      [wrong, 'authentication'],
      [lost, 'host-not-found'],
      [folder, 'folder-missing'],
      [tls, 'certificate'],
    ] as const) {
      const found = await until(id, ({ state }) => state === 'failing');
      expect(found).toMatchObject({ lastErrorCode: code, nextTryAt: expect.any(String) });
      expect(JSON.stringify(found)).not.toContain('not-the-password');
    }
    // Corrected, it comes in at once.
    await centre().api('PATCH', `/api/v1/mail-accounts/${wrong}`, { password: mailPassword });
    await watching(wrong);
    expect(await account(wrong)).toMatchObject({ lastError: null, nextTryAt: null });
    // Elsewhere, the stored password is not sent along.
    const { status, body } = await centre().api('PATCH', `/api/v1/mail-accounts/${wrong}`, { host: 'localhost' });
    expect([status, body.issues?.[0]?.path]).toEqual([400, 'password']);
    const { body: tried } = await centre().api('POST', '/api/v1/mail-accounts/test', {
      id: wrong,
      host: '127.0.0.1',
      port: dovecot().port,
      security: 'none',
      username: 'wrong',
      auth: 'password',
    });
    expect(tried).toMatchObject({ problem: null, folders: [{ path: 'INBOX' }] });
    const { rows } = await centre().hub.parts.db.sql.query<{ sealed: string }>(
      "select string_agg(password_sealed, ' ') as sealed from mail_account",
    );
    expect(rows[0]?.sealed).not.toContain(mailPassword);
  });

  it('a mail that is too large is kept aside with its head and stays in the mailbox, and the rest goes on', async () => {
    const user = 'large';
    await dovecot().append(user, [mailNamed('l-1', 27 * 1024 * 1024), mailNamed('l-2')]);
    const id = await add(user, { afterFetch: 'delete' });
    await all('l-2', 1);
    await watching(id);
    const { body } = await centre().api('GET', '/api/v1/inbox?state=quarantined');
    expect(body.items.map(({ reason }: { reason: string }) => reason)).toContainEqual(
      expect.stringContaining('too large'),
    );
    await using client = await dovecot().session(user);
    expect((await client.mailboxOpen('INBOX')).exists).toBe(1);
  });

  it('the account of a hub that is gone is taken over, and two hubs double nothing', async () => {
    const user = 'shared';
    const id = await add(user);
    await watching(id);
    // Another holder that has vanished: its lease runs out.
    await centre().hub.parts.db.sql.query(
      `update mail_account set lease_holder = gen_random_uuid(), lease_until = now() + interval '3 seconds' where id = $1`,
      [id],
    );
    await dovecot().append(
      user,
      numbered(0, 20).map((n) => mailNamed(`s-${n}`)),
    );
    const { env } = centre().ground;
    await using second = await createHub(loadEnvironment({ ...env, PORT: '0', SMTP_INLET_PORT: '0' }), {
      mailAccounts: quickAccounts,
    });
    expect(second.url).toBeDefined();
    await all('s-', 20);
    expect(await messages('s-')).toEqual({ count: 20, distinct: 20 });
  });

  it.skipIf(inject('corpus') === null)(
    'every mail of the corpus is a message, a duplicate or in quarantine, and none is two that came by SMTP before',
    async () => {
      const folder = join(inject('corpus') ?? '', 'mail');
      const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
        (file) => file.isFile() && file.name !== 'manifest.json',
      );
      const mails = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
      await dovecot().deliver('corpus', mails);
      const waiting = [...mails];
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let mail = waiting.pop(); mail; mail = waiting.pop()) {
            const lines = mail.toString('latin1').replaceAll(/\r?\n/g, '\r\n');
            const reply = await sendByWire(centre().ground.smtpPort, Buffer.from(lines, 'latin1'), false);
            expect(reply).toMatch(/^250 /);
          }
        }),
      );
      const settled = () =>
        eventually(
          () => centre().api('GET', '/api/v1/inbox?state=pending'),
          ({ body }) => body.items.length === 0,
          60_000,
        );
      await settled();
      const count = async () =>
        (
          await centre().hub.parts.db.sql.query<{ count: number }>(
            `select count(*) as count from message where direction = 'in' and external_id not like '<c-last%'`,
          )
        ).rows[0]?.count;
      const before = await count();
      const id = await add('corpus');
      await until(
        id,
        ({ lastMailAt, state, backlog }) => lastMailAt !== null && state === 'watching' && backlog === 0,
        60_000,
      );
      await dovecot().append('corpus', [mailNamed('c-last')]);
      await all('c-last', 1);
      await settled();
      expect(await count()).toBe(before);
      const { rows } = await centre().hub.parts.db.sql.query<{ deliveries: number; silent: number }>(
        `select sum(deliveries) as deliveries, count(*) filter (where state <> 'done' and reason is null) as silent from inbox
       where contact -> 'deliveredTo' ? 'corpus@patchbay.test' or state = 'quarantined' or state = 'duplicate'`,
      );
      expect(rows[0]?.silent).toBe(0);
      expect(rows[0]?.deliveries).toBeGreaterThanOrEqual(mails.length);
      expect(await account(id)).toMatchObject({ lastError: null });
    },
  );
});

describe.skipIf(inject('dovecot') === null || inject('redisServer') === null)(
  'mail accounts in trouble (queue on redis)',
  () => {
    const dovecot = shared(() => startDovecot());
    const centre = shared(() => startHub('redis', { overrides: { mailAccounts: quickAccounts } }));
    const { add, until, watching, messages, all } = waysOf(dovecot, centre);

    it('a restart and a recreated folder lose nothing and double nothing, and each mail has its ticket', async () => {
      const user = 'queued';
      const mails = (from: number, to: number) => numbered(from, to).map((n) => mailNamed(`q-${n}`));
      const reply = mailNamed('q-reply').replace(
        /^Subject: .*$/m,
        'In-Reply-To: <q-0@example.org>\r\nSubject: Re: Mail q-0',
      );
      {
        await using client = await dovecot().session(user);
        await client.mailboxCreate('Support');
      }
      await dovecot().append(user, mails(0, 30), 'Support');
      const id = await add(user, { folder: 'Support' });
      await all('q-', 30);
      await dovecot().stop();
      await until(id, ({ state }) => state === 'failing');
      await dovecot().start();
      await dovecot().append(user, [...mails(30, 45), reply], 'Support');
      await all('q-', 46);
      await watching(id);
      await dovecot().recreate(user, 'Support', [...mails(35, 55), reply]);
      await all('q-', 56);
      await watching(id);
      expect(await messages('q-')).toEqual({ count: 56, distinct: 56 });
      const { rows } = await centre().hub.parts.db.sql.query<{ tickets: number; continued: boolean }>(
        `select count(distinct ticket_id)::int as tickets,
           min(ticket_id::text) filter (where external_id = '<q-0@example.org>')
             = min(ticket_id::text) filter (where external_id = '<q-reply@example.org>') as continued
         from message where external_id like '<q-%' and direction = 'in'`,
        [],
      );
      expect(rows).toEqual([{ tickets: 55, continued: true }]);
    });
  },
);
