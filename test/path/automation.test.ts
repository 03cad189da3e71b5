import { randomUUID } from 'node:crypto';
import { runsPerHour } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { expectProblem, openApiCentre } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { shared } from '../support/shared.ts';

describe('automation', () => {
  const centre = shared(openApiCentre);
  const call = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await centre().api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  const contains = (...words: string[]) => ({
    join: 'all',
    tests: [{ fact: { name: 'text' }, operator: 'contains', words }],
  });
  const has = (...words: string[]) => ({ join: 'all', tests: [{ fact: { name: 'tags' }, operator: 'is', words }] });
  const rule = (name: string, events: string[], condition: object | null, ...actions: object[]) =>
    call('POST', '/automation/rules', { name, events, condition, actions }, 201);
  const phone = () => `+4915${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`;
  /** Once nothing waits any more: the runs of the ticket in the order in which they were done. */
  const runsOf = async (
    ticketId: string,
    count: number,
    of: (run: { ruleId: string; state: string }) => boolean = () => true,
  ) => {
    const { items } = (
      await eventually(
        () => centre().api('GET', `/api/v1/automation/runs?ticketId=${ticketId}`),
        ({ body }) =>
          body.items.filter(of).length >= count &&
          body.items.every((run: { state: string }) => run.state !== 'waiting'),
      )
    ).body;
    const ended = ({ finishedAt }: { finishedAt: string }) => Date.parse(finishedAt);
    return items.toSorted((one: never, other: never) => ended(one) - ended(other));
  };
  const count = async (what: string) => (await centre().sql.query(`select 1 from ${what}`, [])).rowCount;

  it('does what a rule says, tells why, and answers a ticket once', async () => {
    const { ticket, messages, timeline, ticketByText, sql } = centre();
    const word = randomUUID();
    const { items: queues } = await call('GET', '/queues');
    const other = queues.at(-1).id;
    const made = await rule(
      'Refunds',
      ['message.received'],
      contains(`REFUND  ${word}`),
      { do: 'tag', tags: ['Refund', 'ＮＥＷ'] },
      { do: 'set-priority', priority: 70 },
      { do: 'move', queueId: other },
      { do: 'note', text: 'About {{ticket.number}}' },
      { do: 'reply', text: 'Dear {{customer.name}}, we look into {{ticket.number}}.' },
      { do: 'set-status', status: 'open' },
      { do: 'assign', agentId: 'nobody', how: 'hand' },
    );
    const from = phone();
    const first = await ticketByText(from, `I want a refund ${word}`);
    const [run] = await runsOf(first.ticketId, 1);
    expect(run).toMatchObject({ ruleId: made.id, ruleName: 'Refunds', version: 1, state: 'done', depth: 1 });
    expect(run.outcomes).toEqual([
      { do: 'tag', result: 'done' },
      { do: 'set-priority', result: 'done' },
      { do: 'move', result: 'done' },
      { do: 'note', result: 'done' },
      { do: 'reply', result: 'done' },
      { do: 'set-status', result: 'unchanged' },
      { do: 'assign', result: 'refused', why: 'no-agent' },
    ]);
    const now = await ticket(first.ticketId);
    expect(now).toMatchObject({ tags: ['new', 'refund'], priority: 70, queueId: other });
    const written = (await messages(first.ticketId)).filter(
      ({ direction, text }) => direction === 'out' && !text.startsWith('Thank you'),
    );
    expect(written.map(({ kind, visibility, text }) => [kind, visibility, text])).toEqual([
      ['system', 'internal', `About ${now.number}`],
      ['system', 'public', `Dear ${now.customerName}, we look into ${now.number}.`],
    ]);
    const caused = await eventually(
      async () =>
        (await timeline(first.ticketId)).filter(
          ({ type, correlationId }) => correlationId === `automation:${run.id}` && type !== 'message.status-changed',
        ),
      ({ length }) => length >= 5,
    );
    expect(caused.map(({ type, actorId }) => [type, actorId])).toEqual([
      ['ticket.tagged', null],
      ['ticket.priority-changed', null],
      ['ticket.queued', null],
      ['message.created', null],
      ['message.created', null],
    ]);
    expect(caused[0]?.data['reason']).toBe('Rule “Refunds”, version 1');
    // Nobody has answered yet.
    const { rows } = await sql.query<{ at: Date | null }>('select first_response_at as at from ticket where id = $1', [
      first.ticketId,
    ]);
    expect(rows[0]?.at).toBeNull();

    await ticketByText(from, `refund ${word} again`);
    const runs = await runsOf(first.ticketId, 2);
    expect(runs[1].outcomes[4]).toEqual({ do: 'reply', result: 'refused', why: 'answered-before' });
    await call('DELETE', `/automation/rules/${made.id}`, undefined, 204);
  });

  it('ends every chain, and leaves a ticket alone on which a rule ran too often', async () => {
    const { ticketByText, timeline, api, desk } = centre();
    const [a, b] = [`a${randomUUID().slice(0, 8)}`, `b${randomUUID().slice(0, 8)}`];
    const rules = [
      await rule('A', ['ticket.tagged', 'ticket.untagged'], null, { do: 'tag', tags: [b] }, { do: 'untag', tags: [a] }),
      await rule('B', ['ticket.tagged'], has(b), { do: 'tag', tags: [a] }, { do: 'untag', tags: [b] }),
    ];
    const { ticketId } = await ticketByText(phone());
    await call('PATCH', `/tickets/${ticketId}/tags`, { add: [a] });
    // Somebody wakes A, what A does wakes B, and what B does wakes neither.
    const runs = await runsOf(ticketId, 2);
    const settled = await eventually(
      async () => (await timeline(ticketId)).filter(({ type }) => type.endsWith('tagged')).length,
      (events) => events >= 5,
    );
    expect([
      runs.map(({ ruleName, depth }: { ruleName: string; depth: number }) => `${ruleName}${depth}`),
      settled,
    ]).toEqual([['A1', 'B2'], 5]);
    for (let again = 0; again < runsPerHour + 2; again += 1)
      await api('PATCH', `/api/v1/tickets/${ticketId}/tags`, { add: [`t${again}`] });
    const paused = await desk.event('automation.paused', (event) => event.ticketId === ticketId);
    expect(paused.data).toMatchObject({ ruleId: rules[0].id, ruleName: 'A', limit: runsPerHour });
    const all = await runsOf(ticketId, 2, ({ ruleId, state }) => ruleId === rules[0].id && state === 'paused');
    const states = Object.groupBy(
      all.filter(({ ruleId }: { ruleId: string }) => ruleId === rules[0].id),
      ({ state }: { state: string }) => state,
    );
    expect(states['done']).toHaveLength(runsPerHour);
    expect(states['paused']?.length).toBeGreaterThan(1);
    expect((await timeline(ticketId)).filter(({ data }) => data['ruleId'] === rules[0].id)).toHaveLength(1);
    for (const { id } of rules) await call('DELETE', `/automation/rules/${id}`, undefined, 204);
  });

  it('publishes versions that stay, in an order, and tries a rule without writing', async () => {
    const { ticketByText, sql } = centre();
    const word = randomUUID();
    const { ticketId } = await ticketByText(phone(), `Try ${word}`);
    const draft = {
      events: ['message.received'],
      condition: contains(word),
      actions: [
        { do: 'tag', tags: ['tried'] },
        { do: 'set-priority', priority: 0 },
        { do: 'reply', text: 'Hello' },
      ],
    };
    await eventually(
      () => count(`event where ticket_id = '${ticketId}' and seq is null`),
      (waiting) => waiting === 0,
    );
    const before = [await count('automation_run'), await count('ticket_tag'), await count('message')];
    const tried = await call('POST', '/automation/try', draft);
    expect(tried).toMatchObject({ matched: 1, cut: false });
    expect(tried.looked).toBeGreaterThan(1);
    expect(tried.tickets).toMatchObject([
      {
        ticketId,
        times: 1,
        eventType: 'message.received',
        would: [
          { do: 'tag', result: 'done' },
          { do: 'set-priority', result: 'unchanged' },
          { do: 'reply', result: 'done' },
        ],
      },
    ]);
    expect([await count('automation_run'), await count('ticket_tag'), await count('message')]).toEqual(before);

    const first = await rule('First', draft.events, draft.condition, draft.actions[0] as object);
    const second = await rule('Second', draft.events, draft.condition, { do: 'tag', tags: ['second'] });
    const renamed = { ...draft, name: 'First, better', basedOn: 1, note: 'Because' };
    expect(await call('PUT', `/automation/rules/${first.id}`, renamed)).toMatchObject({
      version: 2,
      name: renamed.name,
    });
    await call('PUT', `/automation/rules/${first.id}`, renamed, 409);
    const { items: versions } = await call('GET', `/automation/rules/${first.id}/versions`);
    expect(
      versions.map(({ version, note, definition }: never) => [version, note, (definition as { name: string }).name]),
    ).toEqual([
      [2, 'Because', 'First, better'],
      [1, '', 'First'],
    ]);
    await expect(sql.query(`update automation_rule_version set note = 'x'`, [])).rejects.toThrow(/never changed/);
    const ordered = await call('PUT', '/automation/order', { ids: [second.id, first.id] });
    expect(ordered.items.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id]);
    await ticketByText(phone(), `Ordered ${word}`);
    const again = await ticketByText(phone(), `And again ${word}`);
    const runs = await runsOf(again.ticketId, 2);
    expect(runs.map(({ ruleName, version }: { ruleName: string; version: number }) => [ruleName, version])).toEqual([
      ['Second', 1],
      ['First, better', 2],
    ]);
    await call('PATCH', `/automation/rules/${first.id}`, { enabled: false });
    const last = await ticketByText(phone(), `Once more ${word}`);
    expect((await runsOf(last.ticketId, 1)).map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([second.id]);
    await call('DELETE', `/automation/rules/${second.id}`, undefined, 204);
  });

  it('refuses what is no rule on tickets', async () => {
    const { api } = centre();
    const draft = { name: 'x', events: ['ticket.opened'], actions: [{ do: 'tag', tags: ['x'] }] };
    for (const wrong of [
      { ...draft, condition: { join: 'all', tests: [{ fact: { name: 'purchase-count' }, operator: 'known' }] } },
      { ...draft, condition: null, events: ['customer.created'] },
      { ...draft, condition: null, actions: [{ do: 'reply' }] },
      { ...draft, condition: null, actions: [{ do: 'tag', tags: ['<script>'] }] },
    ])
      expectProblem(await api('POST', '/api/v1/automation/rules', wrong), 400, 'invalid_input');
    const agent = await centre().plainAgent();
    expect((await agent.api('GET', '/api/v1/automation/rules')).status).toBe(403);
    const segment = {
      key: `k${randomUUID().slice(0, 8)}`,
      name: 'x',
      condition: { join: 'all', tests: [{ fact: { name: 'tags' }, operator: 'known' }] },
    };
    expectProblem(await api('POST', '/api/v1/segments', segment), 400, 'invalid_input');
  });

  it('tags have one spelling, are told of, and tickets are found by them', async () => {
    const { api, ticketByText, timeline, ticket } = centre();
    const name = `big ${randomUUID().slice(0, 8)}`;
    const { ticketId } = await ticketByText(phone());
    await ticketByText(phone());
    const change = { add: [` ${name.toUpperCase()} `, 'vip'], remove: ['not there'] };
    expect((await call('PATCH', `/tickets/${ticketId}/tags`, change)).tags).toEqual([name, 'vip']);
    await call('PATCH', `/tickets/${ticketId}/tags`, change);
    await call('PATCH', `/tickets/${ticketId}/tags`, { remove: ['VIP'] });
    expect((await ticket(ticketId)).tags).toEqual([name]);
    const found = await call('GET', `/tickets?tag=${encodeURIComponent(name.toUpperCase())}`);
    expect(found.items.map(({ id }: { id: string }) => id)).toEqual([ticketId]);
    expect((await call('GET', `/tags?q=${encodeURIComponent(name.slice(0, 8))}`)).items).toEqual([name]);
    const told = await eventually(
      async () => (await timeline(ticketId)).filter(({ type }) => type.endsWith('tagged')),
      ({ length }) => length === 2,
    );
    expect(told.map(({ type, data }) => [type, data['tags']])).toEqual([
      ['ticket.tagged', [name, 'vip']],
      ['ticket.untagged', ['vip']],
    ]);
    const many = Array.from({ length: 30 }, (_, at) => `t${at}`);
    expectProblem(await api('PATCH', `/api/v1/tickets/${ticketId}/tags`, { add: many }), 422, 'unprocessable');
    const agent = await centre().plainAgent();
    await call('PATCH', `/agents/${agent.id}`, { queueIds: [] });
    expect((await agent.api('PATCH', `/api/v1/tickets/${ticketId}/tags`, { add: ['x'] })).status).toBe(404);
  });

  it('gives nobody more than they have room for', async () => {
    const { plainAgent, ticketByText, ticket } = centre();
    const word = randomUUID();
    const full = await plainAgent();
    await call('PATCH', `/agents/${full.id}`, { capacity: { sms: 1 } });
    const hand = { do: 'assign', agentId: full.id, how: 'hand' };
    await rule('To one', ['message.received'], contains(word), hand);
    const outcomes = [];
    for (const _ of [1, 2]) {
      const { ticketId } = await ticketByText(phone(), word);
      const [run] = await runsOf(ticketId, 1);
      outcomes.push(run.outcomes[0]);
      expect((await ticket(ticketId)).assigneeId).toBe(run.outcomes[0].result === 'done' ? full.id : null);
    }
    expect(outcomes).toEqual([
      { do: 'assign', result: 'done' },
      { do: 'assign', result: 'refused', why: 'agent-full' },
    ]);
  });
});
