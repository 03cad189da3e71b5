/** Service targets from a message to the warning, the breach and the escalation, and what managers change about them. */
import { randomUUID } from 'node:crypto';
import type { ClockDetail, ServicePolicy } from '@patchbay/contracts';
import { readerStates } from '@patchbay/store/queries/event-readers';
import { describe, expect, it } from 'vitest';
import { openApiCentre } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { shared } from '../support/shared.ts';

describe('service targets', () => {
  const centre = shared(openApiCentre);
  const call = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await centre().api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  const phone = () => `+49151${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
  const clocksOf = async (id: string): Promise<ClockDetail[]> => (await call('GET', `/tickets/${id}/clocks`)).items;
  const clockOf = (id: string, kind: string, holds: (clock: ClockDetail) => boolean) =>
    eventually(
      async () => (await clocksOf(id)).find((clock) => clock.kind === kind),
      (clock) => clock !== undefined && holds(clock),
    ) as Promise<ClockDetail>;
  const told = async (ticketId: string, type: string) =>
    (
      await centre().sql.query<{ data: Record<string, unknown> }>(
        'select data from event where ticket_id = $1 and type = $2 order by id',
        [ticketId, type],
      )
    ).rows.map(({ data }) => data);
  /** As if the clock had begun so much earlier; after all that happens by itself (the acknowledgement, what a new hub rebuilds): it would put the clock right again. */
  const comeNear = async (ticketId: string, dueIn: number, warnIn: number) => {
    await eventually(
      () =>
        centre().sql.query(
          `select 1 from event where seq is null
           union all select 1 where not exists (select from outbound where ticket_id = $1 and status = 'sent')
           union all select 1 from event_reader, relay_state where name = 'clocks' and seq < last_seq
           union all select 1 from clock_run where state = 'running'`,
          [ticketId],
        ),
      ({ rowCount }) => rowCount === 0,
    );
    await centre().sql.query(
      `update ticket_clock set due_at = now() + make_interval(secs => $2), warn_at = now() + make_interval(secs => $3),
         next_at = now() + make_interval(secs => least($2::float, $3::float)) where ticket_id = $1 and met_at is null`,
      [ticketId, dueIn, warnIn],
    );
  };
  const publish = async (change: (policies: ServicePolicy[]) => ServicePolicy[]) => {
    const { version, plan } = await call('GET', '/service-plan');
    return call('PUT', '/service-plan/policies', { policies: change(plan.policies), basedOn: version, note: 'Tried' });
  };
  const ran = async (kind: 'rebuild' | 'preview' | 'apply') => {
    const { id } = await call('POST', '/clock-runs', { kind, reason: `Asked for a ${kind}` }, 201);
    return eventually(
      () => call('GET', `/clock-runs/${id}`),
      ({ state }) => state === 'done',
    );
  };

  it('measure a message from its arrival to the answer of a person, and explain it', async () => {
    const { ticketId } = await centre().ticketByText(phone());
    const first = await clockOf(ticketId, 'first-response', () => true);
    expect(first).toMatchObject({
      clockState: 'running',
      policy: { id: 'written', version: 1 },
      target: { minutes: 1440 },
    });
    expect(Date.parse(first.dueAt ?? '') - Date.parse(first.startedAt)).toBe(86_400_000);
    const ticket = await call('GET', `/tickets/${ticketId}`);
    expect(ticket.clocks).toMatchObject({ kind: 'first-response', clockState: 'running' });
    expect(Date.parse(ticket.clocks.dueAt)).toBe(Date.parse(first.dueAt ?? ''));

    await call('POST', `/tickets/${ticketId}/messages`, { text: 'A note', visibility: 'internal' }, 201);
    await call('PATCH', `/tickets/${ticketId}`, { status: 'pending' });
    const paused = await clockOf(ticketId, 'first-response', ({ clockState }) => clockState === 'paused');
    expect(paused).toMatchObject({ dueAt: null, metAt: null, pauses: [{ to: null, cause: 'pending' }] });
    await call('PATCH', `/tickets/${ticketId}`, { status: 'open' });
    await call('POST', `/tickets/${ticketId}/messages`, { text: 'Good morning', visibility: 'public' }, 201);
    const met = await clockOf(ticketId, 'first-response', ({ clockState }) => clockState === 'met');
    expect(met.pauses).toHaveLength(1);
    expect(Date.parse(met.dueAt ?? '')).toBeGreaterThan(Date.parse(first.dueAt ?? ''));
    expect(await told(ticketId, 'clock.met')).toMatchObject([{ clock: 'first-response', round: 1, late: 0 }]);
    expect((await call('GET', `/tickets/${ticketId}`)).clocks).toBeNull();
  });

  it('warn and then tell of the breach, each once and at its moment', async () => {
    const { ticketId } = await centre().ticketByText(phone());
    await clockOf(ticketId, 'first-response', () => true);
    const { desk } = centre();
    // Far enough for the sweep, which gives the moment its job, to have come round also where the machine is slow.
    await comeNear(ticketId, 6, 0.5);
    const event = await desk.event('clock.breached', (one) => one.ticketId === ticketId);
    expect(event.data).toMatchObject({ clock: 'first-response', round: 1 });
    expect(event.data['late']).toBeLessThan(1.5);
    const clock = await clockOf(ticketId, 'first-response', ({ breachedAt }) => breachedAt !== null);
    expect(clock.clockState).toBe('breached');
    expect((await call('GET', `/tickets/${ticketId}`)).clocks.clockState).toBeDefined();
    await call('POST', `/tickets/${ticketId}/messages`, { text: 'Sorry', visibility: 'public' }, 201);
    await clockOf(ticketId, 'first-response', ({ metAt }) => metAt !== null);
    expect(
      [await told(ticketId, 'clock.warned'), await told(ticketId, 'clock.breached')].map(({ length }) => length),
    ).toEqual([1, 1]);
  });

  it('escalate by rule once for each cause, and by hand with a reason', async () => {
    const queues = (await call('GET', '/queues')).items as { id: string; name: string; channels: string[] }[];
    const other = queues.find(({ channels }) => !channels.includes('sms'));
    const all = { channels: [], queueIds: [], requestTypes: [] };
    const rule = (id: string, cause: object, actions: object[]) => ({
      id,
      nameEn: id,
      nameZh: id,
      enabled: true,
      when: all,
      cause,
      actions,
    });
    await call('PUT', '/escalation-rules', {
      rules: [
        rule('late', { kind: 'breach', clocks: ['first-response'] }, [
          { kind: 'notify', whom: 'both' },
          { kind: 'raise-priority', by: 60 },
          { kind: 'page', agentIds: [], by: 'email' },
        ]),
        // Raises what it is asked about: it must not go round.
        rule('grave', { kind: 'severity', priority: 50 }, [
          { kind: 'raise-priority', by: 10 },
          { kind: 'move', queueId: other?.id },
        ]),
      ],
    });
    const { ticketId } = await centre().ticketByText(phone());
    await clockOf(ticketId, 'first-response', () => true);
    await comeNear(ticketId, 0, -1);
    const ticket = await eventually(
      () => call('GET', `/tickets/${ticketId}`),
      ({ queueId }) => queueId === other?.id,
    );
    expect(ticket.priority).toBe(70);
    expect(await told(ticketId, 'ticket.escalated')).toMatchObject([
      { rule: 'late', tell: ['owner', 'supervisors'], reason: 'late: first-response is breached' },
      { rule: 'grave', reason: 'grave: priority is 60' },
    ]);
    const { rows: pages } = await centre().sql.query(
      `select o.recipient from outbound o where o.ticket_id = $1 and o.idempotency_key like 'page:%'`,
      [ticketId],
    );
    expect(pages).toEqual([{ recipient: 'admin@patchbay.test' }]);
    await call('PUT', '/escalation-rules', { rules: [] });

    const home = queues.find(({ channels }) => channels.includes('sms'));
    const body = { reason: 'Needs a specialist', queueId: home?.id, raiseBy: 5 };
    const moved = await call('POST', `/tickets/${ticketId}/escalate`, body, 201);
    expect(moved).toMatchObject({ queueId: home?.id, priority: 75 });
    expect((await told(ticketId, 'ticket.escalated')).at(-1)).toMatchObject({
      rule: null,
      reason: 'Needs a specialist',
    });
    // Out of somebody's hands it is taken only by themselves or a manager; anybody may call for help.
    await call('POST', `/tickets/${ticketId}/claim`);
    const colleague = await centre().plainAgent();
    const ask = (sent: object) => colleague.api('POST', `/api/v1/tickets/${ticketId}/escalate`, sent);
    expect((await ask({ reason: 'I want it there', queueId: other?.id })).status).toBe(403);
    expect((await ask({ reason: 'Somebody should look' })).status).toBe(201);
    expect((await call('GET', `/tickets/${ticketId}`)).queueId).toBe(home?.id);
    await call('POST', `/tickets/${ticketId}/escalate`, { reason: '' }, 400);
    await call('PATCH', `/tickets/${ticketId}`, { status: 'closed' });
    await call('POST', `/tickets/${ticketId}/escalate`, { reason: 'Late' }, 409);
  });

  it('carry out the rest of a rule whose queue is gone, and take no rule that leads nowhere', async () => {
    const gone = await call('POST', '/queues', { name: `Gone ${randomUUID()}`, channels: [] }, 201);
    const rules = (queueId: string) => ({
      rules: [
        {
          id: 'gone',
          nameEn: 'Gone',
          nameZh: 'Gone',
          enabled: true,
          cause: { kind: 'severity', priority: 50 },
          when: { channels: [], queueIds: [], requestTypes: [] },
          actions: [
            { kind: 'move', queueId },
            { kind: 'raise-priority', by: 7 },
          ],
        },
      ],
    });
    await call('PUT', '/escalation-rules', rules(randomUUID()), 422);
    await call('PUT', '/escalation-rules', rules(gone.id));
    await call('DELETE', `/queues/${gone.id}`, undefined, 204);
    const { ticketId } = await centre().ticketByText(phone());
    await call('POST', `/tickets/${ticketId}/escalate`, { reason: 'Grave', raiseBy: 60 }, 201);
    const [, byRule] = await eventually(
      () => told(ticketId, 'ticket.escalated'),
      ({ length }) => length === 2,
    );
    expect(byRule).toMatchObject({ rule: 'gone', tell: ['supervisors'] });
    expect((await call('GET', `/tickets/${ticketId}`)).priority).toBe(67);
    await call('PUT', '/escalation-rules', { rules: [] });
  });

  it('choose the policy again when the request is another one', async () => {
    const { ticketId } = await centre().ticketByText(phone());
    await clockOf(ticketId, 'first-response', () => true);
    await call('PATCH', `/tickets/${ticketId}`, { requestType: 'complaint' });
    const acknowledged = await clockOf(ticketId, 'complaint-acknowledgement', () => true);
    expect(acknowledged.policy).toMatchObject({ id: 'complaints' });
    expect((await clocksOf(ticketId)).map(({ kind }) => kind)).toEqual([
      'complaint-acknowledgement',
      'complaint-resolution',
    ]);
    expect(await told(ticketId, 'ticket.targets-changed')).toMatchObject([
      { policy: 'complaints', reason: 'Complaints: request type complaint' },
    ]);
  });

  it('stay as they are on open tickets until a change is tried and applied', async () => {
    const { ticketId } = await centre().ticketByText(phone());
    const before = await clockOf(ticketId, 'first-response', () => true);
    const made = await publish((policies) =>
      policies.map((policy) =>
        policy.id === 'written'
          ? { ...policy, targets: policy.targets.map((one) => ({ ...one, minutes: 600 })) }
          : policy,
      ),
    );
    const tried = await ran('preview');
    expect(tried).toMatchObject({ version: made.version, counts: { breaching: 0, dropped: 0 } });
    expect(tried.counts.earlier).toBeGreaterThan(0);
    expect(tried.counts.sample.some((one: { ticketId: string }) => one.ticketId === ticketId)).toBe(true);
    expect((await clocksOf(ticketId))[0]?.dueAt).toBe(before.dueAt);
    await ran('apply');
    const after = await clockOf(ticketId, 'first-response', ({ policy }) => policy.version === made.version);
    expect(Date.parse(after.dueAt ?? '') - Date.parse(after.startedAt)).toBe(600 * 60_000);
    expect(await told(ticketId, 'ticket.targets-changed')).toMatchObject([{ reason: 'Asked for a apply' }]);
    expect((await ran('preview')).counts).toMatchObject({ moved: 0, added: 0, dropped: 0 });
  });

  it('come out the same when they are rebuilt from the events', async () => {
    const { sql } = centre();
    await eventually(
      async () => (await readerStates(sql)).find(({ name }) => name === 'clocks')?.behind,
      (behind) => behind === 0,
    );
    const kept = async () =>
      (
        await sql.query(
          `select ticket_id, kind, round, state, started_at, due_at, warn_at, met_at, business_ms, runs, warned_at, breached_at
           from ticket_clock c where not exists (select 1 from event e where e.ticket_id = c.ticket_id and e.type = 'clock.warned') order by 1, 2, 3`,
        )
      ).rows;
    const before = await kept();
    expect(before.length).toBeGreaterThan(4);
    await ran('rebuild');
    expect(await kept()).toEqual(before);
    expect((await readerStates(sql)).filter(({ failed }) => failed > 0)).toEqual([]);
  });

  it('keep calendars with holidays, and tell of each change', async () => {
    const { items } = await call('GET', '/holidays?country=DE&region=BY&year=2027');
    expect(items).toContainEqual({ date: '2027-03-29', name: 'Easter Monday', rule: 'easter 1' });
    const { version, plan } = await call('GET', '/service-plan');
    const key = `k${randomUUID().slice(0, 8)}`;
    const calendar = {
      key,
      nameEn: 'Munich',
      nameZh: '慕尼黑',
      timeZone: 'Europe/Berlin',
      intervals: [{ weekday: 1, from: '09:00', to: '17:00' }],
      holidays: { country: 'DE', region: 'BY', open: ['easter 1'] },
      days: [{ date: '2027-08-02', until: '2027-08-20', name: 'Works holidays', intervals: [] }],
    };
    const body = { calendar, basedOn: version, note: 'Munich' };
    const made = await call('PUT', `/service-plan/calendars/${key}`, body);
    expect(made.version).toBe(version + 1);
    await call('PUT', `/service-plan/calendars/${key}`, body, 409);
    const wrong = { calendar: { ...calendar, timeZone: 'Europe/Nowhere' }, basedOn: made.version, note: 'No' };
    await call('PUT', `/service-plan/calendars/${key}`, wrong, 400);
    await call('DELETE', `/service-plan/calendars/${plan.defaultCalendar}?basedOn=${made.version}`, undefined, 409);
    await call('DELETE', `/service-plan/calendars/${key}?basedOn=${made.version}`);
    const changes = await eventually(
      async () => (await call('GET', `/settings/changes?setting=calendar&key=${key}`)).items,
      (found) => found.length === 2,
    );
    expect(changes.map((change: { data: { to: unknown } }) => change.data.to === null)).toEqual([true, false]);
    const agent = await centre().plainAgent();
    expect(
      (await agent.api('PUT', '/api/v1/service-plan/policies', { policies: [], basedOn: 1, note: 'x' })).status,
    ).toBe(403);
    expect((await agent.api('POST', '/api/v1/clock-runs', { kind: 'rebuild', reason: 'x' })).status).toBe(403);
  });
});
