/** Mails that their server does not hand out, for hours or for good: none is forgotten, whatever becomes of the account. */
import { readComponents } from '@patchbay/engine/watch/components';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { mailPassword, startDovecot } from '../support/dovecot.ts';
import { startHub } from '../support/hub.ts';
import { startWire } from '../support/imap-wire.ts';
import { mailNamed, quickAccounts } from '../support/mailbox-mail.ts';
import { shared } from '../support/shared.ts';

/** Milliseconds. Much longer than a server may be silent: between two times that a silent one is asked the account has its word. */
const rareMs = 6_000;
const minute = 60_000;
const mailOf = (name: string) => mailNamed(name, 0, `${name}@example.org`);

describe.skipIf(inject('dovecot') === null)('mails that are not handed out', () => {
  const dovecot = shared(() => startDovecot());
  /** Milliseconds by which the hub's clock goes ahead. */
  let ahead = 0;
  const centre = shared(() =>
    startHub('postgres', {
      overrides: {
        mailAccounts: { ...quickAccounts, rareMs, silenceMs: 2_000 },
        now: () => new Date(Date.now() + ahead),
      },
    }),
  );

  const add = async (username: string, port: number, more: object = {}): Promise<string> => {
    const { status, body } = await centre().api('POST', '/api/v1/mail-accounts', {
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
  };
  /** As it is shown; it is tried at once where it fails. */
  const account = async (id: string) => {
    const { body } = await centre().api('GET', `/api/v1/mail-accounts/${id}`);
    if (body.state === 'failing') await centre().api('POST', `/api/v1/mail-accounts/${id}/try`);
    return body;
  };
  const until = (id: string, holds: (body: Record<string, unknown>) => boolean) =>
    eventually(() => account(id), holds, 60_000);
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
      30_000,
    );
  /** Of its mails; none else leaves such notes under its address. */
  const notes = async (username: string) => {
    const { rows } = await centre().hub.parts.db.sql.query<{ id: string; state: string; reason: string }>(
      `select id, state, reason from inbox where external_id like '%@not-handed-out>' and convert_from(raw, 'UTF8') like $1`,
      [`%${username}@patchbay.test%`],
    );
    return rows;
  };

  /** How many of which notes were left the account is shown with. */
  const noted = async (username: string) => {
    const { body } = await centre().api('GET', '/api/v1/channel-health');
    return body.components.find(({ name }: { name: string }) => name === `${username}@patchbay.test`)?.counts.noted;
  };

  it.each([
    ['at which the connection breaks off', null],
    ['that is never told', undefined],
  ])(
    'one %s is noted, and when it is handed out after all it is one message, and its note is settled',
    async (_what, fault) => {
      const user = fault === null ? 'breaks' : 'silent';
      let sick = true;
      let asked = 0;
      await using wire = await startWire(dovecot().port, (chunk) => {
        if (!sick || !chunk.includes(`Text ${user}-sick`)) return chunk;
        asked += 1;
        return fault;
      });
      await dovecot().append(user, [mailOf(`${user}-sick`), mailOf(`${user}-well`)]);
      const id = await add(user, wire.port);
      await eventually(
        async () => (await account(id), notes(user)),
        (found) => found.length === 1,
        60_000,
      );
      await until(id, ({ state }) => state === 'watching');
      const askedAgain = async (look: () => Promise<unknown>) => {
        const before = asked;
        await eventually(
          async () => (await look(), asked),
          (times) => times >= before + 2,
          30_000,
        );
      };
      // What has been asked for above is over by then.
      await askedAgain(async () => undefined);
      await until(id, ({ state, lastError }) => state === 'watching' && lastError === null);
      // It is asked for again now and then, and the account is as well as it was meanwhile.
      const seen = new Set<string>();
      await askedAgain(async () => {
        const { state, backlog, lastError } = (await centre().api('GET', `/api/v1/mail-accounts/${id}`)).body;
        seen.add(`${state} ${backlog} ${lastError}`);
      });
      expect([...seen]).toEqual(['watching 0 null']);
      expect(await noted(user)).toBe(1);
      expect(await count(`${user}-`)).toEqual({ count: 1, distinct: 1 });
      sick = false;
      await arrived(`${user}-`, 2);
      const [note] = await eventually(
        () => notes(user),
        ([one]) => one?.state === 'done',
      );
      expect(note?.reason).toContain('handed out this mail since');
      expect((await centre().api('POST', `/api/v1/inbox/${note?.id}/replay`)).status).toBe(409);
      await until(id, ({ lastError, backlog }) => lastError === null && backlog === 0);
      expect(await count(`${user}-`)).toEqual({ count: 2, distinct: 2 });
    },
  );

  const kept = async (id: string) => {
    await account(id);
    const { rows } = await centre().hub.parts.db.sql.query<{ passed: object[]; completeUntil: Date }>(
      'select passed_over as passed, complete_until as "completeUntil" from mail_account where id = $1',
      [id],
    );
    return rows[0];
  };
  const change = async (id: string, settings: object) =>
    expect((await centre().api('PATCH', `/api/v1/mail-accounts/${id}`, settings)).status).toBe(200);
  const well = (id: string) => until(id, ({ state, backlog }) => state === 'watching' && backlog === 0);

  /** An account over a line that is cut at its one mail, and all that came long after that is here. */
  async function passOne(user: string, port: number, later: number): Promise<string> {
    {
      await using client = await dovecot().session(user);
      await client.mailboxCreate('Support');
    }
    const id = await add(user, port, { importFrom: 'new' });
    await well(id);
    await dovecot().append(user, [mailOf(user)]);
    await eventually(
      () => kept(id),
      (row) => row?.passed.length === 1,
      60_000,
    );
    ahead = later;
    await eventually(
      () => kept(id),
      (row) => Number(row?.completeUntil) > Date.now() + later - minute,
      60_000,
    );
    return id;
  }

  it.each([
    ['another port', 20 * minute, (port: number) => [{ port, password: mailPassword }]],
    ['the mail of one day', 26 * 60 * minute, () => [{ importFrom: 'days', importDays: 1 }]],
    ['another folder and back', 20 * minute, () => [{ folder: 'Support' }, { folder: 'INBOX' }]],
    ['another server', 20 * minute, (port: number) => [{ host: 'localhost', port, password: mailPassword }]],
  ])('one that was passed over comes when its account is turned to %s', async (what, later, changes) => {
    const user = `turned-${what.replaceAll(' ', '-')}`;
    let sick = true;
    await using wire = await startWire(dovecot().port, (chunk) =>
      sick && chunk.includes(`Text ${user}`) ? null : chunk,
    );
    try {
      const id = await passOne(user, wire.port, later);
      const [first, second] = changes(dovecot().port);
      if (second) {
        await change(id, first ?? {});
        await well(id);
        // Nobody asks for it now, and somebody is told.
        expect(await notes(user)).toMatchObject([{ state: 'quarantined' }]);
      }
      await change(id, second ?? first ?? {});
      sick = false;
      await well(id);
      await arrived(user, 1);
      await well(id);
      expect(await count(user)).toEqual({ count: 1, distinct: 1 });
      if (second)
        await eventually(
          () => notes(user),
          ([note]) => note?.state === 'done',
        );
    } finally {
      ahead = 0;
    }
  });

  it('is noted once however often the address is another one, and settled when it comes', async () => {
    const user = 'renamed';
    let sick = true;
    await using wire = await startWire(dovecot().port, (chunk) =>
      sick && chunk.includes(`Text ${user}`) ? null : chunk,
    );
    const id = await passOne(user, wire.port, 0);
    {
      await using client = await dovecot().session(user);
      await client.mailboxCreate('Sales');
    }
    for (const folder of ['Support', 'Sales']) {
      await change(id, { folder, address: `${folder.toLowerCase()}.${user}@patchbay.test` });
      await well(id);
      expect(await notes(user)).toMatchObject([{ state: 'quarantined' }]);
    }
    await change(id, { folder: 'INBOX' });
    sick = false;
    await well(id);
    await arrived(user, 1);
    await eventually(
      () => notes(user),
      ([note]) => note?.state === 'done',
    );
    expect(await notes(user)).toHaveLength(1);
  });

  it('an account that tells of one that waits is connected anew, and is not in trouble as long as that does not fail', async () => {
    const user = 'anew';
    /** To those who connect. */
    let deaf = false;
    const without = (chunk: string) =>
      chunk.includes(`Text ${user}`) ? chunk.replace(/^\* \d+ FETCH [\s\S]*\)\r\n(?=\w+ OK)/, '') : chunk;
    await using wire = await startWire(dovecot().port, (chunk) =>
      deaf && chunk.startsWith('* OK [CAPABILITY') ? undefined : without(chunk),
    );
    const id = await passOne(user, wire.port, 0);
    const health = async () =>
      (await readComponents(centre().hub.parts, [])).find(({ name }) => name === `${user}@patchbay.test`);
    const lastError = expect.stringMatching('does not hand out 1 of it');
    const before = await eventually(health, (now) => now?.state === 'slow' && now.lastError !== null);
    expect(before).toMatchObject({ reason: { code: 'backlog' }, lastError });
    deaf = true;
    await centre().api('POST', `/api/v1/mail-accounts/${id}/try`);
    const next = await eventually(health, (now) => !['backlog', 'fine'].includes(now?.reason.code ?? ''));
    expect(next).toMatchObject({ state: 'ok', reason: { code: 'connecting' }, lastError });
    // That the server does not answer is another trouble, also while it is tried again.
    const failed = await eventually(health, (now) => now?.reason.code !== 'connecting');
    expect(failed).toMatchObject({ state: 'failing', reason: { code: 'not-answering' } });
    const again = await eventually(health, (now) => now?.nextTryAt === null);
    expect(again).toMatchObject({ state: 'failing', lastError: failed?.lastError });
    deaf = false;
    await eventually(health, (now) => now?.state === 'slow', 30_000);
  });

  const remove = async (id: string) =>
    expect((await centre().api('DELETE', `/api/v1/mail-accounts/${id}`)).status).toBe(204);

  it('of one that was passed over a note is left when its account is removed', async () => {
    await using wire = await startWire(dovecot().port, (chunk) => (chunk.includes('Text removed') ? null : chunk));
    const id = await passOne('removed', wire.port, 0);
    expect(await notes('removed')).toEqual([]);
    // While it waits and no note tells of it the account does.
    await until(
      id,
      ({ lastError, backlog }) =>
        backlog === 1 &&
        lastError === 'Mail comes in, but the server does not hand out 1 of it, which is asked for again',
    );
    await remove(id);
    expect(await notes('removed')).toMatchObject([{ state: 'quarantined' }]);
  });

  it('of those in a mailbox before, too, when the one that was put in its place was never opened', async () => {
    await using wire = await startWire(dovecot().port, (chunk) => (chunk.includes('Text unopened') ? null : chunk));
    const id = await passOne('unopened', wire.port, 0);
    await change(id, { folder: 'Nowhere' });
    await until(id, ({ lastErrorCode }) => lastErrorCode === 'folder-missing');
    expect(await notes('unopened')).toEqual([]);
    await remove(id);
    expect(await notes('unopened')).toMatchObject([{ state: 'quarantined' }]);
  });

  it('of those of two mailboxes one note each is left when their account is removed', async () => {
    await using wire = await startWire(dovecot().port, (chunk) => (chunk.includes('Text both') ? null : chunk));
    const id = await passOne('both', wire.port, 0);
    await change(id, { folder: 'Support' });
    await well(id);
    await dovecot().append('both', [mailOf('both-later')], 'Support');
    await eventually(
      () => kept(id),
      (row) => row?.passed.length === 1,
      60_000,
    );
    await remove(id);
    expect(await notes('both')).toMatchObject([{ state: 'quarantined' }, { state: 'quarantined' }]);
  });
});
