/** A hub that is killed while it mails a report, and two that look at the same schedules: nobody gets it twice, and nothing is guessed. */
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { keepReportMail } from '@patchbay/engine/report-mail/keep';
import { expect, it } from 'vitest';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround, zoneAtNoon } from '../support/hub.ts';
import { startMailServer } from '../support/mail-server.ts';
import { startHubProcess } from '../support/process.ts';

it('a report in the hands of a hub that was killed is left to a person; what came due meanwhile is sent once', async () => {
  await using server = await startMailServer();
  await using ground = await createGround('postgres', { SMTP_URL: server.url, TIME_ZONE: zoneAtNoon() });
  const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
  const query = { figures: ['offered'], period: 'yesterday' };
  let path = '';
  const mails = async () => (await api('GET', `${path}/mails`)).body.items as Record<string, string>[];
  {
    await using first = await startHubProcess(ground.env);
    const { body } = await api('POST', '/api/v1/saved-reports', { name: 'Day', query });
    path = `/api/v1/saved-reports/${body.id}`;
    const to = { agentIds: [], addresses: ['board@outside.example'], language: 'en', format: 'csv' };
    await api('PUT', `${path}/schedule`, { ...to, enabled: true, times: { every: 'day', hour: 8 } });
    server.failOnce('end', 'hang');
    await api('POST', `${path}/mails`, to);
    await eventually(
      async () => server.taken.length,
      (taken) => taken === 1,
    );
    await first.kill('SIGKILL');
  }
  await using hub = await createHub(loadEnvironment(ground.env));
  await using other = await createHub(loadEnvironment({ ...ground.env, PORT: '0', SMTP_INLET_PORT: '0' }), {});
  const { sql } = hub.parts.db;
  expect((await mails()).map(({ state }) => state)).toEqual(['sending']);
  // As long ago as a send is waited for, and so many days without a hub.
  await sql.query(`update report_mail set claimed_at = claimed_at - interval '10 minutes'`);
  await sql.query(`update report_schedule set next_at = next_at - interval '3 days'`);
  await Promise.all([hub, other].map(({ parts }) => keepReportMail(parts)));
  const [due, lost, ...more] = await eventually(mails, (all) => all[0]?.['state'] === 'sent');
  expect([due?.['askedBy'], lost?.['state'], more]).toEqual([null, 'unknown', []]);
  expect(server.taken).toHaveLength(2);
}, 60_000);
