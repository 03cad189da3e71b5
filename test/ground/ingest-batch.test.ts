/** Contacts ingested together end as they would have ended one after another. */
import { inboundContact } from '@patchbay/contracts';
import type { InboundContact } from '@patchbay/contracts';
import { createIngestion } from '@patchbay/engine/pipeline/ingest-batch';
import { ingestContact } from '@patchbay/engine/pipeline/ingest';
import type { Hub } from '@patchbay/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { startHub } from '../support/hub.ts';
import { insertPending } from '../support/inbox-row.ts';
import { shared } from '../support/shared.ts';

const usually = <T>(common: T, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(common) }, { weight: 1, arbitrary: rare });
const mail = fc.record({
  sender: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  grade: usually('known' as const, fc.constant('claimed' as const)),
  /** Another identifier that it names: of somebody else, a claim, or proved after it was claimed. */
  account: fc.option(
    fc.record({ of: fc.constantFrom('a', 'b'), grade: fc.constantFrom('known' as const, 'claimed' as const) }),
    {
      freq: 2,
    },
  ),
  kind: usually('customer' as const, fc.constantFrom('auto-reply' as const, 'bounce' as const)),
  /** Which of the others it answers, also one that comes later. */
  answers: fc.option(fc.nat(8), { freq: 2 }),
  cc: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 4 }),
  address: fc.constantFrom('support', 'sales'),
});
type Mail = typeof mail extends fc.Arbitrary<infer T> ? T : never;

const plain = { grade: 'known', account: null, kind: 'customer', answers: null, cc: null, address: 'support' } as const;

/** Three customers write past each other: the last mail names one that a third had answered before it came. */
const crossed = (
  [
    ['a', null],
    ['a', null],
    ['b', 0],
    ['c', 4],
    ['b', 0],
    ['a', 4],
  ] as const
).map(([sender, answers]): Mail => ({ ...plain, sender, answers }));

const id = (world: string, index: number) => `<${world}.${index}@x.example>`;

function contactOf(world: string, given: Mail, index: number): InboundContact {
  const address = (name: string) => `${name}-${world}@x.example`;
  const references = given.answers === null || given.answers === index ? [] : [id(world, given.answers)];
  return inboundContact.parse({
    channel: 'email',
    channelAccount: 'email',
    externalId: id(world, index),
    contentHash: `${world}.${index}`,
    kind: given.kind,
    automatic: given.kind !== 'customer',
    identifiers: [
      { kind: 'email', value: address(given.sender), grade: given.grade },
      ...(given.account === null
        ? []
        : [{ kind: 'account' as const, value: `${given.account.of}-${world}`, grade: given.account.grade }]),
    ],
    from: address(given.sender),
    to: [`${given.address}@patchbay.test`],
    deliveredTo: [`${given.address}@patchbay.test`],
    cc: given.cc === null ? [] : [address(given.cc)],
    subject: `Mail ${index}`,
    text: `Text ${index}`,
    threading: { references },
    receivedAt: new Date().toISOString(),
  });
}

/** Puts a contact into the inbox that no release could have written. The database refuses it half way through, or as it looks at it. */
async function receivePoisoned(
  running: Hub,
  contact: InboundContact,
  poisoned: 'sentAt' | 'identifiers' = 'sentAt',
): Promise<string> {
  const [inboxId = ''] = await receive(running, [contact]);
  await running.parts.db.sql.query(
    `update inbox set contact = jsonb_set(contact, array[$2], '"never"') where id = $1`,
    [inboxId, poisoned],
  );
  return inboxId;
}

async function receive({ parts }: Hub, contacts: readonly InboundContact[]): Promise<string[]> {
  const ids: string[] = [];
  for (const contact of contacts) ids.push(await insertPending(parts.db.sql, contact));
  return ids;
}

/** Everything that became of a world's contacts, customers and tickets called by the first mail of theirs. */
async function outcome({ parts }: Hub, world: string): Promise<unknown> {
  const { rows } = await parts.db.sql.query<{ what: unknown }>(
    `with mail as (
       select m.*, row_number() over (order by m.external_id) as n from message m where m.external_id like $1),
     ticket_name as (select ticket_id, min(external_id) as name from mail group by ticket_id),
     customer_name as (select customer_id, min(external_id) as name from mail group by customer_id)
     select jsonb_build_object(
       'mails', (select jsonb_agg(jsonb_build_object('id', m.external_id, 'ticket', tn.name, 'customer', cn.name, 'kind', m.kind, 'to', m.recipients,
           'cc', m.copies, 'at', m.delivered_to, 'text', m.body_text, 'state', i.state) order by m.external_id)
         from mail m join ticket_name tn on tn.ticket_id = m.ticket_id join customer_name cn on cn.customer_id = m.customer_id
         join inbox i on i.id = m.inbox_id and i.message_id = m.id and i.ticket_id = m.ticket_id),
       'tickets', (select jsonb_agg(jsonb_build_object('name', tn.name, 'subject', t.subject, 'count', t.message_count, 'queued', t.queue_id is not null,
           'waiting', t.waiting_since is not null, 'preview', t.preview, 'linked', ln.name,
           'parties', (select jsonb_agg(p.value order by p.value) from ticket_party p where p.ticket_id = t.id),
           'addresses', (select jsonb_agg(d.address order by d.address) from ticket_address d where d.ticket_id = t.id),
           'references', (select jsonb_agg(r.reference order by r.reference) from thread_reference r where r.ticket_id = t.id),
           'answers', (select jsonb_agg(o.recipient) from outbound o where o.ticket_id = t.id),
           'events', (select jsonb_agg(jsonb_build_array(e.type, regexp_replace(coalesce(e.data ->> 'reason', ''), '[0-9]+', '', 'g')) order by e.id)
             from event e where e.ticket_id = t.id)) order by tn.name)
         from ticket_name tn join ticket t on t.id = tn.ticket_id left join ticket_name ln on ln.ticket_id = t.linked_ticket_id),
       'identifiers', (select jsonb_agg(jsonb_build_array(cn.name, k.value, k.grade) order by cn.name, k.value)
         from customer_name cn join identifier k on k.customer_id = cn.customer_id)) as what`,
    [`<${world}.%`],
  );
  return JSON.parse(JSON.stringify(rows[0]?.what).replaceAll(world, 'world'));
}

describe('contacts that are ingested together', () => {
  // Without workers: the test itself says what is ingested, and how.
  const hub = shared(() => startHub('postgres', { env: { ROLES: 'web', SMTP_INLET_PORT: '0' } }));

  it('end as they do one after another', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(mail, { minLength: 1, maxLength: 9 }),
        fc.boolean(),
        fc.boolean(),
        async (mails, once, poisoned) => {
          run += 1;
          const { hub: running } = hub();
          const [alone, together] = [`alone${run}w`, `along${run}w`];
          const world = (name: string) =>
            receive(
              running,
              mails.map((one, index) => contactOf(name, one, index)),
            );
          for (const inboxId of await world(alone)) await ingestContact(running.parts, { inboxId });
          const ids = await world(together);
          // With it nothing can be ingested together, and each is tried for itself.
          if (poisoned)
            ids.push(await receivePoisoned(running, contactOf(`poison${run}w`, { ...plain, sender: 'a' }, 0)));
          const ingest = createIngestion(running.parts);
          // A job that is delivered twice changes nothing.
          await Promise.all(once ? [ingest(ids)] : [ingest(ids), ingest(ids)]);
          expect(await outcome(running, together)).toEqual(await outcome(running, alone));
        },
      ),
      {
        numRuns: 60,
        examples: [
          [crossed, false, false],
          [crossed, true, true],
        ],
      },
    );
  }, 60_000);

  it.each(['alone', 'together'])(
    'raise what their customer claimed, and leave others what is theirs: %s',
    async (how) => {
      const { hub: running } = hub();
      const { sql } = running.parts.db;
      const take = async (from: number, ...mails: Pick<Mail, 'sender' | 'account'>[]) => {
        const ids = await receive(
          running,
          mails.map((one, index) => contactOf(`raise-${how}`, { ...plain, ...one }, from + index)),
        );
        if (how === 'together') await createIngestion(running.parts)(ids);
        else for (const inboxId of ids) await ingestContact(running.parts, { inboxId });
      };
      const account = { of: 'a', grade: 'known' } as const;
      const grades = async () =>
        (
          await sql.query<{ holder: string; grade: string }>(
            `select left(c.display_name, 1) as holder, i.grade from identifier i join customer c on c.id = i.customer_id where i.value = $1 order by 1`,
            [`a-raise-${how}`],
          )
        ).rows.map(({ holder, grade }) => `${holder} ${grade}`);
      await take(0, { sender: 'a', account: { ...account, grade: 'claimed' } }, { sender: 'b', account: null });
      expect(await grades()).toEqual(['a claimed']);
      await take(2, { sender: 'a', account }, { sender: 'c', account: null });
      expect(await grades()).toEqual(['a known']);
      const { rows: told } = await sql.query(
        `select e.data - 'value' as data, v.grade from event e join identifier_evidence v on v.customer_id = e.customer_id and v.value = e.data ->> 'value'
       where e.type = 'customer.identified' and e.data ->> 'value' = $1`,
        [`a-raise-${how}`],
      );
      expect(told).toEqual([
        { data: { kind: 'account', grade: 'known', source: 'message', outcome: 'proved' }, grade: 'known' },
      ]);
      // Another known sender proves it as well: who it is was decided by the address, and the account stays the first one's.
      await take(4, { sender: 'b', account }, { sender: 'c', account: null });
      expect(await grades()).toEqual(['a known', 'b claimed']);
    },
  );

  it.each(['alone', 'together'])('go on where they can be answered at both their ends: %s', async (how) => {
    const { hub: running } = hub();
    const both = ['1', '2'].map((n) => `+49151123610${how === 'alone' ? '0' : '1'}${n}`);
    const [one = '', two = ''] = both;
    const text = (from: string, to: string, externalId: string) =>
      inboundContact.parse({
        channel: 'sms',
        channelAccount: to,
        from,
        to: [to],
        externalId: `${how} ${externalId}`,
        identifiers: both
          .map((value) => ({ kind: 'phone', value, grade: 'known' }))
          .toSorted((a) => (a.value === from ? -1 : 1)),
        threading: { references: [] },
        receivedAt: new Date().toISOString(),
        text: 'Hello',
      });
    const take = async (contact: InboundContact) => {
      const ids = await receive(running, [
        contact,
        inboundContact.parse({
          ...contact,
          from: 'nobody',
          identifiers: [],
          externalId: `${contact.externalId} beside`,
        }),
      ]);
      if (how === 'together') await createIngestion(running.parts)(ids);
      else for (const inboxId of ids) await ingestContact(running.parts, { inboxId });
      const { rows } = await running.parts.db.sql.query<{ ticketId: string }>(
        'select ticket_id as "ticketId" from inbox where id = $1',
        [ids[0]],
      );
      return rows[0]?.ticketId;
    };
    const first = await take(text(one, '+15005550006', '1'));
    const elsewhere = await take(text(one, '+15005550099', '2'));
    const bySecond = await take(text(two, '+15005550006', '3'));
    expect(new Set([first, elsewhere, bySecond]).size).toBe(3);
    expect(await take(text(one, '+15005550006', '4'))).toBe(first);
    expect(await take(text(one, '+15005550099', '5'))).toBe(elsewhere);
    expect(await take(text(two, '+15005550006', '6'))).toBe(bySecond);
  });

  it('are acknowledged each within its own window: who asks for HELP has nobody else told twice', async () => {
    const { api, hub: running } = hub();
    const { sql } = running.parts.db;
    await api('PUT', '/api/v1/settings/messaging', { helpReply: true, helpText: null });
    const [told, asks] = ['+4915112360001', '+4915112360002'];
    await sql.query(
      "insert into acknowledgement (channel, address, at) select 'sms', unnest($1::text[]), now() - interval '30 minutes'",
      [[told, asks]],
    );
    const text = {
      channel: 'sms',
      channelAccount: '+15005550006',
      to: ['+15005550006'],
      threading: { references: [] },
    };
    const from = (number: string) => ({
      from: number,
      identifiers: [{ kind: 'phone', value: number, grade: 'known' }],
      externalId: `SM${number}`,
      contentHash: number,
      receivedAt: new Date().toISOString(),
    });
    const ids = await receive(running, [
      inboundContact.parse({ ...text, ...from(told), kind: 'customer', text: 'Hello' }),
      inboundContact.parse({
        ...text,
        ...from(asks),
        kind: 'system',
        text: 'HELP',
        consent: { word: 'help', said: 'HELP', byCarrier: false },
      }),
    ]);
    await createIngestion(running.parts)(ids);
    const { rows } = await sql.query('select recipient from outbound where recipient = any ($1)', [[told, asks]]);
    expect(rows).toEqual([{ recipient: asks }]);
  });

  it.each(['alone', 'together'])(
    'leave no mark on an address whose owner writes after a report on it: %s',
    async (how) => {
      const { hub: running } = hub();
      const { sql } = running.parts.db;
      const world = `mark-${how}`;
      const [first = ''] = await receive(running, [contactOf(world, { ...plain, sender: 'a' }, 0)]);
      await ingestContact(running.parts, { inboxId: first });
      await sql.query(`update outbound set status = 'sent', external_id = $2 where recipient = $1`, [
        `a-${world}@x.example`,
        `<sent.${world}@x.example>`,
      ]);
      const report = inboundContact.parse({
        ...contactOf(world, { ...plain, sender: 'd', kind: 'bounce' }, 1),
        reports: [
          {
            messageId: `<sent.${world}@x.example>`,
            recipient: `a-${world}@x.example`,
            result: 'failed',
            permanent: true,
          },
        ],
      });
      const marks = async () =>
        (await sql.query('select mark from address_mark where value = $1', [`a-${world}@x.example`])).rows;
      const ids = await receive(running, [report, contactOf(world, { ...plain, sender: 'a' }, 2)]);
      if (how === 'together') await createIngestion(running.parts)(ids);
      else {
        const [one = '', other = ''] = ids;
        await ingestContact(running.parts, { inboxId: one });
        expect(await marks()).toEqual([{ mark: 'undeliverable' }]);
        await ingestContact(running.parts, { inboxId: other });
      }
      expect(await marks()).toEqual([]);
    },
  );

  it('have their numbers in the order in which they came', async () => {
    const { hub: running } = hub();
    const ids = await receive(
      running,
      (['a', 'b', 'c', 'd'] as const).map((sender, index) => contactOf('numbers', { ...plain, sender }, index)),
    );
    const order = [2, 0, 3, 1].map((index) => ids[index] ?? '');
    await createIngestion(running.parts)(order);
    const { rows } = await running.parts.db.sql.query<{ id: string }>(
      'select i.id from inbox i join ticket t on t.id = i.ticket_id where i.id = any ($1::uuid[]) order by t.number',
      [order],
    );
    expect(rows.map(({ id: inboxId }) => inboxId)).toEqual(order);
  });

  it.each(['sentAt', 'identifiers'] as const)(
    'do not keep each other back when one of them has a wrong %s',
    async (poisoned) => {
      const { hub: running } = hub();
      const [a, b, c] = (['a', 'b', 'c'] as const).map((sender, index) =>
        contactOf(`poison-${poisoned}`, { ...plain, sender }, index),
      ) as [InboundContact, InboundContact, InboundContact];
      const [first = '', last = ''] = await receive(running, [a, c]);
      const ids = [first, await receivePoisoned(running, b, poisoned), last];
      await createIngestion(running.parts)(ids);
      const { rows } = await running.parts.db.sql.query<{ state: string }>(
        'select state from inbox where id = any($1::uuid[]) order by array_position($1::uuid[], id)',
        [ids],
      );
      expect(rows.map(({ state }) => state)).toEqual(['done', expect.stringMatching(/pending|quarantined/), 'done']);
    },
  );

  it('keep the order of what has to do with each other where they cannot go together', async () => {
    const { hub: running } = hub();
    const { sql } = running.parts.db;
    const [before = ''] = await receive(running, [contactOf('order', { ...plain, sender: 'd' }, 0)]);
    await ingestContact(running.parts, { inboxId: before });
    // Two strangers who name one mail of another's, and nothing in common by which one would wait for the other.
    const stranger = (sender: 'a' | 'b', index: number) => {
      const contact = contactOf('order', { ...plain, sender, answers: 0 }, index);
      const references = [`<unseen.${index}@x.example>`, ...contact.threading.references];
      return inboundContact.parse({ ...contact, threading: { references } });
    };
    const ids = await receive(running, [
      stranger('a', 1),
      stranger('b', 2),
      contactOf('order', { ...plain, sender: 'c' }, 3),
    ]);
    const done = async () =>
      (
        await sql.query<{ place: number }>(
          `select array_position($1::uuid[], i.id) as place from inbox i join ticket t on t.id = i.ticket_id
           where i.id = any ($1::uuid[]) and i.state = 'done' order by t.number`,
          [ids],
        )
      ).rows.map(({ place }) => place);
    const all = await running.parts.db.transaction(async (tx) => {
      await tx.query('select lock_identifiers($1)', [['email:a-order@x.example']]);
      const ingested = createIngestion(running.parts)(ids);
      await eventually(done, (places) => places.includes(3));
      return { ingested };
    });
    await all.ingested;
    expect((await done()).filter((place) => place !== 3)).toEqual([1, 2]);
  });

  it('do not wait long for one whose customer somebody else is busy with', async () => {
    const { hub: running } = hub();
    const ids = await receive(
      running,
      (['a', 'b', 'c'] as const).map((sender, index) => contactOf('busy', { ...plain, sender }, index)),
    );
    const states = async () =>
      (
        await running.parts.db.sql.query<{ state: string }>(
          'select state from inbox where id = any($1::uuid[]) order by array_position($1::uuid[], id)',
          [ids],
        )
      ).rows.map(({ state }) => state);
    const all = await running.parts.db.transaction(async (tx) => {
      await tx.query('select lock_identifiers($1)', [['email:a-busy@x.example']]);
      const ingested = createIngestion(running.parts)(ids);
      expect(await eventually(states, ([, b, c]) => b === 'done' && c === 'done')).toEqual(['pending', 'done', 'done']);
      return { ingested };
    });
    await all.ingested;
    expect(await states()).toEqual(['done', 'done', 'done']);
  });
});
