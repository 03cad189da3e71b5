/** Mails that their server does not hand out, for hours or for good: none is forgotten, whatever becomes of the account. */
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { mailPassword, startDovecot } from '../support/dovecot.ts';
import { startHub } from '../support/hub.ts';
import { startWire } from '../support/imap-wire.ts';
import { mailNamed, quickAccounts } from '../support/mailbox-mail.ts';
import { shared } from '../support/shared.ts';

const rareMs = 2_000;
const mailOf = (name: string) => mailNamed(name, 0, `${name}@example.org`);

describe.skipIf(inject('dovecot') === null)('mails that are not handed out', () => {
  const dovecot = shared(() => startDovecot());
  const centre = shared(() =>
    startHub('postgres', { overrides: { mailAccounts: { ...quickAccounts, rareMs, silenceMs: 2_000 } } }),
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
      [`%, ${username}@patchbay.test%`],
    );
    return rows;
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
      // It is asked for again now and then, and the account is as well as it was meanwhile.
      const seen = new Set<string>();
      const before = asked;
      await eventually(
        async () => {
          const { state, backlog, lastError } = (await centre().api('GET', `/api/v1/mail-accounts/${id}`)).body;
          seen.add(`${state} ${backlog} ${lastError}`);
          return asked;
        },
        (times) => times >= before + 2,
        30_000,
      );
      expect([...seen]).toEqual([
        'watching 0 Mail comes in, but the server does not hand out 1 of it, which is asked for again',
      ]);
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
});
