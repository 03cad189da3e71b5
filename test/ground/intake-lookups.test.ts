/** What the database looks up for contacts: a few rows by their keys, and of a text its beginning. */
import { inboundContact } from '@patchbay/contracts';
import { ingestSnapshots } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startHub } from '../support/hub.ts';
import { insertPending } from '../support/inbox-row.ts';
import { shared } from '../support/shared.ts';

const hub = shared(() => startHub('postgres', { env: { ROLES: 'web', SMTP_INLET_PORT: '0' } }));

const mail = (n: number) =>
  inboundContact.parse({
    channel: 'email',
    channelAccount: 'email',
    externalId: `<lookup.${n}@x.example>`,
    identifiers: [{ kind: 'email', value: `lookup-${n}@x.example`, grade: 'known' }],
    from: `lookup-${n}@x.example`,
    to: ['support@patchbay.test'],
    threading: { references: [`<lookup.${n + 1}@x.example>`, `<history.${n}@x.example>`] },
    receivedAt: new Date().toISOString(),
  });

/** Entries of indexes that this transaction has read, and rows of tables that it has read without one. */
async function entriesRead(tx: Queryable): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ name: string; read: number }>(
    `select c.oid::regclass::text as name, pg_stat_get_xact_tuples_returned(c.oid)::int as read from pg_class c
     left join pg_index i on i.indexrelid = c.oid
     where coalesce(i.indrelid, c.oid) = any (array['ticket', 'message', 'outbound', 'identifier', 'thread_reference', 'ticket_party', 'event']::regclass[])`,
  );
  return new Map(rows.map(({ name, read }) => [name, read]));
}

describe('what contacts that came together are decided by', () => {
  it('is looked up for each, however small the tables were when that was planned', async () => {
    const { parts } = hub().hub;
    const ids = await Promise.all([1, 2, 3].map((n) => insertPending(parts.db.sql, mail(n))));
    await parts.db.sql.query('vacuum analyze');
    await parts.db.transaction(async (tx) => {
      await ingestSnapshots(tx, ids, '{"email": 0}');
      await tx.query(
        `with customers as (insert into customer (display_name) select 'Customer ' || n from generate_series(1, 1000) n returning id),
         tickets as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
           select 'Subject', 'email', 'email', id, id || '@x.example' from customers returning id)
         insert into thread_reference (reference, ticket_id) select '<history.' || row_number() over () || '@x.example>', id from tickets`,
      );
      const before = await entriesRead(tx);
      const found = await ingestSnapshots(tx, ids, '{"email": 0}');
      expect(found.map(({ snapshot }) => snapshot.tickets.map(({ via }) => via))).toEqual(ids.map(() => ['reference']));
      const after = await entriesRead(tx);
      const most = [...after].map(([name, read]) => ({ name, read: read - (before.get(name) ?? 0) }));
      expect(most.filter(({ read }) => read > 10)).toEqual([]);
      expect(most.find(({ name }) => name === 'thread_reference_pkey')?.read).toBeGreaterThan(0);
    });
  });
});

/** White_Space of Unicode, and the mark that the function sets itself. */
const blanks = [
  ...'\t\n\v\f\r\u0001\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
];

describe('the first words of a text', () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom(' ', '  ', '\r\n', ...blanks, '漢', '🙂', 'é'), fc.string()), {
      maxLength: 60,
    })
    .map((pieces) => pieces.join('').replaceAll('\0', '').toWellFormed());

  it('stand on one line with one blank between them, whatever stood there', async () => {
    const { sql } = hub().hub.parts.db;
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const { rows } = await sql.query<{ words: string }>('select first_words($1) as words', [given]);
        const onOneLine = [...given].map((sign) => (blanks.includes(sign) ? ' ' : sign)).join('');
        const expected = onOneLine.replaceAll(/ +/g, ' ');
        expect(rows[0]?.words).toBe([...expected].slice(0, 140).join(''));
      }),
    );
  });

  it('are those of its beginning alone', async () => {
    const { sql } = hub().hub.parts.db;
    const { rows } = await sql.query<{ words: string }>(`select first_words(repeat(' ', 3000) || 'late') as words`);
    expect(rows[0]?.words).toBe(' ');
  });
});
