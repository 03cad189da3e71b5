import { HubError, reportMailQuery, type ReportMailing, type ReportSchedule } from '@patchbay/contracts';
import { nextDue } from '@patchbay/domain';
import {
  countMails,
  deleteSchedule,
  listMails,
  listSchedules,
  missingAgents,
  putSchedule,
  queueNow,
  readMail,
  readSchedule,
  retryMail,
} from '@patchbay/store/queries/report-mail';
import { z } from 'zod';
import type { Parts } from '../../parts.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { saved } from './saved-reports.ts';

const tag = 'Figures';
const byId = z.object({ id: z.uuid() });

const scheduleSetting = (reportId: string): Setting => ({
  setting: 'report-schedule',
  key: reportId,
  read: (tx) => readSchedule(tx, reportId),
});

async function scheduleOf({ db }: Parts, reportId: string): Promise<ReportSchedule> {
  const found = (await listSchedules(db.sql)).find((one) => one.reportId === reportId);
  if (!found) throw new HubError('not_found', 'There is no such schedule');
  return found;
}

async function checkAgents({ db }: Parts, { agentIds }: Pick<ReportMailing, 'agentIds'>): Promise<void> {
  const missing = await missingAgents(db.sql, agentIds);
  if (missing.length === 0) return;
  const message = `There is no agent ${missing.join(', ')}`;
  throw new HubError('invalid_input', `agentIds: ${message}`, { issues: [{ path: 'agentIds', message }] });
}

export const reportMailRoutes = [
  route({
    method: 'get',
    path: '/report-schedules',
    summary: 'When saved reports are mailed, and to whom',
    tag,
    access: 'manager',
    answer: 'ReportSchedulePage',
    handle: async ({ parts }) => ({ items: await listSchedules(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'put',
    path: '/saved-reports/:id/schedule',
    summary: 'Mail a saved report every day, week or month, by the clock of the centre',
    tag,
    access: 'manager',
    params: byId,
    body: 'ReportScheduleWrite',
    answer: 'ReportSchedule',
    async handle(call) {
      const { parts, params, body } = call;
      await checkAgents(parts, body);
      const next = body.enabled ? nextDue(body.times, parts.config.timeZone, parts.now()) : null;
      await changeSetting(call, scheduleSetting(params.id), async (tx) => {
        await saved(tx, params.id);
        await putSchedule(tx, params.id, body, next);
      });
      return scheduleOf(parts, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/saved-reports/:id/schedule',
    summary: 'Mail a saved report no longer',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, scheduleSetting(id), (tx) => deleteSchedule(tx, id))))
        throw new HubError('not_found', 'There is no such schedule');
    },
  }),
  route({
    method: 'post',
    path: '/saved-reports/:id/mails',
    summary: 'Mail a saved report now',
    tag,
    access: 'manager',
    params: byId,
    body: 'ReportMailing',
    answer: 'ReportSending',
    status: 201,
    creates: true,
    async handle({ parts, params, body, principal }) {
      await saved(parts.db.sql, params.id);
      await checkAgents(parts, body);
      const asked = { ...body, reportId: params.id, askedBy: principal.agentId, at: parts.now() };
      const runId = await queueNow(parts.db.sql, asked);
      if (runId === null) throw new HubError('conflict', 'It is being sent at this very moment');
      parts.jobs.add('send-report', { reportRunId: runId });
      return { mails: await countMails(parts.db.sql, runId) };
    },
  }),
  route({
    method: 'get',
    path: '/saved-reports/:id/mails',
    summary: 'What became of the mails of a saved report, newest first; kept for 90 days',
    tag,
    access: 'manager',
    params: byId,
    query: reportMailQuery,
    answer: 'ReportMailPage',
    async handle({ parts, params, query }) {
      await saved(parts.db.sql, params.id);
      return pageOf(await listMails(parts.db.sql, params.id, query.state ?? null, sliceOf(idKey, query)));
    },
  }),
  route({
    method: 'post',
    path: '/report-mails/:id/retry',
    summary: 'Send a mail again that failed, or of which it is not known whether it arrived',
    tag,
    access: 'manager',
    params: byId,
    answer: 'ReportMail',
    async handle({ parts, params }) {
      const runId = await retryMail(parts.db.sql, params.id);
      const mail = await readMail(parts.db.sql, params.id);
      if (!mail) throw new HubError('not_found', 'There is no such mail');
      if (runId === null) throw new HubError('conflict', 'It has been sent, is on its way, or has no address');
      parts.jobs.add('send-report', { reportRunId: runId });
      return mail;
    },
  }),
];
