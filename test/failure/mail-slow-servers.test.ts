/** Mailboxes whose servers are slow, or say something all the time and never what they are asked for: no other one waits for them. */
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { mailPassword, startDovecot } from '../support/dovecot.ts';
import { startHub } from '../support/hub.ts';
import { startWire } from '../support/imap-wire.ts';
import { mailNamed, quickAccounts } from '../support/mailbox-mail.ts';
import { shared } from '../support/shared.ts';

const mebibyte = 1024 * 1024;
/** Milliseconds: a server may be silent for so long, and take four times as long for a piece of a mail. */
const silenceMs = 2_000;

describe.skipIf(inject('dovecot') === null)('mailboxes on slow servers', () => {
  const dovecot = shared(() => startDovecot());
  const centre = shared(() => startHub('postgres', { overrides: { mailAccounts: { ...quickAccounts, silenceMs } } }));
  const add = async (username: string, port: number): Promise<string> => {
    const { status, body } = await centre().api('POST', '/api/v1/mail-accounts', {
      address: `${username}@patchbay.test`,
      host: '127.0.0.1',
      port,
      security: 'none',
      username,
      password: mailPassword,
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id;
  };
  const account = async (id: string) => (await centre().api('GET', `/api/v1/mail-accounts/${id}`)).body;
  const until = (id: string, holds: (body: Record<string, unknown>) => boolean) =>
    eventually(() => account(id), holds, 90_000);
  const arrived = async (prefix: string): Promise<number> => {
    const { rows } = await centre().hub.parts.db.sql.query<{ count: number }>(
      `select count(*)::int as count from message where external_id like $1 and direction = 'in'`,
      [`<${prefix}%`],
    );
    return rows[0]?.count ?? 0;
  };
  const large = (name: string, bytes: number) => Buffer.from(mailNamed(name, bytes, `${name}@example.org`));

  it('large mails that come a byte at a time hold up no large mail of another, and are given up in time', async () => {
    await using slow = await startWire(dovecot().port);
    slow.dripFrom('BODY[]');
    const names = Array.from({ length: 9 }, (_, index) => `drip-${index}`);
    for (const name of names) await dovecot().deliver(name, [large(name, 24.5 * mebibyte)]);
    const slowOnes = await Promise.all(names.map((name) => add(name, slow.port)));
    await eventually(
      async () => slow.dripping(),
      (lines) => lines >= 8,
      30_000,
    );
    await dovecot().deliver('well', [large('well-0', 2 * mebibyte)]);
    await add('well', dovecot().port);
    await eventually(
      () => arrived('well-'),
      (count) => count === 1,
      10_000,
    );
    for (const id of slowOnes)
      expect(await until(id, ({ state }) => state === 'failing')).toMatchObject({
        lastErrorCode: 'timeout',
        nextTryAt: expect.any(String),
      });
    const [id = '', ...others] = slowOnes;
    for (const other of others)
      expect((await centre().api('DELETE', `/api/v1/mail-accounts/${other}`)).status).toBe(204);
    slow.mend();
    await centre().api('POST', `/api/v1/mail-accounts/${id}/try`);
    // Where it broke off while that mail was asked for by itself the mail is left for later at first, and that is said.
    await until(id, ({ state, backlog, lastError }) => state === 'watching' && backlog === 0 && lastError === null);
    await eventually(
      () => arrived('drip-0@'),
      (count) => count === 1,
    );
  });

  it('servers that fall silent at any stage hold up no other mailbox, and each is shown with its next try', async () => {
    const stages: [string, RegExp][] = [
      ['greeting', /^\* OK \[CAPABILITY[^\r]*\] Dovecot/],
      ['signing in', / OK \[CAPABILITY[^\r]*\] Logged in/],
      ['list of folders', /^\* LIST /m],
      ['folder', /UIDVALIDITY/],
      ['search', /^\* E?SEARCH/m],
      ['list of mails', /RFC822\.SIZE/],
      ['mail', /BODY\[\]/],
      ['large mail', /BODY\[\]<524288>/],
      ['wait for news', /^\+ idling/m],
      ['end of the wait', / OK Idle completed/],
    ];
    await using stack = new AsyncDisposableStack();
    const hanging: string[] = [];
    for (const [index, [, pattern]] of stages.entries()) {
      const wire = stack.use(await startWire(dovecot().port, (chunk) => (pattern.test(chunk) ? undefined : chunk)));
      await dovecot().deliver(`hangs-${index}`, [large(`hangs-${index}`, 2 * mebibyte), large(`small-${index}`, 100)]);
      hanging.push(await add(`hangs-${index}`, wire.port));
    }
    const prompt = await add('prompt', dovecot().port);
    await until(prompt, ({ state }) => state === 'watching');
    for (const [index, id] of hanging.entries()) {
      const name = `prompt-${index}`;
      await dovecot().append('prompt', [mailNamed(name, 100, `${name}@example.org`)]);
      await eventually(
        () => arrived(`${name}@`),
        (count) => count === 1,
        5_000,
      );
      const failed = await until(id, ({ lastErrorCode }) => lastErrorCode !== null);
      expect([stages[index]?.[0], failed]).toMatchObject([stages[index]?.[0], { lastErrorCode: 'timeout' }]);
      await until(id, ({ state, nextTryAt }) => state === 'failing' && nextTryAt !== null);
    }
  });
});
