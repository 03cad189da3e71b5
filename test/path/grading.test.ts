import { randomUUID } from 'node:crypto';
import type { GradingPolicy, GradingRun } from '@patchbay/contracts';
import { defaultGradingPolicy } from '@patchbay/domain';
import { expect, it } from 'vitest';
import { expectProblem, logIn } from '../support/api-centre.ts';
import { openDesk } from '../support/agent-desk.ts';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';

const dayMs = 86_400_000;

async function openCentre(backend: 'postgres' | 'redis') {
  await using stack = new AsyncDisposableStack();
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const hub = stack.use(await startHub(backend, { overrides: { now } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const { sql } = hub.hub.parts.db;
  const owned = stack.move();
  const api = async (method: string, path: string, body?: unknown) => {
    const answer = await hub.api(method, `/api/v1${path}`, body);
    expect(
      `${method} ${path} ${answer.status} ${answer.status >= 400 ? JSON.stringify(answer.body) : ''}`.trim(),
    ).toMatch(/ 20\d$/);
    return answer.body;
  };
  const grading = (id: string) => api('GET', `/customers/${id}/grading`);
  const finished = (id: string): Promise<GradingRun> =>
    eventually(
      () => api('GET', `/grading/runs/${id}`),
      (run) => run.state === 'done',
    );
  return {
    ...hub,
    desk,
    sql,
    call: api,
    grading,
    graded: (id: string, grade: string) =>
      eventually(
        () => grading(id),
        (one) => one.grade === grade,
      ),
    pass: (days: number) => void (ahead += days * dayMs),
    customer: async (displayName = 'Li Wei') => (await api('POST', '/customers', { displayName })).id as string,
    async buys(
      customerId: string,
      count: number,
      options: { daysAgo?: number; amount?: number; currency?: string } = {},
    ) {
      const { daysAgo = 1, amount = 1000, currency = 'EUR' } = options;
      await sql.query(
        `insert into purchase (customer_id, source, external_id, occurred_at, amount_minor, currency)
         select $1, 'test', $2 || n, $3, $4, $5 from generate_series(1, $6::int) n`,
        [customerId, randomUUID(), new Date(now().getTime() - daysAgo * dayMs), amount, currency, count],
      );
    },
    finished,
    async publish(change: (policy: GradingPolicy) => GradingPolicy): Promise<GradingRun> {
      const { version, policy } = await api('GET', '/grading');
      const made = await api('POST', '/grading/versions', { policy: change(policy), basedOn: version, note: 'A test' });
      const runs = await api('GET', '/grading/runs?kind=publish&limit=1');
      expect(runs.items[0].version).toBe(made.version);
      return finished(runs.items[0].id);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const bySum = (currency: string, number: number): GradingPolicy['rules'][number] => ({
  id: 'spends',
  nameEn: 'Spends much',
  nameZh: '消费高',
  when: { join: 'all', tests: [{ fact: { name: 'purchase-sum', currency, days: 365 }, operator: 'at-least', number }] },
  outcome: { grade: 'high', value: 'high', loyalty: 'low', vip: false },
});

onBothBackends('customers by the rules', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(() => openCentre(backend));

  it('are graded soon after they bought, with a dated move and a reason', async () => {
    const { customer, buys, graded, call, desk, sql } = centre();
    const id = await customer();
    // From the first moment on, without anything being written for it.
    expect(await centre().grading(id)).toMatchObject({ grade: 'low', stage: 'prospect', vip: false, value: 'low' });
    await buys(id, 7);
    const high = await graded(id, 'high');
    expect(high).toMatchObject({ stage: 'new', value: 'high', loyalty: 'medium' });
    expect(high.explanation).toMatchObject({ version: 0, rule: 'high', outcome: { grade: 'high' }, stage: 'new' });
    expect(high.explanation.rules.at(-1).trace.tests[0]).toMatchObject({ found: 7, holds: true, test: { number: 6 } });
    const told = await desk.event('customer.graded', (event) => event.customerId === id);
    expect(told.data).toEqual({ from: 'low', to: 'high', rule: 'high', version: 0 });
    const { items } = await call('GET', `/customers/${id}/moves`);
    expect(items.map((one: { kind: string; from: string; to: string }) => [one.kind, one.from, one.to])).toEqual(
      expect.arrayContaining([
        ['grade', null, 'low'],
        ['grade', 'low', 'high'],
        ['stage', null, 'prospect'],
        ['stage', 'prospect', 'new'],
      ]),
    );
    expect(items).toHaveLength(4);
    const pages = await call('GET', `/customers/${id}/moves?limit=1`);
    expect(pages.items).toHaveLength(1);
    const rest = await call('GET', `/customers/${id}/moves?cursor=${pages.nextCursor}`);
    expect([...pages.items, ...rest.items]).toEqual(items);
    // What was written down stays as it was.
    await expect(sql.query(`update customer_move set to_value = 'vip' where customer_id = $1`, [id])).rejects.toThrow(
      /never changed/,
    );
  });

  it('are found as before by a way through all of them', async () => {
    const { call, finished, sql } = centre();
    const picture = async () =>
      (
        await sql.query(
          `select id, grade, grade_value, loyalty, vip, grade_rule, stage, stage_since, churn_since, churn_score, queue_priority,
             (select count(*) from customer_move m where m.customer_id = c.id) as moves from customer c order by id`,
          [],
        )
      ).rows;
    const before = await picture();
    const run = await finished((await call('POST', '/grading/runs')).id);
    expect(run.done).toBe(before.length);
    expect(run.counts.grades.every(({ from, to }) => from === to)).toBe(true);
    expect(await picture()).toEqual(before);
  });

  aside('come out of a preview as they come out of publishing, in one currency', async () => {
    const { customer, buys, graded, call, finished, publish, api, grading } = centre();
    const [euros, yuan] = [await customer('Euro'), await customer('元')];
    await buys(euros, 1, { amount: 50_000 });
    await buys(yuan, 1, { amount: 900_000, currency: 'CNY' });
    for (const id of [euros, yuan])
      await eventually(
        () => grading(id),
        (one) => one.stage === 'new',
      );
    const change = (policy: GradingPolicy) => ({ ...policy, rules: [bySum('EUR', 50_000), ...policy.rules] });
    const preview = await call('POST', '/grading/previews', { policy: change(defaultGradingPolicy) });
    const tried = await finished(preview.id);
    expect(tried.counts.sample).toContainEqual({
      customerId: euros,
      name: 'Euro',
      from: 'low',
      to: 'high',
      rule: 'spends',
    });
    expect((await grading(euros)).grade).toBe('low');
    // What agents would get to do is told before, too.
    const busy = { ...defaultGradingPolicy, cadence: { enabled: true, leadDays: 60 } };
    const grades = busy.grades.map((one) => ({ ...one, followUpDays: 1 }));
    const { counts } = await finished((await call('POST', '/grading/previews', { policy: { ...busy, grades } })).id);
    expect(counts.tasks).toEqual({ winBack: 0, followUp: tried.done });
    expect(counts.stageMoves).toEqual([]);
    const published = await publish(change);
    const order = ({ counts }: GradingRun) =>
      counts.grades.toSorted((a, b) => `${a.from}${a.to}`.localeCompare(`${b.from}${b.to}`));
    expect(order(published)).toEqual(order(tried));
    expect([tried.done, tried.counts.stages]).toEqual([published.done, published.counts.stages]);
    expect(published.counts.tasks).toEqual(tried.counts.tasks);
    await graded(euros, 'high');
    expect(await grading(yuan)).toMatchObject({ grade: 'low', explanation: { version: 1 } });

    // Nothing is overwritten, and a published version stays.
    const stale = { policy: defaultGradingPolicy, basedOn: 0, note: 'Too late' };
    expectProblem(await api('POST', '/api/v1/grading/versions', stale), 409, 'conflict');
    expect((await call('GET', '/grading/versions')).items).toHaveLength(1);
    expect((await call('GET', '/grading/versions/1')).policy.rules[0].id).toBe('spends');
    await expect(centre().sql.query('delete from grading_version', [])).rejects.toThrow(/never changed/);
  });

  it('are graded once by what was published last, and new ones begin by it', async () => {
    const { call, api, hub, customer, grading, finished, publish } = centre();
    const { version, policy } = await call('GET', '/grading');
    const everybody: GradingPolicy['rules'][number] = {
      id: 'everybody',
      nameEn: 'Everybody',
      nameZh: '所有人',
      when: { join: 'all', tests: [{ fact: { name: 'age-days' }, operator: 'at-least', number: 0 }] },
      outcome: { grade: 'medium', value: 'medium', loyalty: 'high', vip: false },
    };
    const body = { policy: { ...policy, rules: [everybody] }, basedOn: version, note: 'At once' };
    // Nobody is graded meanwhile.
    const { earlier, id } = await hub.parts.db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(7421023)', []);
      const run = await call('POST', '/grading/runs');
      const answers = await Promise.all([body, body].map((one) => api('POST', '/api/v1/grading/versions', one)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
      const created = await customer();
      expect(await grading(created)).toMatchObject({ grade: 'medium', loyalty: 'high', stage: 'prospect' });
      return { earlier: run.id, id: created };
    });
    expect(await call('GET', `/grading/runs/${earlier}`)).toMatchObject({ state: 'done', done: 0 });
    const { items } = await call('GET', '/grading/runs?kind=publish&limit=1');
    expect((await finished(items[0].id)).done).toBeGreaterThan(0);
    const began = (await call('GET', `/customers/${id}/moves`)).items;
    expect(began.map((one: { to: string; version: number }) => [one.to, one.version])).toEqual([
      ['medium', version + 1],
      ['prospect', version + 1],
    ]);
    await publish(() => policy);
    await centre().graded(id, 'low');
  });

  it('get a place in the queue and their own agent on a new ticket', async () => {
    const { customer, buys, graded, call, sql, api } = centre();
    const id = await customer();
    await buys(id, 6);
    await graded(id, 'high');
    const me = await call('GET', '/me');
    expectProblem(
      await api('PUT', `/api/v1/customers/${id}/dedicated-agent`, { agentId: 'nobody' }),
      400,
      'invalid_input',
    );
    expect(await call('PUT', `/customers/${id}/dedicated-agent`, { agentId: me.id })).toMatchObject({
      dedicatedAgentId: me.id,
      dedicatedAgentName: me.name,
    });
    const { rows } = await sql.query(
      `insert into ticket (subject, channel, channel_account, customer_id, contact_address, priority)
       values ('Hello', 'email', 'email', $1, 'li@example.org', 5) returning priority, preferred_agent_id as agent`,
      [id],
    );
    expect(rows).toEqual([{ priority: 15, agent: me.id }]);
  });

  it('are warned of once, with one task and its reasons', async () => {
    const { customer, call, publish, desk, sql, grading } = centre();
    await publish((policy) => ({ ...policy, churn: { ...policy.churn, enabled: true, warnAt: 30, clearBelow: 30 } }));
    const id = await customer('Unhappy');
    const mark = { source: 'survey', externalId: randomUUID(), score: 1, at: new Date().toISOString() };
    const first = await call('POST', `/customers/${id}/scores`, mark);
    expect((await call('POST', `/customers/${id}/scores`, mark)).id).toBe(first.id);
    const warned = await desk.event('customer.churn-warned', (event) => event.customerId === id);
    expect(warned.data).toEqual({ score: 30, signals: ['low-scores'] });
    await call('POST', `/customers/${id}/scores`, { ...mark, externalId: randomUUID() });
    const run = await call('POST', '/grading/runs');
    await centre().finished(run.id);
    const { rows } = await sql.query(`select kind, state, cause from task where customer_id = $1`, [id]);
    expect(rows).toEqual([{ kind: 'win-back', state: 'open', cause: 'Gave a low mark' }]);
    expect((await grading(id)).explanation.churn.signals[0].trace.tests[0]).toMatchObject({ found: 2, holds: true });
    const switched = (enabled: boolean) => publish((policy) => ({ ...policy, churn: { ...policy.churn, enabled } }));
    await switched(false);
    expect((await grading(id)).churnSince).toBeNull();
    // Warned anew while somebody still wins them back.
    await switched(true);
    expect((await grading(id)).churnSince).not.toBeNull();
    expect((await sql.query(`select state from task where customer_id = $1`, [id])).rows).toHaveLength(1);
    await switched(false);
  });

  it('are followed up once an interval, and the share done in time is told', async () => {
    const { customer, call, finished, publish, pass, sql, buys, graded } = centre();
    const id = await customer('Regular');
    await buys(id, 6);
    await graded(id, 'high');
    await publish((policy) => ({ ...policy, cadence: { enabled: true, leadDays: 3 } }));
    const again = async () => finished((await call('POST', '/grading/runs')).id);
    const tasks = async () =>
      (
        await sql.query(`select state from task where customer_id = $1 and kind = 'follow-up' order by created_at`, [
          id,
        ])
      ).rows;
    expect(await tasks()).toEqual([]);
    pass(58);
    await again();
    await again();
    expect(await tasks()).toEqual([{ state: 'open' }]);
    // Two who had one each became one customer.
    await sql.query(
      `insert into task (kind, customer_id, due_at, created_at) select kind, customer_id, due_at, created_at from task
       where customer_id = $1 and kind = 'follow-up'`,
      [id],
    );
    // A message that an agent wrote does it.
    const me = await call('GET', '/me');
    const { rows } = await sql.query<{ id: string }>(
      `insert into ticket (subject, channel, channel_account, customer_id, contact_address) values ('How are you', 'email', 'email', $1, 'a@example.org') returning id`,
      [id],
    );
    await sql.query(
      `insert into message (ticket_id, customer_id, direction, channel, channel_account, kind, author_id, body_text, received_at)
       values ($1, $2, 'out', 'email', 'email', 'agent', $3, 'How are you?', now() + interval '58 days' + interval '1 minute')`,
      [rows[0]?.id, id, me.id],
    );
    pass(1);
    await again();
    expect(await tasks()).toEqual([{ state: 'done' }, { state: 'done' }]);
    pass(3);
    const figures = await call('GET', '/grading/timeliness?days=90');
    expect(figures.grades).toContainEqual({
      grade: 'high',
      due: expect.any(Number),
      inTime: 2,
      late: 0,
      open: expect.any(Number),
      share: expect.any(Number),
    });
    pass(-62);
    await publish((policy) => ({ ...policy, cadence: { enabled: false, leadDays: 3 } }));
  });

  it('are kept in segments, also when their fields change and when they are merged', async () => {
    const { customer, call, sql, api, buys, desk } = centre();
    const [one, other] = [await customer('Member A'), await customer('Member B')];
    const draft = {
      key: 'named-member',
      name: 'Members',
      condition: {
        join: 'any',
        tests: [
          { fact: { name: 'field', key: 'display_name' }, operator: 'is', words: ['Member A', 'Member B'] },
          { fact: { name: 'purchase-count' }, operator: 'at-least', number: 90 },
        ],
      },
    };
    expect(await call('POST', '/segments', draft)).toMatchObject({ key: 'named-member', refreshing: true });
    expectProblem(await api('POST', '/api/v1/segments', draft), 409, 'conflict');
    const segment = () => call('GET', '/segments').then(({ items }) => items[0]);
    await eventually(segment, ({ memberCount, refreshing }) => memberCount === 2 && !refreshing);
    const first = await call('GET', '/segments/named-member/members?limit=1');
    const second = await call('GET', `/segments/named-member/members?limit=1&cursor=${first.nextCursor}`);
    expect([first, second].map(({ items }) => items[0].name)).toEqual(['Member A', 'Member B']);
    expect(second.nextCursor).toBeNull();
    expect((await call('GET', `/customers/${one}/grading`)).segments).toEqual([
      { key: 'named-member', name: 'Members' },
    ]);

    const third = await customer('Somebody');
    await buys(third, 90);
    await eventually(segment, ({ memberCount }) => memberCount === 3);
    const merge = await call('POST', `/customers/${one}/merge`, { otherId: other });
    await desk.event('customer.merged', (event) => event.customerId === one);
    await eventually(segment, ({ memberCount }) => memberCount === 2);
    await call('POST', `/merges/${merge.id}/undo`);
    await eventually(segment, ({ memberCount }) => memberCount === 3);
    expect((await sql.query('select count(*)::int as n from segment_member', [])).rows).toEqual([{ n: 3 }]);
    await call('DELETE', '/segments/named-member');
    expect((await sql.query('select count(*)::int as n from segment_member', [])).rows).toEqual([{ n: 0 }]);
  });

  aside('are read by agents and ruled by managers', async () => {
    const { api, url, customer } = centre();
    const id = await customer();
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    await api('POST', '/api/v1/agents', { name: 'Ann Agent', ...credentials });
    const agent = (await logIn(url, credentials)).api;
    const origin = { origin: url };
    expect((await agent('GET', `/api/v1/customers/${id}/grading`)).status).toBe(200);
    expect((await agent('GET', '/api/v1/grading')).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/grading/versions', { policy: defaultGradingPolicy, basedOn: 0, note: 'x' }],
      ['POST', '/grading/previews', { policy: defaultGradingPolicy }],
      ['POST', '/grading/runs', undefined],
      ['PUT', `/customers/${id}/dedicated-agent`, { agentId: null }],
      ['PUT', '/settings/contact-guard', { hours: 1 }],
      ['DELETE', '/segments/any', undefined],
    ] as const)
      expectProblem(await agent(method, `/api/v1${path}`, body, origin), 403, 'forbidden');
  });
});
