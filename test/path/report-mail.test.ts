/** Saved reports that are mailed: once for each due time, to a real mail server, with what became of each mail. */
import { simpleParser } from 'mailparser';
import { keepReportMail } from '@patchbay/engine/report-mail/keep';
import { expect, it } from 'vitest';
import { expectProblem, logIn } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { startHub, zoneAtNoon } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { startMailServer } from '../support/mail-server.ts';
import { shared } from '../support/shared.ts';

// Nothing comes due by itself, and no day ends, while the tests run.
const zone = zoneAtNoon();
const grace = { name: 'Grace', email: 'grace@patchbay.test', password: 'a long enough password' };
const customer = 'quentin@hidden.example';
const board = 'board@outside.example';
const every = { enabled: true, times: { every: 'day', hour: 8 }, language: 'en', format: 'csv' };

async function openCentre() {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startMailServer());
  const hub = stack.use(await startHub('postgres', { env: { SMTP_URL: server.url, TIME_ZONE: zone } }));
  const { body: agent } = await hub.api('POST', '/api/v1/agents', { ...grace, role: 'agent' });
  await mailProgram(hub.ground.smtpPort)({
    from: `Quentin <${customer}>`,
    to: 'support@patchbay.test',
    subject: 'Broken lamp',
    text: 'It is broken',
  });
  await eventually(
    async () => (await hub.api('GET', '/api/v1/metrics/wallboard')).body.figures,
    (all) => all.some(({ key, value }: { key: string; value: number }) => key === 'offered' && value === 1),
  );
  const query = { figures: ['offered', 'service-level', 'average-speed-of-answer'], period: 'today', by: 'queue' };
  const { body: report } = await hub.api('POST', '/api/v1/saved-reports', { name: 'Intake <today>', query });
  const path = `/api/v1/saved-reports/${report.id}`;
  const owned = stack.move();
  return {
    ...hub,
    server,
    agent,
    report,
    path,
    /** Not what the customer is told. */
    reports: () => server.taken.filter(({ to }) => to[0] !== customer),
    mails: async () => (await hub.api('GET', `${path}/mails`)).body.items as Record<string, unknown>[],
    /** As if nobody had looked since then. */
    overdue: () => hub.hub.parts.db.sql.query(`update report_schedule set next_at = next_at - interval '10 days'`, []),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const centre = shared(openCentre);
const states = (mails: Record<string, unknown>[]) =>
  mails.map(({ address, state }) => `${String(address)} ${String(state)}`).toSorted();
const mailTo = async (address: string) => {
  const found = centre().server.taken.findLast(({ to }) => to[0] === address);
  return simpleParser(found?.text ?? '');
};

it('what came due while nobody looked is sent once, the latest only, whoever looks', async () => {
  const { api, agent, path, hub, reports, overdue, mails } = centre();
  const { status, body } = await api('PUT', `${path}/schedule`, {
    ...every,
    agentIds: [agent.id],
    addresses: [board, grace.email.toUpperCase()],
  });
  expect([status, body.undelivered]).toEqual([200, 0]);
  const next = new Date(body.nextAt);
  expect(next.toLocaleTimeString('en-GB', { timeZone: zone })).toBe('08:00:00');
  await overdue();
  await Promise.all([1, 2, 3].map(() => keepReportMail(hub.parts)));
  const sent = await eventually(mails, (all) => all.length === 2 && all.every(({ state }) => state === 'sent'));
  const dueAt = new Date(next.getTime() - 86_400_000);
  expect(states(sent)).toEqual([`${board} sent`, `${grace.email} sent`]);
  expect(Date.parse(String(sent[0]?.['dueAt']))).toBe(dueAt.getTime());
  expect((await api('GET', '/api/v1/report-schedules')).body.items).toMatchObject([{ nextAt: body.nextAt }]);

  // Looked at anew as if the schedule had not moved: the database takes a due time once.
  await overdue();
  await keepReportMail(hub.parts);
  expect([(await mails()).length, reports().length]).toEqual([2, 2]);
});

it('asked for now it has the figures as a table and as a file, and nothing of customers', async () => {
  const { api, agent, path, mails, report } = centre();
  const asked = { agentIds: [agent.id], addresses: [], language: 'zh', format: 'csv' };
  expect((await api('POST', `${path}/mails`, asked)).body).toEqual({ mails: 1 });
  const [first] = await eventually(mails, ([one]) => one?.['state'] === 'sent' && one['askedBy'] !== null);
  expect(first).toMatchObject({ address: grace.email, agentId: agent.id, reportId: report.id, attempts: 1 });
  const mail = await mailTo(grace.email);
  expect(mail.subject).toMatch(/^Intake <today>: \d{4}-\d{2}-\d{2}$/);
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail.html).toContain('<h2>Intake &lt;today&gt;');
  expect(mail.html).toMatch(/<td[^>]*>合计<\/td><td[^>]*><\/td><td[^>]*>1<\/td><td[^>]*>–<\/td>/);
  expect(mail.text).toContain('期间 | 开始 | 维度 | 呈入量 | 服务水平');
  const file = await api('GET', `${path}/report?language=zh`, undefined, { accept: 'text/csv' });
  expect(mail.attachments).toHaveLength(1);
  expect(mail.attachments[0]?.filename).toMatch(/^report-.*\.csv$/);
  // What fetch reads as text has lost the mark with which the file begins.
  expect(String(mail.attachments[0]?.content)).toBe(`\uFEFF${file.body}`);
  expect(JSON.stringify(mail)).not.toMatch(/quentin|Broken lamp/i);

  expect((await api('POST', `${path}/mails`, { ...asked, language: 'en', format: 'xlsx' })).status).toBe(201);
  await eventually(mails, (all) => all.length === 4 && all[0]?.['state'] === 'sent');
  const [sheet] = (await mailTo(grace.email)).attachments;
  expect([sheet?.filename?.endsWith('.xlsx'), sheet?.content.subarray(0, 2).toString()]).toEqual([true, 'PK']);
});

it('each recipient’s mail ends for itself: refused, put off, or unknown and left to a person', async () => {
  const { api, path, server, reports, mails } = centre();
  const before = reports().length;
  server.failOnce('RCPT', 550, 'refused@');
  server.failOnce('RCPT', 451, 'later@');
  const addresses = ['refused@outside.example', 'later@outside.example', 'well@outside.example'];
  const asked = { agentIds: [], addresses, language: 'en', format: 'csv' };
  expect((await api('POST', `${path}/mails`, asked)).body).toEqual({ mails: 3 });
  const of = (all: Record<string, unknown>[], address: string) =>
    all.find((one) => one['address'] === `${address}@outside.example`);
  const ended = await eventually(
    mails,
    (all) => of(all, 'well')?.['state'] === 'sent' && of(all, 'later')?.['state'] === 'sent',
    20_000,
  );
  expect(of(ended, 'later')).toMatchObject({ attempts: 2, error: null });
  expect(of(ended, 'refused')).toMatchObject({ state: 'failed', error: 'The mail server refused the mail with 550' });
  const { items } = (await api('GET', '/api/v1/report-schedules')).body;
  expect(items[0].undelivered).toBe(1);
  expect((await api('GET', `${path}/mails?state=failed`)).body.items).toHaveLength(1);
  const retry = (id: unknown) => api('POST', `/api/v1/report-mails/${String(id)}/retry`);
  expect((await retry(of(ended, 'refused')?.['id'])).status).toBe(200);
  await eventually(mails, (all) => of(all, 'refused')?.['state'] === 'sent');
  expectProblem(await retry(of(ended, 'well')?.['id']), 409, 'conflict');
  expectProblem(await retry('00000000-0000-4000-8000-000000000000'), 404, 'not_found');

  server.failOnce('end', 'drop');
  await api('POST', `${path}/mails`, { ...asked, addresses: ['lost@outside.example'] });
  const lost = of(await eventually(mails, (all) => of(all, 'lost')?.['state'] === 'unknown'), 'lost');
  expect(reports().length - before).toBe(4);
  expect((await retry(lost?.['id'])).status).toBe(200);
  await eventually(mails, (all) => of(all, 'lost')?.['state'] === 'sent');
  const ids = reports()
    .slice(-2)
    .map(({ text }) => /^Message-ID: (.*)$/m.exec(text)?.[1]);
  expect(ids[0]).toBe(ids[1]);
});

it('keeps to the limit of the account: what has no token leaves later, once', async () => {
  const { api, path, mails, reports } = centre();
  const limit = (perSecond: number | null, burst: number) =>
    api('PUT', '/api/v1/sending-limits', { channel: 'email', account: 'email', perSecond, burst });
  expect((await limit(0.01, 2)).status).toBe(204);
  const addresses = [1, 2, 3, 4, 5].map((n) => `slowly${n}@outside.example`);
  const asked = { agentIds: [], addresses, language: 'en', format: 'csv' };
  expect((await api('POST', `${path}/mails`, asked)).body).toEqual({ mails: 5 });
  const own = async () => (await mails()).filter(({ address }) => addresses.includes(String(address)));
  const put = (all: Record<string, unknown>[]) =>
    all.filter(({ state, nextTryAt }) => state === 'queued' && Date.parse(String(nextTryAt)) > Date.now() + 30_000);
  // The others are on their way at first.
  const waiting = await eventually(
    own,
    (all) => put(all).length === 3 && all.every(({ state }) => state === 'queued' || state === 'sent'),
  );
  expect(waiting.filter(({ state }) => state === 'queued' || state === 'sent')).toHaveLength(5);
  expect(put(waiting).map(({ attempts, error }) => [attempts, error])).toEqual([0, 1, 2].map(() => [0, null]));

  await limit(2, 1);
  const sent = await eventually(own, (all) => all.every(({ state }) => state === 'sent'), 20_000);
  expect(sent.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1]);
  const taken = reports().filter(({ to }) => addresses.includes(to[0] ?? ''));
  expect(taken).toHaveLength(5);
  expect(new Set(taken.map(({ to }) => to[0]))).toEqual(new Set(addresses));
  await limit(null, 1);
});

it('is for managers, to people who are there, by times that there are', async () => {
  const { api, url, path, agent } = centre();
  const own = (await logIn(url, grace)).api;
  const write = { ...every, agentIds: [agent.id], addresses: [] };
  for (const [method, where, body] of [
    ['GET', '/api/v1/report-schedules'],
    ['PUT', `${path}/schedule`, write],
    ['DELETE', `${path}/schedule`],
    ['POST', `${path}/mails`, { agentIds: [agent.id], addresses: [], language: 'en', format: 'csv' }],
    ['GET', `${path}/mails`],
    ['POST', `/api/v1/report-mails/${agent.id}/retry`],
  ] as const)
    expectProblem(await own(method, where, body), 403, 'forbidden');
  for (const wrong of [
    { ...write, agentIds: [] },
    { ...write, agentIds: ['nobody'] },
    { ...write, addresses: ['not an address'] },
    { ...write, times: { every: 'week', hour: 8 } },
    { ...write, times: { every: 'month', day: 32, hour: 8 } },
    { ...write, times: { every: 'day', hour: 24 } },
  ])
    expectProblem(await api('PUT', `${path}/schedule`, wrong), 400, 'invalid_input');
  const monday = { ...write, enabled: false, times: { every: 'week', weekday: 1, hour: 0 } };
  expect((await api('PUT', `${path}/schedule`, monday)).body).toMatchObject({ nextAt: null, times: monday.times });
  const changes = await eventually<{ data: { to: object | null } }[]>(
    async () => (await api('GET', '/api/v1/settings/changes?setting=report-schedule')).body.items,
    ({ length }) => length === 2,
  );
  expect(changes.map(({ data }) => data.to)).toMatchObject([
    { enabled: false, times: monday.times, addresses: [] },
    { enabled: true, addresses: [board, grace.email.toUpperCase()] },
  ]);
  expect((await api('DELETE', `${path}/schedule`)).status).toBe(204);
  expectProblem(await api('DELETE', `${path}/schedule`), 404, 'not_found');
});

it('goes to no marked address by its schedule, as nothing automatic does, and where a person asks for it', async () => {
  const { api, path, hub, mails, reports, overdue } = centre();
  const [marked, well] = ['Marked@outside.example', 'other@outside.example'];
  await hub.parts.db.sql.query(
    `insert into address_mark (kind, value, mark, reason) values ('email', 'marked@outside.example', 'undeliverable', '5.1.1 User unknown')`,
  );
  await api('PUT', `${path}/schedule`, { ...every, agentIds: [], addresses: [marked, well] });
  const taken = () => reports().filter(({ to }) => to[0] === marked || to[0] === well);
  // Before it is due, since the hub looks by itself, too.
  await hub.parts.db.sql.query(`delete from report_run where asked_by is null`);
  await overdue();
  await keepReportMail(hub.parts);
  const of = (all: Record<string, unknown>[], address: string) => all.find((one) => one['address'] === address);
  const ended = await eventually(
    mails,
    (all) => of(all, well)?.['state'] === 'sent' && ['sent', 'failed'].includes(String(of(all, marked)?.['state'])),
  );
  const error = 'The address is marked: 5.1.1 User unknown';
  expect(of(ended, marked)).toMatchObject({ state: 'failed', error, attempts: 0, settledAt: expect.any(String) });
  expect(taken().map(({ to }) => to[0])).toEqual([well]);

  expect((await api('POST', `/api/v1/report-mails/${String(of(ended, marked)?.['id'])}/retry`)).status).toBe(200);
  await eventually(mails, (all) => of(all, marked)?.['state'] === 'sent');
  const asked = { agentIds: [], addresses: [marked], language: 'en', format: 'csv' };
  expect((await api('POST', `${path}/mails`, asked)).status).toBe(201);
  await eventually(
    async () => taken().length,
    (count) => count === 3,
  );
  await api('DELETE', `${path}/schedule`);
});
