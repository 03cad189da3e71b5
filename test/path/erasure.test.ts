import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends, type Backend } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub, zoneAtNoon } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { openSimulator } from '../support/simulated-carrier.ts';
import { ticketClient } from '../support/ticket-client.ts';
import { everythingStored, tracesOf } from '../support/traces.ts';
import { openVisitor } from '../support/visitor.ts';

async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const hub = stack.use(
    await startHub(backend, {
      env: { TIME_ZONE: zoneAtNoon() },
      overrides: { simulatorSpeed: 50, fileGraceMs: 0, now },
    }),
  );
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const carrier = stack.use(await openSimulator(hub.url));
  const owned = stack.move();
  return {
    ...hub,
    desk,
    carrier,
    sql: hub.hub.parts.db.sql,
    pass: (ms: number) => void (ahead += ms),
    ...ticketClient(hub.api, desk),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const person = {
  name: 'Wilhelmina Quastenberg',
  mail: 'w.quastenberg+shop@quasten.example',
  phone: '+4915112359871',
  formMail: 'mina@form.example',
  words: {
    mail: 'The zeppelin arrived without its propeller',
    text: 'Does the marzipan contain hazelnuts',
    chat: 'My saxophone sounds like a walrus',
    form: 'Please engrave the trombone with ivy',
    reply: 'A replacement propeller for the zeppelin leaves tomorrow',
    note: 'Careful she collects antique barometers',
    file: 'contents of the propeller drawing number 77',
    filename: 'quastenberg-drawing',
    street: 'Ocarina Lane 4711',
    passport: 'X99ZEPPELIN77',
    order: 'ORDER-887766-Q',
    item: 'Left-handed theremin',
    task: 'Call about the theremin strings',
    role: 'Keeper of the theremins',
    relation: 'Sister of the walrus tamer',
    row: 'Xylophone Square 12',
    reject: 'Glockenspiel Yard 9',
    key: 'CRM-QUASTENBERG-1',
    survey: 'SURVEY-QUASTENBERG-5',
    subject: 'shop-login-of-mina',
  },
};
const friend = 'friend@other.example';

onBothBackends('a person who asks to be forgotten', (backend) => {
  const centre = shared(() => startCentre(backend));
  const call = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await centre().api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  const byText = async (from: string, body: string) => {
    const answer = await fetch(`${centre().url}/simulator/api/text`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, body }),
    });
    const { sid } = (await answer.json()) as { sid: string };
    return centre().received(sid);
  };
  const byMail = async (mail: { from: string; messageId: string; [name: string]: unknown }) => {
    await mailProgram(centre().ground.smtpPort)(mail);
    return centre().received(mail.messageId);
  };

  async function byForm() {
    const page = await (await fetch(`${centre().url}/forms/contact?lang=en`)).text();
    centre().pass(2_000);
    const data = new FormData();
    const fields = {
      step: 'send',
      type: 'question',
      name: person.name,
      email: person.formMail,
      message: person.words.form,
    };
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
    for (const [name, value] of Object.entries({ token, ...fields })) data.append(name, value);
    await fetch(`${centre().url}/forms/contact?lang=en`, { method: 'POST', body: data, redirect: 'manual' });
    return eventually<{ customerId: string; ticketId: string }>(
      async () =>
        (await call('GET', '/messages?limit=200')).items.find((one: { text: string }) =>
          one.text.includes(person.words.form),
        ),
      Boolean,
    );
  }

  async function byVoicemail() {
    const { carrier, desk } = centre();
    const callSid = await carrier.call(person.phone);
    await carrier.leg('the voicemail', (leg) => leg.sid === callSid && leg.activity === 'recording');
    await carrier.finishRecording(callSid);
    const { ticketId } = await desk.event(
      'message.received',
      (event) => event.data['reason'] === 'Recording of the call',
    );
    await desk.event('call.changed', ({ data }) => data['callSid'] === callSid && data['step'] === 'ended');
    return ticketId ?? '';
  }

  /** What the file of a customer has besides: fields, a purchase, a task, an import, an organisation, a relation, a mark, proofs, and a merge undone. */
  async function fillFile({ customerId, ticketId }: { customerId: string; ticketId: string }, visitorId: string) {
    const { sql } = centre();
    const { words } = person;
    const label = { labelEn: 'Passport', labelZh: '护照', scope: 'customer', type: 'text' };
    await call('POST', '/custom-fields', { ...label, key: 'passport', sensitive: true }, 201);
    const changes = [
      { key: 'street', value: words.street },
      { key: 'passport', value: words.passport },
    ];
    await call('PATCH', `/customers/${customerId}/fields`, { changes });
    const kept = await sql.query(`select 1 from customer_field_value where value::text like '%' || $1 || '%'`, [
      words.passport,
    ]);
    expect(kept.rowCount).toBe(0);
    const order = { source: 'shop', externalId: words.order, occurredAt: '2026-01-01T00:00:00Z', amountMinor: 1 };
    await call('PUT', '/purchases', {
      ...order,
      currency: 'EUR',
      items: [{ name: words.item, quantity: 1 }],
      customerId,
    });
    await call('POST', '/tasks', { customerId, dueAt: '2030-01-01T00:00:00Z', cause: words.task }, 201);
    const firm = await call('POST', '/organisations', { name: 'A firm of many' }, 201);
    await call('PUT', `/customers/${customerId}/organisations/${firm.id}`, { role: words.role });
    const other = await call('POST', '/customers', { displayName: 'Somebody else', identifiers: [] }, 201);
    await call(
      'POST',
      `/customers/${customerId}/relations`,
      { otherId: other.id, kind: 'knows', note: words.relation },
      201,
    );
    const mark = { source: 'survey', externalId: words.survey, score: 5, at: '2026-01-01T00:00:00Z' };
    await call('POST', `/customers/${customerId}/scores`, mark, 201);
    await sql.query(
      `insert into customer_move (customer_id, kind, to_value, cause, version) values ($1, 'grade', 'gold', 'many-orders', 0)`,
      [customerId],
    );
    for (const [type, data] of [
      ['customer.graded', { from: 'silver', to: 'gold', rule: 'many-orders', version: 1 }],
      ['customer.stage-moved', { from: 'new', to: 'active', cause: 'contact' }],
      ['customer.churn-warned', { score: 70, signals: ['silent'] }],
      ['follow-up.kept', { taskId: randomUUID(), dueAt: '2026-01-02T00:00:00Z', at: '2026-01-01T00:00:00Z' }],
    ] as const)
      await sql.query('insert into event (type, customer_id, data) values ($1, $2, $3)', [
        type,
        customerId,
        JSON.stringify(data),
      ]);
    const { identifiers } = await call('GET', `/customers/${customerId}`);
    const address = identifiers.find(({ value }: { value: string }) => value === person.mail);
    await call('POST', `/customers/${customerId}/identifiers/${address.id}/code`, { ticketId }, 201);
    const { rows: sites } = await sql.query<{ id: string }>(
      `insert into visitor_site (name, audience) values ('Shop', 'shop') returning id`,
      [],
    );
    await sql.query(
      `insert into visitor_proof (visitor_id, site_id, subject, display_name, identifiers, expires_at) values ($1, $2, $3, $4, $5, now() + interval '1 day')`,
      [visitorId, sites[0]?.id, words.subject, person.name, JSON.stringify([{ kind: 'email', value: person.mail }])],
    );
    await sql.query(`insert into visitor_token values ('hash', $1, now() + interval '1 day')`, [visitorId]);
    await importRows();
    await acceptAndUndo(customerId);
  }

  async function importRows() {
    const { words } = person;
    const { id } = await call('POST', '/imports', { kind: 'customers', filename: 'people.csv' }, 201);
    const lines = [
      'Number,Name,Email,Street',
      `${words.key},${person.name},${person.mail},${words.row}`,
      `,${person.name},${person.mail} and nothing,${words.reject}`,
      'CRM-OTHER,Peter Other,peter@other.example,Other Street 1',
    ];
    const filled = await centre().api('PUT', `/api/v1/imports/${id}/file`, Buffer.from(lines.join('\n')));
    expect([filled.status, filled.body]).toEqual([200, filled.body]);
    const columns = ['externalId', 'displayName', 'email', 'field:street'];
    await call('PUT', `/imports/${id}/settings`, { source: 'crm', columns, vouches: true, onExisting: 'replace' });
    await call('POST', `/imports/${id}/check`);
    await eventually(
      () => call('GET', `/imports/${id}`),
      ({ state, report }) => state === 'ready' && report !== null,
    );
    await call('POST', `/imports/${id}/start`);
    const done = await eventually(
      () => call('GET', `/imports/${id}`),
      ({ state }) => state === 'done',
    );
    expect(done).toMatchObject({ created: 1, updated: 1, rejected: 1 });
  }

  async function acceptAndUndo(customerId: string) {
    const twin = await call(
      'POST',
      '/customers',
      { displayName: person.name, identifiers: [{ kind: 'account', value: 'ACCOUNT-QUASTENBERG' }] },
      201,
    );
    await call('POST', `/customers/${twin.id}/identifiers`, { kind: 'email', value: person.mail }, 201);
    const found = await eventually<{ id: string }>(
      async () => (await call('GET', `/suggestions?customerId=${twin.id}`)).items[0],
      Boolean,
      30_000,
    );
    const merge = await call('POST', `/suggestions/${found.id}/accept`, { keepId: customerId });
    await call('POST', `/merges/${merge.id}/undo`);
    await call('POST', `/customers/${customerId}/merge`, { otherId: twin.id }, 201);
  }

  const settle = () =>
    eventually(
      () =>
        centre().sql.query(
          `select 1 from event where seq is null union all select 1 from outbound where status in ('queued', 'sending')
           union all select 1 from event_reader, relay_state where name = 'figures' and seq < last_seq`,
        ),
      ({ rowCount }) => rowCount === 0,
    );
  /** The wallboard, what it counts from day to day, and what a report can make of events, tickets, messages, calls, tasks and marks. */
  const figures = async (upTo: number) => {
    const { seq: _seq, at: _at, ...board } = await call('GET', '/metrics/wallboard');
    // An hour may end meanwhile: which one each value is of is held by the sums below, by the quarter.
    for (const trend of board.trends) trend.points = trend.points.filter(Boolean);
    const { sql } = centre();
    const each = [
      'figure_sum',
      'figure_entry',
      'channel_traffic',
      `(select type, at, ticket_id, queue_id, agent_id, actor_id, array(select e.data ->> k from unnest('{channel,kind,direction,status,state,from,to,step,grade,
         firstResponseSeconds,durationSeconds,score,outcome,decision,visibility,agentId,queueId,dueAt,at,automatic,rule,cause,signals}'::text[]) k) as said
       from event e where e.id <= ${upTo} and (e.type <> 'ticket.request-changed'))`,
      `(select id, number, status, channel, channel_account, queue_id, assignee_id, priority, request_type, message_count, created_at, first_response_at from ticket)`,
      `(select id, direction, channel, kind, visibility, author_id, delivery_status, received_at, sent_at from message)`,
      `(select id, state, agent_id, called, started_at, answered_at, ended_at, held_seconds, duration_seconds from call)`,
      '(select id, kind, assignee_id, created_at, due_at from task)',
      '(select id, source, score, at from satisfaction_score)',
      '(select id, kind, from_value, to_value, at from customer_move)',
    ].map(async (table) => (await sql.query(`select t::text from ${table} t order by 1`, [])).rows);
    return { board, each: await Promise.all(each) };
  };
  const lastEvent = async () =>
    (await centre().sql.query<{ id: number }>('select max(id) as id from event', [])).rows[0]?.id ?? 0;
  const written: { customerId: string; ticketIds: string[] } = { customerId: '', ticketIds: [] };

  it('has been in touch by every channel, under two customers that were found to be one', async () => {
    const { reply, api } = centre();
    const mail = await byMail({
      from: `"${person.name}" <${person.mail}>`,
      cc: [friend, 'second@other.example'],
      messageId: `<${randomUUID()}@quasten.example>`,
      subject: 'The zeppelin of Wilhelmina Quastenberg',
      text: `${person.words.mail}\n\nMy number is 0151 1235 9871.`,
      attachments: [{ filename: `${person.words.filename}.txt`, content: person.words.file }],
    });
    await reply(
      mail.ticketId,
      `${person.words.reply}\n\nOn Monday ${person.name} <${person.mail}> wrote:\n> ${person.words.mail}`,
    );
    await call('POST', `/tickets/${mail.ticketId}/messages`, { text: person.words.note, visibility: 'internal' }, 201);
    // Somebody else is told of it, and quotes.
    const other = await byMail({
      from: `Friend <${friend}>`,
      messageId: `<${randomUUID()}@other.example>`,
      subject: `Fwd: from ${person.mail}`,
      text: `Please call ${person.phone} or 0151 1235-9871, or write to ${person.mail.toUpperCase()}. I am fine.`,
    });
    const many = Array.from({ length: 501 }, (_one, index) => `p${index}@many.example`);
    const listed = await byMail({
      from: `Friend <${friend}>`,
      to: ['support@patchbay.test', person.mail, ...many],
      envelope: { from: friend, to: ['support@patchbay.test'] },
      messageId: `<${randomUUID()}@other.example>`,
      subject: 'To all of us',
      text: 'Hello all',
    });
    const text = await byText(person.phone, person.words.text);
    await byText(person.phone, 'STOP');
    const form = await byForm();
    await using visitor = await openVisitor(centre().url);
    const clientId = randomUUID();
    await visitor.send({ text: person.words.chat, clientId });
    const chat = await centre().received(`${visitor.session.visitorId}:${clientId}`);
    const voice = await byVoicemail();
    for (const customerId of new Set([text.customerId, form.customerId, chat.customerId]))
      await call('POST', `/customers/${mail.customerId}/merge`, { otherId: customerId }, 201);
    const consent = { purpose: 'marketing', state: 'granted', source: 'customer', note: `Said ${person.name}` };
    const path = `/api/v1/customers/${mail.customerId}/consents`;
    expect((await api('POST', path, consent, { 'idempotency-key': 'once' })).status).toBe(201);
    const held = await api(
      'POST',
      `/api/v1/tickets/${mail.ticketId}/held-replies`,
      { text: person.words.reply },
      { 'idempotency-key': 'held' },
    );
    await call('DELETE', `/held-replies/${held.body.id}`);
    await fillFile(mail, visitor.session.visitorId);
    written.customerId = mail.customerId;
    written.ticketIds = [
      mail.ticketId,
      text.ticketId,
      form.ticketId,
      chat.ticketId,
      voice,
      other.ticketId,
      listed.ticketId,
    ];
    for (const id of written.ticketIds) await call('PATCH', `/tickets/${id}`, { status: 'closed' });
    await settle();
    const customer = await call('GET', `/customers/${mail.customerId}`);
    expect(customer.identifiers.map(({ value }: { value: string }) => value)).toEqual(
      expect.arrayContaining([person.mail, person.phone, person.formMail, visitor.session.visitorId]),
    );
  });

  it('is given everything first, by a link that works once', async () => {
    const asked = await call(
      'POST',
      `/customers/${written.customerId}/privacy-requests`,
      { kind: 'export', reason: 'Asked by letter' },
      201,
    );
    const done = await eventually(
      () => call('GET', `/privacy/requests/${asked.id}`),
      ({ state }) => state === 'done',
      40_000,
    );
    expect(done.counts).toMatchObject({
      customer: expect.any(Number),
      tickets: 5,
      calls: 1,
      identifiers: expect.any(Number),
    });
    const { url } = await call('POST', `/privacy/requests/${asked.id}/link`);
    const file = await fetch(centre().url + url, { headers: { authorization: `Bearer ${apiKey}` } });
    const zip = Buffer.from(await file.arrayBuffer());
    expect([file.status, zip.toString('latin1', 0, 2), zip.byteLength]).toEqual([200, 'PK', done.size]);
    for (const entry of ['index.json', 'messages.json', `${person.words.filename}.txt`, '.eml', '.wav'])
      expect(zip.includes(entry), entry).toBe(true);
    expect((await fetch(centre().url + url, { headers: { authorization: `Bearer ${apiKey}` } })).status).toBe(410);
  });

  it('is erased without a trace, while the figures stay as they were', async () => {
    const { ground, sql } = centre();
    const words = [person.name, person.mail, person.phone, person.formMail, ...Object.values(person.words)];
    const { rows: visitors } = await sql.query<{ value: string }>(
      `select value from identifier where kind = 'visitor'`,
      [],
    );
    words.push(...visitors.map(({ value }) => value), '1511235987', '0151 1235');
    expect(tracesOf(words, await everythingStored(sql, ground.env['DATA_DIR'] ?? '')).length).toBeGreaterThan(30);
    const upTo = await lastEvent();
    const before = await figures(upTo);
    const { rows: counts } = await sql.query(
      'select (select count(*) from message) as messages, (select count(*) from ticket) as tickets, (select count(*) from call) as calls',
      [],
    );

    expect(await call('GET', `/customers/${written.customerId}/erasure-preview`)).toMatchObject({
      held: false,
      openTickets: 0,
      shared: 0,
    });
    await call('PUT', '/settings/privacy', { erasure: { waitDays: 0, fourEyes: false } });
    await call('PUT', `/customers/${written.customerId}/legal-hold`, { reason: 'A claim is open' }, 204);
    const asked = await call(
      'POST',
      `/customers/${written.customerId}/privacy-requests`,
      { kind: 'erasure', reason: `${person.name} asked` },
      201,
    );
    await eventually(
      () => call('GET', `/privacy/requests/${asked.id}`),
      ({ obstacle }) => obstacle === 'hold',
      30_000,
    );
    await call('POST', `/customers/${written.customerId}/legal-hold/release`, { reason: 'The claim is settled' }, 204);
    await sql.query('update privacy_request set due_at = now() where id = $1', [asked.id]);
    const done = await eventually(
      () => call('GET', `/privacy/requests/${asked.id}`),
      ({ state }) => state === 'done',
      60_000,
    );
    expect(done.counts).toMatchObject({
      message: expect.any(Number),
      attachment: expect.any(Number),
      inbox: expect.any(Number),
    });
    await eventually(
      async () => tracesOf(words, await everythingStored(sql, ground.env['DATA_DIR'] ?? '')),
      (found) => found.length === 0,
      30_000,
    );

    await settle();
    expect(await figures(upTo)).toEqual(before);
    const { rows: after } = await sql.query(
      'select (select count(*) from message) as messages, (select count(*) from ticket) as tickets, (select count(*) from call) as calls',
      [],
    );
    expect(after).toEqual(counts);
    expect((await sql.query(`select 1 from idempotency where key in ('once', 'held')`, [])).rowCount).toBe(0);
    const erased = await call('GET', `/customers/${written.customerId}`);
    expect([erased.displayName, erased.identifiers]).toEqual(['[erased]', []]);
    const others = (await call('GET', `/tickets/${written.ticketIds[5]}/messages`)).items[0];
    expect(others.text.trim()).toBe('Please call [erased] or [erased], or write to [erased]. I am fine.');
    expect(await call('GET', '/audit/check')).toMatchObject({ broken: [] });
    const { rows: gone } = await sql.query<{ n: number }>(
      `select count(*)::int as n from customer c where c.erased_at is not null and (c.fields <> '{}'
         or exists (select 1 from blocking_key k where k.customer_id = c.id) or exists (select 1 from suggestion s where c.id in (s.low_id, s.high_id))
         or exists (select 1 from task k where k.customer_id = c.id and k.state = 'open') or exists (select 1 from purchase p where p.customer_id = c.id))`,
      [],
    );
    expect(gone[0]?.n).toBe(0);
    expect((await sql.query('select 1 from visitor_proof union all select 1 from visitor_token', [])).rowCount).toBe(0);
    expect((await call('GET', '/customer-files?q=Peter%20Other')).items).toHaveLength(1);
    const [list] = (await call('GET', `/tickets/${written.ticketIds[6]}/messages`)).items[0].attachments;
    expect(list).toMatchObject({ filename: 'recipients.txt', size: expect.any(Number) });
    const imports = (await call('GET', '/imports')).items;
    expect(imports).toMatchObject([{ state: 'done', created: 1, updated: 1, rejected: 1, sample: [], report: null }]);
  });

  it('is somebody new afterwards, and is still not texted', async () => {
    const message = await byText(person.phone, 'Hello, it is me');
    expect(message.customerId).not.toBe(written.customerId);
    expect(await centre().ticket(message.ticketId)).toMatchObject({ linkedTicketId: null, subject: 'Hello, it is me' });
    const sent = await centre().reply(message.ticketId, 'Hello');
    const failed = await eventually(
      async () => (await centre().messages(message.ticketId)).find(({ id }) => id === sent.id),
      ({ deliveryStatus }) => deliveryStatus === 'failed',
    );
    expect(failed.deliveryError).toContain('withdrawn consent');
    expect((await call('GET', `/consents?address=${encodeURIComponent(person.phone)}`)).items).toMatchObject([
      { state: 'withdrawn' },
    ]);
  });
});
