import { randomUUID } from 'node:crypto';
import { expect, describe, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { expectProblem } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { openSimulator } from '../support/simulated-carrier.ts';
import { ticketClient } from '../support/ticket-client.ts';
import { openVisitor } from '../support/visitor.ts';

async function openCentre() {
  await using stack = new AsyncDisposableStack();
  let ahead = 0;
  const hub = stack.use(
    await startHub('postgres', { overrides: { simulatorSpeed: 25, now: () => new Date(Date.now() + ahead) } }),
  );
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const carrier = stack.use(await openSimulator(hub.url));
  const owned = stack.move();
  return {
    ...hub,
    sql: hub.hub.parts.db.sql,
    desk,
    carrier,
    ...ticketClient(hub.api, desk),
    /** Forms are filled in faster here than people do. */
    pass: (ms: number) => void (ahead += ms),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const fact = (name: string, operator: string, ...words: string[]) => ({ fact: { name }, operator, words });
const all = (...tests: object[]) => ({ join: 'all', tests });

describe('routing rules', () => {
  const centre = shared(openCentre);
  const call = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await centre().api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  const rule = (name: string, condition: object | null, result: object) => ({
    id: randomUUID(),
    name,
    enabled: true,
    condition,
    result: { queueId: null, priority: null, requestType: null, tags: [], ...result },
  });
  async function publish(...rules: object[]): Promise<number> {
    const { draft, published } = await call('GET', '/routing-rules');
    const kept = await call('PUT', '/routing-rules/draft', {
      rules,
      basedOn: published.version,
      revision: draft?.revision ?? 0,
    });
    const done = await call('POST', '/routing-rules/versions', { revision: kept.draft.revision, note: 'Test' }, 201);
    expect([done.published.rules, done.draft]).toEqual([kept.draft.rules, null]);
    return done.published.version;
  }
  const queues = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await call('GET', '/queues')).items.map(({ id, name }: Record<string, string>) => [name, id]));
  const mail = (more: object) =>
    mailProgram(centre().ground.smtpPort)({ from: `${randomUUID()}@example.org`, ...more });
  const ticketAbout = async (words: string) => {
    const { body } = await eventually(
      () => centre().api('GET', `/api/v1/tickets?q=${encodeURIComponent(words)}`),
      ({ body: found }) => found.items.length === 1,
    );
    return body.items[0];
  };
  /** Once the timeline has it. */
  const dataOf = async (ticketId: string, wanted: string) => {
    const found = await eventually(
      async () => (await centre().timeline(ticketId)).find(({ type }) => type === wanted),
      (event) => event !== undefined,
    );
    return found?.data;
  };
  const openedData = (ticketId: string) => dataOf(ticketId, 'ticket.opened');
  async function mailed(text: string, more: object = {}) {
    const subject = `About ${randomUUID()}`;
    await mail({ subject, text, ...more });
    const { id } = await ticketAbout(subject);
    const ticket = await centre().ticket(id);
    return { ticket, data: await openedData(id) };
  }
  async function texted(from: string, text: string) {
    const answer = await fetch(`${centre().url}/simulator/api/text`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, body: text }),
    });
    expect(answer.ok).toBe(true);
  }

  it('are nothing without rules, and are tried before anything is published', async () => {
    const { ticket, data } = await mailed('I want a refund');
    const { Email = '', Web = '' } = await queues();
    expect([ticket.queueId, data]).toEqual([Email, expect.not.objectContaining({ routing: expect.anything() })]);
    const refunds = rule('Refunds', all(fact('text', 'contains', 'refund')), {
      queueId: Web,
      priority: 70,
      tags: ['Money'],
    });
    const gone = rule('Gone', null, { queueId: randomUUID() });
    // The acknowledgement that is just leaving is no part of it.
    const counted = async () =>
      (
        await centre().sql.query(
          `select (select count(*) from event where type not like 'message.%') as events,
             (select count(*) from routing_rules_version) as versions`,
          [],
        )
      ).rows;
    const before = await counted();
    const tried = await call('POST', '/routing-rules/try', { rules: [gone, refunds] });
    expect(await counted()).toEqual(before);
    expect(tried).toMatchObject({ looked: 1, differ: 1, cut: false });
    expect(tried.rules).toMatchObject([
      { ruleId: gone.id, matched: 0, troubles: { 'queue-gone': 1 } },
      {
        ruleId: refunds.id,
        matched: 1,
        differ: 1,
        examples: [
          {
            ticketId: ticket.id,
            was: { queueId: Email, priority: 0, tags: [] },
            would: { queueId: Web, priority: 70, requestType: null, tags: ['money'] },
            differs: true,
          },
        ],
      },
      { ruleId: null, matched: 0 },
    ]);
    expect(tried.queues).toEqual(
      expect.arrayContaining([
        { queueId: Email, was: 1, would: 0 },
        { queueId: Web, was: 0, would: 1 },
      ]),
    );
  });

  it('route mail, texts, chats, calls and forms, and the ticket names version and rule', async () => {
    const { Email = '', Messages = '', Web = '', Chat = '', Phone = '' } = await queues();
    const types = (await call('GET', '/request-types')).items.map(({ key }: { key: string }) => key);
    const other = types.find((key: string) => key !== 'question');
    const word = randomUUID();
    const rules = [
      rule(
        'Mail',
        all(fact('contact-channel', 'is', 'email'), fact('text', 'contains', word), fact('language', 'is', 'de')),
        {
          queueId: Phone,
          priority: 40,
          requestType: other,
          tags: ['deutsch'],
        },
      ),
      rule('Texts', all(fact('contact-channel', 'is', 'sms'), fact('text', 'contains', word)), { queueId: Chat }),
      rule('Chats', all(fact('contact-channel', 'is', 'chat')), { queueId: Email, tags: ['chat'] }),
      rule('Calls', all(fact('contact-channel', 'is', 'phone')), { queueId: Messages, priority: 90 }),
      rule('Forms', all(fact('request-type', 'is', 'question')), { queueId: Messages }),
    ];
    const version = await publish(...rules);
    const by = (at: number) => ({ version, rule: { id: rules[at]?.id, name: rules[at]?.name } });

    const german = await mailed(`Guten Tag ${word}`, { headers: { 'Content-Language': 'de-DE' } });
    expect(german.ticket).toMatchObject({ queueId: Phone, priority: 40, tags: ['deutsch'], requestType: other });
    expect(german.data).toMatchObject({ routing: by(0) });
    expect(await dataOf(german.ticket.id, 'ticket.tagged')).toEqual({
      tags: ['deutsch'],
      reason: `Routing rule “Mail”, version ${version}`,
    });
    const english = await mailed(`Good day ${word}`);
    expect([english.ticket.queueId, english.data]).toMatchObject([Email, { routing: { version, rule: null } }]);

    const from = `+4915${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`;
    await texted(from, `Text ${word}`);
    const text = await ticketAbout(`Text ${word}`);
    expect([text.queueId, await openedData(text.id)]).toMatchObject([Chat, { routing: by(1) }]);
    expect(text.channel).toBe('sms');

    await using visitor = await openVisitor(centre().url);
    const clientId = randomUUID();
    await visitor.send({ text: 'Hello?', clientId });
    const chat = await centre().received(`${visitor.session.visitorId}:${clientId}`);
    expect([await centre().ticket(chat.ticketId), await openedData(chat.ticketId)]).toMatchObject([
      { channel: 'chat', queueId: Email, tags: ['chat'] },
      { routing: by(2) },
    ]);

    await centre().carrier.call('+4915112350009');
    const { ticketId } = await centre().desk.event('message.received', ({ data }) => data['channel'] === 'phone');
    expect([await centre().ticket(ticketId), await openedData(ticketId ?? '')]).toMatchObject([
      { channel: 'phone', queueId: Messages, priority: 90 },
      { routing: by(3) },
    ]);

    const page = `${centre().url}/forms/contact?lang=en`;
    const token = /name="token" value="([^"]+)"/.exec(await (await fetch(page)).text())?.[1] ?? '';
    centre().pass(2_000);
    const form = new FormData();
    const fields = { token, step: 'send', type: 'question', message: `Form ${word}`, email: 'ada@example.com' };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    expect((await fetch(page, { method: 'POST', body: form, redirect: 'manual' })).status).toBe(303);
    const asked = await ticketAbout(`Form ${word}`);
    expect([asked.queueId, await openedData(asked.id)]).toMatchObject([Messages, { routing: by(4) }]);
    expect(Web).not.toBe('');

    // The same rules would do again what they did.
    const again = await call('POST', '/routing-rules/try', { rules });
    const named = again.rules.filter(({ ruleId }: { ruleId: string | null }) => ruleId !== null);
    expect(named.map(({ matched, differ }: Record<string, number>) => [matched, differ])).toEqual(
      rules.map(() => [1, 0]),
    );
  });

  it('ask for a customer only where the contact is known to be theirs, and route many at once each by its own', async () => {
    const { Email = '', Web = '' } = await queues();
    const parcel = rule('Parcels', all(fact('text', 'contains', 'parcel')), { priority: 7, tags: ['parcel'] });
    const bill = rule('Bills', all(fact('text', 'contains', 'bill')), { tags: ['bill', 'money'] });
    await publish(rule('Graded', all({ fact: { name: 'grade' }, operator: 'known' }), { queueId: Web }), parcel, bill);
    const from = `${randomUUID()}@example.org`;
    const first = await mailed('Hello', { from });
    expect(first.ticket.queueId).toBe(Email);
    await eventually(
      () => centre().sql.query('select grade from customer where id = $1', [first.ticket.customerId]),
      ({ rows }) => rows[0]?.['grade'] != null,
    );
    await centre().sql.query(`update identifier set grade = 'verified' where customer_id = $1`, [
      first.ticket.customerId,
    ]);
    await centre().sql.query(
      `update ticket set last_activity_at = now() - interval '1 year', status = 'closed' where id = $1`,
      [first.ticket.id],
    );
    const second = await mailed('Hello again', { from });
    expect([second.ticket.customerId, second.ticket.queueId]).toEqual([first.ticket.customerId, Web]);

    const texts = Array.from({ length: 12 }, (_, at) => ['My parcel', 'My bill', 'My dog'][at % 3] ?? '');
    const many = await Promise.all(texts.map((text) => mailed(text)));
    const expected = ['7 parcel Parcels', '0 bill,money Bills', '0  undefined'];
    expect(
      many.map(({ ticket, data }) => {
        const by = data?.['routing'] as { rule: { name: string } | null } | undefined;
        return `${ticket.priority} ${ticket.tags.join()} ${by?.rule?.name}`;
      }),
    ).toEqual(texts.map((_, at) => expected[at % 3]));
  });

  it('lose no contact: a rule that leads nowhere or cannot be evaluated is told of', async () => {
    const { Email = '', Web = '' } = await queues();
    const gone = rule('Gone', null, { queueId: randomUUID() });
    const next = rule('Next', null, { queueId: Web });
    const version = await publish(gone, next);
    const past = await mailed('One');
    expect(past.ticket.queueId).toBe(Web);
    expect(past.data).toMatchObject({
      routing: { version, rule: { id: next.id }, passed: [{ id: gone.id, name: 'Gone', why: 'queue-gone' }] },
    });
    expect((await call('GET', '/routing-rules')).troubles).toEqual([
      { ruleId: gone.id, name: 'Gone', why: 'queue-gone' },
    ]);

    const broken = { ...rule('Broken', null, { queueId: Web }), condition: { join: 'all' } };
    await centre().sql.query('insert into routing_rules_version (version, rules, note) values ($1, $2, $3)', [
      version + 1,
      JSON.stringify([broken, next]),
      '',
    ]);
    const failed = await mailed('Two');
    expect(failed.ticket.queueId).toBe(Email);
    expect(failed.data).toMatchObject({
      routing: { version: version + 1, rule: null, passed: [{ id: broken.id, name: 'Broken', why: 'failed' }] },
    });
    const { rows } = await centre().sql.query(`select 1 from inbox where state = 'quarantined'`, []);
    expect(rows).toEqual([]);
    await publish();
    expect((await mailed('Three')).data).not.toHaveProperty('routing');
  });

  it('are drafted by several, published once, and never changed', async () => {
    const { Web = '' } = await queues();
    const { published } = await call('GET', '/routing-rules');
    const draft = { rules: [rule('A', null, { queueId: Web })], basedOn: published.version, revision: 0 };
    const kept = await call('PUT', '/routing-rules/draft', draft);
    expectProblem(await centre().api('PUT', '/api/v1/routing-rules/draft', draft), 409, 'conflict');
    const { revision } = kept.draft;
    const post = (body: object) => centre().api('POST', '/api/v1/routing-rules/versions', body);
    expectProblem(await post({ revision: revision + 1, note: 'x' }), 409, 'conflict');
    const both = await Promise.all([post({ revision, note: 'One' }), post({ revision, note: 'Two' })]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 409]));
    await expect(centre().sql.query(`update routing_rules_version set note = 'x'`, [])).rejects.toThrow();
    const { items } = await call('GET', '/routing-rules/versions?limit=1');
    expect(items[0]).toMatchObject({ version: published.version + 1, publishedByName: 'Administrator' });
    const [change] = await eventually(
      async () => (await call('GET', '/settings/changes?setting=routing-rules&limit=1')).items,
      ([newest]) => newest?.data.to.version > published.version,
    );
    expect(change).toMatchObject({ data: { to: { version: published.version + 1 } } });
    for (const bad of [
      { ...draft, rules: [draft.rules[0], draft.rules[0]] },
      { ...draft, rules: [rule('Nothing', null, {})] },
      { ...draft, rules: [rule('Tags', all(fact('tags', 'is', 'x')), { queueId: Web })] },
    ])
      expect((await centre().api('POST', '/api/v1/routing-rules/try', bad)).status).toBe(400);
  });
});
