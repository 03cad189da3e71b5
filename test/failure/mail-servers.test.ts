/** Mailboxes on servers that can little, that stop answering, or whose certificate somebody has to vouch for; and many days' mail. */
import { fileURLToPath } from 'node:url';
import { createHub } from '@patchbay/engine';
import { loadEnvironment } from '@patchbay/config';
import { openDatabase } from '@patchbay/store';
import { describe, expect, inject, it } from 'vitest';
import { createClient, eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import { mailPassword, startDovecot } from '../support/dovecot.ts';
import { apiKey, createGround, startHub } from '../support/hub.ts';
import { startWire } from '../support/imap-wire.ts';
import { mailNamed, quickAccounts } from '../support/mailbox-mail.ts';
import { startHubProcess } from '../support/process.ts';
import { shared } from '../support/shared.ts';

const quick = { mailAccounts: { ...quickAccounts, silenceMs: 2_000 } };
const program = fileURLToPath(new URL('../support/mail-hub.ts', import.meta.url));
const mailOf = (name: string, size = 0) => mailNamed(name, size, `${name}@example.org`);
const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

async function add(api: ApiClient, username: string, port: number, more: object = {}): Promise<string> {
  const { status, body } = await api('POST', '/api/v1/mail-accounts', {
    address: `${username}@patchbay.test`,
    host: '127.0.0.1',
    port,
    security: 'none',
    username,
    password: mailPassword,
    ...more,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

describe.skipIf(inject('dovecot') === null)('mailboxes on servers of every kind', () => {
  const dovecot = shared(() => startDovecot());
  const centre = shared(() => startHub('postgres', { overrides: quick }));
  const account = async (id: string) => (await centre().api('GET', `/api/v1/mail-accounts/${id}`)).body;
  const until = (id: string, holds: (body: Record<string, unknown>) => boolean) =>
    eventually(() => account(id), holds, 90_000);
  const count = async (prefix: string) => {
    const { rows } = await centre().hub.parts.db.sql.query<{ count: number; distinct: number }>(
      `select count(*) as count, count(distinct external_id) as distinct from message where external_id like $1 and direction = 'in'`,
      [`<${prefix}%`],
    );
    return rows[0];
  };
  const arrived = (prefix: string, wanted: number) =>
    eventually(
      () => count(prefix),
      (found) => found?.distinct === wanted,
      60_000,
    );

  /** Takes a mail out of the mailbox; answers its Message-ID. */
  const expunge = async (user: string, position: number) => {
    await using look = await dovecot().session(user);
    await look.mailboxOpen('INBOX');
    const found = await look.fetchOne(String(position), { envelope: true });
    await look.messageDelete(String(position));
    return found && found.envelope?.messageId;
  };

  it('one that has neither IDLE nor MOVE nor UIDPLUS is looked at often, and its mail moved all the same', async () => {
    await using plain = await startDovecot({ settings: 'imap_capability = IMAP4rev1 SASL-IR LITERAL+' });
    await using look = await plain.session('plain');
    expect(['IDLE', 'MOVE', 'UIDPLUS'].filter((name) => look.capabilities.has(name))).toEqual([]);
    const id = await add(centre().api, 'plain', plain.port, { afterFetch: 'move', moveTo: 'Done' });
    await until(id, ({ state }) => state === 'watching');
    await plain.append('plain', [mailOf('p-1'), mailOf('p-2')]);
    await arrived('p-', 2);
    const moved = await eventually(
      async () => (await look.status('Done', { messages: true }).catch(() => false as const)) || { messages: 0 },
      ({ messages }) => messages === 2,
    );
    expect(moved).toMatchObject({ messages: 2 });
    // Not expunged, for that would take away what others have marked; not fetched again, either.
    await plain.append('plain', [mailOf('p-3')]);
    await arrived('p-', 3);
    expect(await count('p-')).toEqual({ count: 3, distinct: 3 });
    expect(await account(id)).toMatchObject({ lastError: null });
  });

  it('one that does not say which UID comes next is fetched all the same, and each mail once', async () => {
    await using wire = await startWire(dovecot().port, (chunk) =>
      chunk.replaceAll(/\[UIDNEXT \d+\]/g, (code) => 'x'.repeat(code.length)),
    );
    await dovecot().append('nextless', [mailOf('n-0'), mailOf('n-1')]);
    const id = await add(centre().api, 'nextless', wire.port);
    await arrived('n-', 2);
    await dovecot().append('nextless', [mailOf('n-2')]);
    await arrived('n-', 3);
    const known = await account(id);
    // Looked at again by itself, as every few seconds here.
    await until(id, ({ lastContactAt }) => Date.parse(String(lastContactAt)) > Date.parse(known.lastContactAt) + 6_000);
    expect(await count('n-')).toEqual({ count: 3, distinct: 3 });
    expect(await account(id)).toMatchObject({ state: 'watching', lastError: null, importing: null });

    await dovecot().append('newless', [mailOf('new-0')]);
    const fresh = await add(centre().api, 'newless', wire.port, { importFrom: 'new' });
    await until(fresh, ({ state }) => state === 'watching');
    await dovecot().append('newless', [mailOf('new-1')]);
    await arrived('new-1', 1);
    expect(await count('new-0')).toEqual({ count: 0, distinct: 0 });
  });

  it('one that breaks off in the middle of one mail, whenever it is asked for it, hands out the others', async () => {
    await using wire = await startWire(dovecot().port, (chunk) => (chunk.includes('poisoned') ? null : chunk));
    const mails = [mailOf('q-0'), mailOf('q-poisoned'), mailOf('q-1'), mailOf('q-2')];
    await dovecot().append('broken', mails);
    const id = await add(centre().api, 'broken', wire.port);
    await eventually(
      async () => {
        // Without waiting longer after each failure.
        if ((await account(id)).state === 'failing') await centre().api('POST', `/api/v1/mail-accounts/${id}/try`);
        return count('q-');
      },
      (found) => found?.distinct === 3,
      60_000,
    );
    await dovecot().append('broken', [mailOf('q-3')]);
    await arrived('q-', 4);
    expect(await count('q-')).toEqual({ count: 4, distinct: 4 });
    await until(id, ({ state, backlog }) => state === 'watching' && backlog === 0);
    // A note is left of it once it was asked for often enough beside others that came.
    const aside = await eventually(
      () => centre().api('GET', '/api/v1/inbox?state=quarantined&q=breaks%20off'),
      ({ body }) => body.items.length > 0,
      60_000,
    );
    expect(aside.body.items).toMatchObject([{ channel: 'email' }]);
  });

  it('one that breaks off in the middle of some mails hands out the others in seconds, and nobody asks it to', async () => {
    await using wire = await startWire(dovecot().port, (chunk) =>
      /Subject: Mail few-(5|10|15|20)\r/.test(chunk) ? null : chunk,
    );
    await dovecot().append(
      'few',
      numbered('few-', 40).map((name) => mailOf(name)),
    );
    const id = await add(centre().api, 'few', wire.port);
    await arrived('few-', 36);
    expect(await count('few-')).toEqual({ count: 36, distinct: 36 });
    await dovecot().append('few', [mailOf('few-40')]);
    await arrived('few-', 37);
    const known = await account(id);
    expect(known.lastError).not.toBeNull();
  });

  it.each([
    ['', 'sick'],
    [' to whoever fetches then', 'sickly'],
  ])('one that hands out no mail for a while hands out all of them afterwards%s', async (_to, name) => {
    let sick = true;
    await using wire = await startWire(dovecot().port, (chunk) => (sick && chunk.includes(`${name}-`) ? null : chunk));
    await dovecot().append(name, [mailOf(`${name}-0`), mailOf(`${name}-1`)]);
    const notes = async (): Promise<number> =>
      (await centre().api('GET', '/api/v1/inbox?state=quarantined&q=breaks%20off')).body.items.length;
    const before = await notes();
    const id = await add(centre().api, name, wire.port);
    const passedOver = async (): Promise<number> => {
      if ((await account(id)).state === 'failing') await centre().api('POST', `/api/v1/mail-accounts/${id}/try`);
      const { rows } = await centre().hub.parts.db.sql.query<{ passed_over: object[] }>(
        'select passed_over from mail_account where id = $1',
        [id],
      );
      return rows[0]?.passed_over.length ?? 0;
    };
    await eventually(passedOver, (found) => found === 2, 60_000);
    expect([await count(`${name}-`), await notes()]).toEqual([{ count: 0, distinct: 0 }, before]);
    if (name === 'sickly') {
      // Nothing in memory tells of them after this.
      for (const enabled of [false, true])
        expect((await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled })).status).toBe(200);
    }
    sick = false;
    await eventually(
      async () => {
        if ((await account(id)).state === 'failing') await centre().api('POST', `/api/v1/mail-accounts/${id}/try`);
        return count(`${name}-`);
      },
      (found) => found?.distinct === 2,
      60_000,
    );
    expect(await count(`${name}-`)).toEqual({ count: 2, distinct: 2 });
  });

  it('one that stops answering is given up in time, while idle and in the middle of a mail', async () => {
    await using wire = await startWire(dovecot().port);
    await dovecot().append('half', [mailOf('h-0')]);
    const id = await add(centre().api, 'half', wire.port);
    await arrived('h-', 1);
    wire.stallAfter(0);
    await until(id, ({ lastErrorCode }) => lastErrorCode === 'timeout');
    wire.mend();
    await dovecot().append('half', [mailOf('h-1')]);
    await arrived('h-', 2);
    wire.stallAfter(300_000);
    await dovecot().append(
      'half',
      numbered('h-big', 4).map((name) => mailOf(name, 200_000)),
    );
    await until(id, ({ state }) => state === 'failing');
    wire.mend();
    await arrived('h-', 6);
    expect(await count('h-')).toEqual({ count: 6, distinct: 6 });
  });

  it('three days of mail, some of it read, come in whole through a restart and an expunge', async () => {
    const mails = numbered('b-', 1_500);
    const begun = Date.now() - 3 * 86_400_000;
    await dovecot().deliver(
      'backlog',
      mails.map((name) => Buffer.from(mailOf(name))),
      (index) => ({ at: new Date(begun + index * 172_000), seen: index % 3 === 0 }),
    );
    const id = await add(centre().api, 'backlog', dovecot().port);
    await eventually(
      () => count('b-'),
      (found) => (found?.distinct ?? 0) > 200,
      30_000,
    );
    const gone = await expunge('backlog', 1_500);
    await dovecot().stop();
    await dovecot().start();
    await until(id, ({ state, backlog }) => state === 'watching' && backlog === 0);
    await eventually(
      () => centre().api('GET', '/api/v1/inbox?state=pending'),
      ({ body }) => body.items.length === 0,
      30_000,
    );
    const { rows } = await centre().hub.parts.db.sql.query<{ id: string }>(
      `select external_id as id from message where external_id like '<b-%' and direction = 'in'`,
    );
    const found = rows.map((row) => row.id);
    const missing = mails.map((name) => `<${name}@example.org>`).filter((name) => !found.includes(name));
    expect(new Set(found).size).toBe(found.length);
    expect([[], [gone]]).toContainEqual(missing);
  });

  it('one whose certificate is vouched for is fetched over TLS and STARTTLS, and another hub takes over from one that was killed', async () => {
    await using ground = await createGround('postgres');
    const env = { ...ground.env, NODE_EXTRA_CA_CERTS: dovecot().certificate };
    await using holder = await startHubProcess(env, [], program);
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    await dovecot().append(
      'vouched',
      numbered('v-', 3).map((name) => mailOf(name)),
    );
    const names = ['tls', 'starttls'] as const;
    for (const security of names)
      await add(api, 'vouched', security === 'tls' ? dovecot().tlsPort : dovecot().port, {
        security,
        ...(security === 'starttls' && { host: 'localhost' }),
      });
    await eventually(
      () => api('GET', '/api/v1/mail-accounts'),
      ({ body }) => body.items.every(({ state }: { state: string }) => state === 'watching'),
      20_000,
    );
    // Nobody vouches for it here.
    const untrusted = await add(centre().api, 'untrusted', dovecot().port, { security: 'starttls' });
    expect(await until(untrusted, ({ state }) => state === 'failing')).toMatchObject({ lastErrorCode: 'certificate' });

    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 1 });
    const messages = async () =>
      (
        await db.sql.query<{ count: number; distinct: number }>(
          `select count(*) as count, count(distinct external_id) as distinct from message where external_id like '<k-%'`,
        )
      ).rows[0];
    const mails = numbered('k-', 400);
    await dovecot().deliver(
      'killed',
      mails.map((name) => Buffer.from(mailOf(name))),
    );
    // After the first hundred the server falls silent to whoever fetches, so that there are some left however late that one is killed.
    let isSilent = true;
    let handedOut = 0;
    await using wire = await startWire(dovecot().port, (chunk) => {
      handedOut += chunk.split('Text k-').length - 1;
      return isSilent && handedOut > 100 ? undefined : chunk;
    });
    await add(api, 'killed', wire.port);
    await eventually(messages, (found) => (found?.count ?? 0) > 50, 30_000);
    await using second = await createHub(loadEnvironment({ ...ground.env, PORT: '0', SMTP_INLET_PORT: '0' }), quick);
    expect(second.url).toBeDefined();
    await holder.kill('SIGKILL');
    expect((await messages())?.distinct).toBeLessThan(400);
    isSilent = false;
    await eventually(messages, (found) => found?.distinct === 400, 60_000);
    expect(await messages()).toEqual({ count: 400, distinct: 400 });
  });
});
