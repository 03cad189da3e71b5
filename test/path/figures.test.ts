/** From contacts on the wire to figures by the API: reports, the tickets behind them, files, and the wallboard. */
import { randomUUID } from 'node:crypto';
import { report as reportSchema } from '@patchbay/contracts';
import { localDate } from '@patchbay/domain';
import { recomputeDay } from '@patchbay/engine/figures/recompute';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { expectProblem, logIn } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { mailProgram } from '../support/mail.ts';
import { apiKey, startHub, zoneAtNoon } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { openSimulator } from '../support/simulated-carrier.ts';
import { ticketClient } from '../support/ticket-client.ts';

const agentPhone = '+4930901820';

async function openCentre() {
  await using stack = new AsyncDisposableStack();
  const zone = zoneAtNoon();
  const hub = stack.use(await startHub('postgres', { env: { TIME_ZONE: zone }, overrides: { simulatorSpeed: 10 } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const carrier = stack.use(await openSimulator(hub.url));
  const owned = stack.move();
  const today = localDate(new Date(), zone);
  const report = async (query: string) => {
    const { status, body } = await hub.api('GET', `/api/v1/reports?from=${today}&to=${today}&${query}`);
    expect([status, body.code]).toEqual([200, undefined]);
    return reportSchema.parse(body);
  };
  return {
    ...hub,
    ...ticketClient(hub.api, desk),
    desk,
    carrier,
    today,
    report,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const centre = shared(openCentre);

async function mailed(subject: string): Promise<string> {
  const { ground, desk } = centre();
  const mail = { from: 'ada@example.org', to: 'support@patchbay.test', subject, text: subject };
  await mailProgram(ground.smtpPort)(mail);
  return (await desk.event('message.received', ({ data }) => data['channel'] === 'email')).ticketId ?? '';
}

const taken = async (ticketId: string) => {
  const { desk, api } = centre();
  await desk.event('ticket.offered', (event) => event.ticketId === ticketId);
  expect((await api('POST', `/api/v1/tickets/${ticketId}/accept`)).status).toBe(200);
};

it('a mail that is answered and settled, and calls that are answered and given up, are counted for what they were', async () => {
  const { api, carrier, desk, reply, report } = centre();
  expect((await api('PATCH', '/api/v1/agents/me', { phone: agentPhone })).status).toBe(200);
  const agentIds = [(await api('GET', '/api/v1/me')).body.id];
  for (const name of ['Lamps', 'Parcels'])
    expect((await api('POST', '/api/v1/teams', { name, agentIds })).status).toBe(201);
  expect((await api('PUT', '/api/v1/agents/me/presence', { state: 'online' })).status).toBe(200);
  const mail = await mailed('Where is it?');
  await taken(mail);
  await reply(mail, 'On its way');
  expect((await api('PATCH', `/api/v1/tickets/${mail}`, { status: 'resolved' })).status).toBe(200);

  const answered = await carrier.call('+4915112350002');
  const { ticketId } = await desk.event('call.changed', ({ data }) => data['callSid'] === answered);
  await taken(ticketId ?? '');
  await desk.event('call.changed', ({ data }) => data['callSid'] === answered && data['state'] === 'talking');
  await carrier.hangUp(answered);
  await desk.event('call.changed', ({ data }) => data['callSid'] === answered && data['state'] === 'ended');
  // Calling them again is work, and offered to nobody.
  expect((await api('POST', `/api/v1/tickets/${ticketId}/calls`, {})).status).toBe(201);
  await desk.event('call.changed', ({ data }) => data['direction'] === 'out' && data['state'] === 'talking');
  expect((await api('POST', `/api/v1/tickets/${ticketId}/call`, { action: 'hang-up' })).status).toBe(200);
  await desk.event('call.changed', ({ data }) => data['direction'] === 'out' && data['state'] === 'ended');

  expect((await api('PUT', '/api/v1/agents/me/presence', { state: 'offline' })).status).toBe(200);
  const given = await carrier.call('+4915112350001');
  await desk.event('call.changed', ({ data }) => data['callSid'] === given);
  await carrier.hangUp(given);
  await desk.event('call.changed', ({ data }) => data['callSid'] === given && data['state'] === 'missed');

  const figures =
    'offered,answered,abandoned,handled,resolved,service-level,average-handle-time,first-contact-resolution,first-response-median';
  const {
    rows,
    totals,
    figures: asked,
  } = await eventually(
    () => report(`figures=${figures}&by=channel`),
    (found) => found.totals['handled'] === 2 && found.totals['abandoned'] === 1,
  );
  expect(asked).toEqual(figures.split(','));
  expect(rows.filter(({ key }) => key !== '').map(({ key, values }) => [key, values])).toEqual([
    [
      'email',
      {
        offered: 1,
        answered: 1,
        abandoned: 0,
        handled: 0,
        resolved: 1,
        'service-level': 1,
        'average-handle-time': null,
        'first-contact-resolution': 1,
        'first-response-median': expect.any(Number),
      },
    ],
    ['phone', expect.objectContaining({ offered: 2, answered: 1, abandoned: 1, handled: 2, 'service-level': 1 })],
  ]);
  expect(totals).toMatchObject({ offered: 3, answered: 2, abandoned: 1 });
});

it('are by agent, by queue and by the quarter of the hour, and add up to the same', async () => {
  const { api, report } = centre();
  const me = (await api('GET', '/api/v1/me')).body;
  const byAgent = await report('figures=answered,handled,occupancy,staffed-time&by=agent');
  expect(byAgent.rows.find(({ key }) => key === me.id)).toMatchObject({
    name: me.name,
    values: { answered: 2, handled: 2 },
  });
  expect(byAgent.totals['occupancy']).toBeGreaterThan(0);
  expect(byAgent.totals['occupancy']).toBeLessThan(1);
  const byQueue = await report('figures=offered&by=queue&interval=15m');
  expect(byQueue.rows.reduce((sum, { values }) => sum + (values['offered'] ?? 0), 0)).toBe(3);
  for (const { start, name } of byQueue.rows.filter(({ values }) => values['offered'])) {
    expect(Date.parse(start) % 900_000).toBe(0);
    expect(name).not.toBeNull();
  }
  for (const interval of ['1h', 'day', 'week', 'month'])
    expect((await report(`figures=offered&interval=${interval}&compare=previous`)).totals, interval).toEqual({
      offered: 3,
    });
  expect((await report('figures=offered&channel=phone')).totals).toEqual({ offered: 2 });
});

it('of an agent in several teams count for each of them, and once in all', async () => {
  const { report, api, today } = centre();
  const said = await report('figures=answered,handled,staffed-time,first-response-median&by=team');
  const inTeams = said.rows.filter(({ key }) => key !== '');
  const counts = new Map(inTeams.map(({ name, values }) => [name, [values['answered'], values['handled']]]));
  expect(counts).toEqual(
    new Map([
      ['Lamps', [2, 2]],
      ['Parcels', [2, 2]],
    ]),
  );
  const [one, other] = inTeams;
  expect(one?.values).toEqual(other?.values);
  expect(said.totals).toEqual(one?.values);
  const byHour = await report(`figures=answered&by=team&interval=1h&teamId=${one?.key}`);
  expect(new Set(byHour.rows.map(({ start }) => start)).size).toBe(byHour.rows.length);
  // Once for each hour in which they answered: the calls may lie on both sides of a full one.
  expect([new Set(byHour.rows.map(({ name }) => name)), byHour.totals]).toEqual([
    new Set([one?.name]),
    { answered: 2 },
  ]);
  const ofTeam = await report(`figures=answered&by=agent&teamId=${other?.key}`);
  expect([ofTeam.rows.length, ofTeam.totals]).toEqual([1, { answered: 2 }]);
  const drilled = `/api/v1/reports/tickets?figure=answered&from=${today}&to=${today}&teamId=${one?.key}`;
  expect((await api('GET', drilled)).body.items).toHaveLength(2);
});

it('lead to the tickets behind them, page by page', async () => {
  const { api, today } = centre();
  const path = `/api/v1/reports/tickets?figure=service-level&from=${today}&to=${today}`;
  const all = (await api('GET', path)).body.items;
  expect(all.map(({ fact, channel }: { fact: string; channel: string }) => [fact, channel])).toEqual([
    ['abandoned', 'phone'],
    ['answered', 'phone'],
    ['answered', 'email'],
  ]);
  const first = (await api('GET', `${path}&limit=2`)).body;
  const second = (await api('GET', `${path}&limit=2&cursor=${first.nextCursor}`)).body;
  expect([...first.items, ...second.items]).toEqual(all);
  expect(second.nextCursor).toBeNull();
  expect((await api('GET', `${path}&channel=email`)).body.items).toHaveLength(1);
  expectProblem(await api('GET', path.replace('service-level', 'occupancy')), 400, 'invalid_input');
});

it('are empty, not zero, of days that were never counted, and lead to the tickets of a part of a day', async () => {
  const { api, today, report } = centre();
  const { since, starts, rows, totals, at } = await report('figures=offered&interval=15m');
  expect([since, totals['offered'], starts.length]).toEqual([today, 3, 96]);
  for (const { start } of rows) expect(starts).toContain(start);
  expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(rows.at(-1)?.start ?? ''));
  const before = await report('figures=offered,service-level&compare=2020-01-01..2020-01-31');
  expect(before.compared?.totals).toEqual({ offered: null, 'service-level': null });
  const listed = async (part: string) =>
    (await api('GET', `/api/v1/reports/tickets?figure=offered&from=${today}&to=${today}&${part}`)).body.items.length;
  const first = rows[0]?.start ?? '';
  expect([await listed(`since=${first}`), await listed(`until=${first}`)]).toEqual([3, 0]);
});

it('leave as CSV and as a sheet for Excel', async () => {
  const { api, url, today } = centre();
  const path = `/api/v1/reports?figures=offered,service-level&by=channel&from=${today}&to=${today}`;
  const csv = await api('GET', `${path}&language=zh`, undefined, { accept: 'text/csv' });
  expect(csv.headers.get('content-type')).toMatch(/^text\/csv/);
  const lines = String(csv.body).replace('\uFEFF', '').split('\r\n');
  expect(lines[0]).toBe('期间,开始,维度,呈入量,服务水平');
  expect(lines).toContain(`${today}..${today},${today},email,1,1`);
  const sheet = await fetch(`${url}${path}&format=xlsx`, { headers: { authorization: `Bearer ${apiKey}` } });
  expect(sheet.headers.get('content-disposition')).toContain(`report-${today}-${today}.xlsx`);
  // A ZIP, as every such file is.
  expect(Buffer.from(await sheet.arrayBuffer()).subarray(0, 4)).toEqual(Buffer.from('PK\u0003\u0004'));
});

it('are for managers; agents have their own', async () => {
  const { api, url, today } = centre();
  const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
  expect((await api('POST', '/api/v1/agents', { name: 'Ann', ...credentials })).status).toBe(201);
  const ann = (await logIn(url, credentials)).api;
  const period = `from=${today}&to=${today}`;
  expectProblem(await ann('GET', `/api/v1/reports?figures=offered&${period}`), 403, 'forbidden');
  expectProblem(await ann('GET', `/api/v1/reports/tickets?figure=offered&${period}`), 403, 'forbidden');
  expect((await ann('GET', `/api/v1/reports/mine?figures=answered&${period}`)).body.totals).toEqual({ answered: 0 });
  expect((await api('GET', `/api/v1/reports/mine?figures=answered&${period}`)).body.totals).toEqual({ answered: 2 });
  expectProblem(await ann('GET', `/api/v1/reports/mine?figures=answered&by=agent&${period}`), 400, 'invalid_input');
});

it.each([
  ['an unknown figure', 'figures=nonsense&from=2026-11-01&to=2026-11-02'],
  ['a period that ends before it begins', 'figures=offered&from=2026-11-02&to=2026-11-01'],
  ['too fine an interval for the period', 'figures=offered&from=2026-01-01&to=2026-11-01&interval=15m'],
  ['dimensions that are not kept together', 'figures=offered&from=2026-11-01&to=2026-11-02&by=agent&grade=gold'],
  ['request types by the hour', 'figures=offered&from=2026-11-01&to=2026-11-02&by=type&interval=1h'],
  ['the time of agents by channel', 'figures=occupancy&from=2026-11-01&to=2026-11-02&by=channel'],
  ['a comparison with no days', 'figures=offered&from=2026-11-01&to=2026-11-02&compare=2026-11-31..2026-12-40'],
  ['no day', 'figures=offered&from=2026-11-31&to=2026-12-01'],
])('%s is refused', async (_name, query) => {
  expectProblem(await centre().api('GET', `/api/v1/reports?${query}`), 400, 'invalid_input');
});

it('that are asked for again and again are saved, by names of their own, and told of', async () => {
  const { api, desk, today } = centre();
  const write = (name: string, query: object) => api('POST', '/api/v1/saved-reports', { name, query });
  const query = { figures: ['offered', 'abandoned'], period: 'today', by: 'channel' };
  const { status, body } = await write('Today', query);
  expect([status, body.query]).toEqual([201, query]);
  await desk.event('setting.changed', ({ data }) => data['setting'] === 'saved-report' && data['key'] === body.id);
  expectProblem(await write('Today', query), 409, 'conflict');
  expectProblem(await write('Wrong', { ...query, figures: ['nonsense'] }), 400, 'invalid_input');
  expectProblem(
    await write('Too fine', { ...query, period: 'this-year', figures: ['occupancy'] }),
    400,
    'invalid_input',
  );
  const said = (await api('GET', `/api/v1/saved-reports/${body.id}/report`)).body;
  expect([said.from, said.to, said.totals]).toEqual([today, today, { offered: 3, abandoned: 1 }]);
  const file = await api('GET', `/api/v1/saved-reports/${body.id}/report`, undefined, { accept: 'text/csv' });
  expect(file.body).toContain(`${today}..${today},Total,,3,1`);
  expect((await api('DELETE', `/api/v1/saved-reports/${body.id}`)).status).toBe(204);
  expectProblem(await api('GET', `/api/v1/saved-reports/${body.id}/report`), 404, 'not_found');
});

it('are explained in both languages, and those of the wallboard by keys as well', async () => {
  const { api } = centre();
  const { items } = (await api('GET', '/api/v1/reports/definitions')).body;
  const keys = items.map(({ key }: { key: string }) => key);
  const { figures } = (await api('GET', '/api/v1/metrics/wallboard')).body;
  for (const { key, formula, formulaKey } of figures) {
    expect(keys).toContain(key);
    expect(formula).not.toBe('');
    expect(formulaKey).toBe(key);
  }
  const of = (key: string, dimensions: object) =>
    figures.find(
      (one: { key: string; dimensions: object }) =>
        one.key === key && JSON.stringify(one.dimensions) === JSON.stringify(dimensions),
    )?.value;
  expect([of('offered', {}), of('abandoned', {}), of('contacts-today', { channel: 'email' })]).toEqual([3, 1, 1]);
  expect(of('backlog', { queue: 'Phone', age: 'under-1-day' })).toBe(2);
});

it('are what recomputing the day gives', async () => {
  const { hub, today } = centre();
  const { db, config, openingHours } = hub.parts;
  const { differences, facts } = await recomputeDay(db, { config, openingHours }, today, false);
  expect(differences).toEqual([]);
  expect(facts).toBeGreaterThan(8);
});
