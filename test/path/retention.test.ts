import { randomUUID } from 'node:crypto';
import { retentionKind, type RetentionKind } from '@patchbay/contracts';
import { keepPeriods, keepPrivacy } from '@patchbay/engine/privacy/clock';
import { removeFiles } from '@patchbay/engine/privacy/files';
import { previewRetention } from '@patchbay/store/privacy/retention';
import { rollChannelFigures } from '@patchbay/store/queries/channel-health';
import { describe, expect, it } from 'vitest';
import { openApiCentre } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';

const days = 300;
const dayMs = 86_400_000;
/** What each kind may touch besides its own count and its line in the trail. */
const touched: Record<RetentionKind, readonly string[]> = {
  messages: ['ticket', 'message', 'awaited_file', 'outbound', 'held_reply', 'event', 'audit_entry'],
  attachments: ['attachment', 'awaited_file', 'file_removal'],
  recordings: ['attachment', 'file_removal'],
  calls: ['call'],
  raw: ['inbox', 'file_removal'],
  inbox: ['inbox'],
  quarantine: ['inbox', 'file_removal'],
  customers: ['privacy_request'],
  audit: ['audit_entry', 'audit_seal'],
  idempotency: ['idempotency'],
};
const own: Record<RetentionKind, string> = {
  messages: 'ticket',
  attachments: 'attachment',
  recordings: 'attachment',
  calls: 'call',
  raw: 'inbox',
  inbox: 'inbox',
  quarantine: 'inbox',
  customers: 'privacy_request',
  audit: 'audit_entry',
  idempotency: 'idempotency',
};

describe('a period', () => {
  const centre = shared(openApiCentre);
  const call = async (method: string, path: string, body?: unknown, status = 200, headers = {}) => {
    const answer = await centre().api(method, `/api/v1${path}`, body, headers);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  const set = (retention: object) => call('PUT', '/settings/privacy', { retention });

  const settled = () =>
    eventually(
      () =>
        centre().sql.query(
          `select 1 from outbound where status in ('queued', 'sending') union all select 1 from event where seq is null
           union all select 1 from event_reader r, relay_state s where r.seq < s.last_seq
           union all select 1 from grading_cursor g, relay_state s where g.seq < s.last_seq
           union all select 1 from customer where file_checked_at is null`,
          [],
        ),
      ({ rowCount }) => rowCount === 0,
    );

  /** Something of every kind; `word` stands in all that is said. */
  async function plant(word: string) {
    const { sql } = centre();
    const mail = async (text: string) => {
      const messageId = `<${randomUUID()}@${word}.example>`;
      const content = `${word} ${text} file`;
      const attachments = [{ filename: `${word}.txt`, content }];
      await mailProgram(centre().ground.smtpPort)({
        from: `${text}@${word}.example`,
        messageId,
        subject: word,
        text: word,
        attachments,
      });
      return centre().received(messageId);
    };
    const [one, phone, lost] = [await mail('one'), await mail('phone'), await mail('lost')];
    const type = {
      key: `type-${word}`,
      nameEn: 'x',
      nameZh: 'x',
      fields: [{ key: 'what', labelEn: 'x', labelZh: 'x', type: 'text' }],
    };
    await call('POST', '/request-types', type, 201);
    await call('PATCH', `/tickets/${one.ticketId}`, { requestType: type.key, fields: { what: `${word} field` } });
    await call('POST', `/tickets/${one.ticketId}/messages`, { text: `${word} note`, visibility: 'internal' }, 201);
    await call('PATCH', '/me', { undoSeconds: 60 });
    const held = await call('POST', `/tickets/${one.ticketId}/held-replies`, { text: `${word} reply` }, 201);
    await call('POST', `/held-replies/${held.id}/send-now`);
    await sql.query(
      `insert into awaited_file (message_id, position, url, filename, content_type, tries, next_try_at)
       values ($1, 2, 'https://files.example/late', $2, 'text/plain', 1, now() + interval '1 day')`,
      [one.id, `${word} late`],
    );
    await sql.query(`update message set channel = 'phone' where ticket_id = $1`, [phone.ticketId]);
    await sql.query(
      `insert into call (call_sid, ticket_id, customer_id, state, caller, called, started_at) values ($1, $2, $3, 'ended', $4, '+1', now())`,
      [`CA${word}`, phone.ticketId, phone.customerId, `+49 ${word}`],
    );
    await call('POST', '/customers', { displayName: word }, 201, { 'idempotency-key': word });
    await sql.query(
      `insert into inbox (channel, channel_account, external_id, state, raw, raw_type, raw_sha256, reason, quarantined_at, correlation_id)
       select channel, channel_account, $2, 'quarantined', raw, raw_type, raw_sha256, 'Unread', now(), correlation_id from inbox
       where id = (select inbox_id from message where id = $1)`,
      [lost.id, `lost-${word}`],
    );
    for (const { ticketId } of [one, phone, lost]) await call('PATCH', `/tickets/${ticketId}`, { status: 'closed' });
    await settled();
    await keepPrivacy(centre().hub.parts);
    return { customerIds: [one.customerId, phone.customerId] as string[], ticketId: one.ticketId as string };
  }

  async function snapshot() {
    const { sql } = centre();
    const { rows: names } = await sql.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'`,
      [],
    );
    const rows = names.map(async ({ name }) => {
      // Whoever seals the trail does so at any moment.
      const columns = name === 'audit_entry' ? '(t.id, t.action, t.ticket_id, t.detail, t.salt)' : 't';
      const found = await sql.query<{ row: string }>(`select ${columns}::text as row from "${name}" t`, []);
      return [name, new Set(found.rows.map(({ row }) => row))] as const;
    });
    return new Map(await Promise.all(rows));
  }

  const bookkeeping = [
    'relay_state',
    'sweep_progress',
    'event_reader',
    'retention_count',
    'agent',
    'auth_session',
    'setting',
    'grading_cursor',
    'grading_due',
    'identity_work',
    'suggestion',
    'blocking_key',
    'identifier_evidence',
    'identifier_name',
    'customer_file_total',
    'channel_rollup',
  ];
  /** Runs these periods so that all before `before` is past it. Answers the rows that went or changed, by table. */
  async function run(kinds: readonly RetentionKind[], before: Date) {
    const { parts } = centre().hub;
    await set({ idempotency: 365, ...Object.fromEntries(kinds.map((kind) => [kind, days])) });
    await settled();
    // What the hub itself looks at now and then: what it would take off the list meanwhile is off it.
    await removeFiles(parts);
    await rollChannelFigures(parts.db.sql);
    const was = await snapshot();
    await keepPeriods({ ...parts, now: () => new Date(before.getTime() + days * dayMs) });
    const is = await snapshot();
    await set({});
    const gone = [...was].map(([name, rows]) => [name, [...rows].filter((row) => !is.get(name)?.has(row))] as const);
    const came = [...is].map(([name, rows]) => [name, [...rows].filter((row) => !was.get(name)?.has(row))] as const);
    const filled = (changes: typeof gone) =>
      new Map(changes.filter(([name, rows]) => rows.length > 0 && !bookkeeping.includes(name)));
    return { gone: filled(gone), came: filled(came) };
  }

  it('removes of each kind what its preview says, and nothing else', async () => {
    const { sql } = centre();
    const old = await plant('ancient');
    const before = new Date();
    const young = await plant('youthful');
    // Nothing of them goes while a hold stands, and it goes when that is released.
    for (const id of old.customerIds) await call('PUT', `/customers/${id}/legal-hold`, { reason: 'A claim' }, 204);
    const { gone: unheld } = await run(['messages', 'attachments', 'recordings', 'calls', 'raw', 'inbox'], before);
    const said = [...unheld.values()].flat().filter((row) => /\b(?:one|phone)@ancient|ancient field/.test(row));
    expect(said).toEqual([]);
    for (const id of old.customerIds)
      await call('POST', `/customers/${id}/legal-hold/release`, { reason: 'Settled' }, 204);
    for (const kind of retentionKind.options) {
      const { count } = await previewRetention(sql, kind, before);
      expect([kind, count]).toEqual([kind, expect.toSatisfy((n: number) => n > 0)]);
      const { gone, came } = await run([kind], before);
      const changed = (kind === 'customers' ? came : gone).get(own[kind])?.length;
      expect([kind, changed]).toEqual([kind, count]);
      expect([kind, [...gone.keys()].filter((name) => !touched[kind].includes(name))]).toEqual([kind, []]);
      expect([
        kind,
        [...came.keys()].filter((name) => ![...touched[kind], 'audit_entry', 'audit_seal'].includes(name)),
      ]).toEqual([kind, []]);
      const texts = [...gone.values()].flat();
      expect([kind, texts.filter((row) => row.includes('youthful') || row.includes(young.ticketId))]).toEqual([
        kind,
        [],
      ]);
      expect([kind, (await previewRetention(sql, kind, before)).count]).toEqual([kind, 0]);
      const { rows } = await sql.query<{ n: number }>(
        'select sum(removed)::int as n from retention_count where kind = $1',
        [kind],
      );
      if (kind !== 'customers' && kind !== 'idempotency')
        expect([kind, rows[0]?.n]).toEqual([kind, expect.toSatisfy((n: number) => n >= count)]);
    }
  });

  it('leaves of what a ticket said no other copy', async () => {
    const { sql } = centre();
    const { ticketId } = await plant('foregone');
    await run(['messages'], new Date());
    const { rows } = await sql.query<{ text: string }>(
      `select concat_ws(' ', (select t::text from ticket t where id = $1), (select string_agg(m::text, ' ') from message m where ticket_id = $1),
         (select string_agg(h.input::text, ' ') from held_reply h where ticket_id = $1), (select string_agg(e.data::text, ' ') from event e where ticket_id = $1),
         (select string_agg(a.detail::text, ' ') from audit_entry a where ticket_id = $1), (select string_agg(o::text, ' ') from outbound o where ticket_id = $1),
         (select string_agg(f::text, ' ') from awaited_file f join message m on m.id = f.message_id where m.ticket_id = $1)) as text`,
      [ticketId],
    );
    expect(rows[0]?.text.match(/foregone (?:field|note|reply|late)/g)).toBeNull();
    expect(await call('GET', '/audit/check')).toMatchObject({ broken: [] });
  });

  it('of files takes those that are still to come', async () => {
    await plant('belated');
    const { gone } = await run(['attachments'], new Date());
    expect(gone.get('awaited_file')?.filter((row) => row.includes('belated late'))).toHaveLength(1);
  });
});
