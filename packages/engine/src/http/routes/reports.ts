import {
  reportQuery,
  reportTicketsQuery,
  type Report,
  type ReportDefinition,
  type ReportQuery,
} from '@patchbay/contracts';
import { addDays, figureDefinitions, formulaWithTargets, momentFigures, startOfDay } from '@patchbay/domain';
import { readTargetsOfQueues } from '@patchbay/store/queries/queues';
import { listEntries } from '@patchbay/store/queries/reports';
import type { Request, Response } from 'express';
import { definitionOf, readReport } from '../../figures/report.ts';
import { reportFile, reportFilename, reportTypes, type ReportFormat } from '../../figures/report-file.ts';
import { HubError } from '@patchbay/contracts';
import { momentKey, pageOf, sliceOf } from '../cursor.ts';
import { sendDownload } from '../file-answer.ts';
import { route } from '../route.ts';

const tag = 'Figures';

/** What the address asks for; otherwise what the client would rather have. */
function formatOf(request: Request, query: Pick<ReportQuery, 'format'>): ReportFormat | 'json' {
  if (query.format) return query.format;
  const best = request.accepts(['application/json', 'text/csv', reportTypes.xlsx]);
  if (best === 'text/csv') return 'csv';
  return best === reportTypes.xlsx ? 'xlsx' : 'json';
}

/** As a file where one is asked for, and otherwise left to be answered as JSON. */
export async function answeredAs(
  request: Request,
  response: Response,
  query: Pick<ReportQuery, 'format' | 'language'>,
  report: Report,
): Promise<Report> {
  response.vary('Accept');
  const format = formatOf(request, query);
  if (format !== 'json') {
    const bytes = await reportFile(report, format, query.language);
    sendDownload(response, reportFilename(report, format), reportTypes[format], bytes);
  }
  return report;
}

const definitions: ReportDefinition[] = [
  ...figureDefinitions.map(({ key, unit, title, formula, source, about, behind }) => ({
    key,
    unit,
    title,
    formula,
    source,
    about,
    tickets: behind.length > 0,
  })),
  ...Object.entries(momentFigures).map(([key, { unit, title, en, zh }]) => ({
    key,
    unit,
    title,
    formula: { en, zh },
    source: 'ICMI glossary',
    about: 'moment' as const,
    tickets: false,
  })),
];

export const reportRoutes = [
  route({
    method: 'get',
    path: '/reports',
    summary: 'Figures of a period by interval and dimension; as CSV or Excel by Accept or format',
    tag,
    access: 'manager',
    query: reportQuery,
    answer: 'Report',
    handle: async ({ parts, query, request, response }) =>
      answeredAs(request, response, query, await readReport(parts, query)),
  }),
  route({
    method: 'get',
    path: '/reports/mine',
    summary: 'Figures of who asks',
    tag,
    access: 'agent',
    query: reportQuery.omit({ agentId: true, teamId: true, type: true, grade: true }),
    answer: 'Report',
    async handle({ parts, principal, query, request, response }) {
      if (query.by && query.by !== 'queue' && query.by !== 'channel')
        throw new HubError('invalid_input', 'by: your own figures are by queue or channel');
      const report = await readReport(parts, { ...query, agentId: principal.agentId });
      return answeredAs(request, response, query, report);
    },
  }),
  route({
    method: 'get',
    path: '/reports/definitions',
    summary: 'Every figure with its formula, unit and source',
    tag,
    access: 'agent',
    answer: 'ReportDefinitions',
    async handle({ parts }) {
      const queues = await readTargetsOfQueues(parts.db.sql);
      return {
        items: definitions.map((one) => ({ ...one, formula: formulaWithTargets(one, queues) })),
        timeZone: parts.config.timeZone,
      };
    },
  }),
  route({
    method: 'get',
    path: '/reports/tickets',
    summary: 'The tickets behind a figure, newest first',
    tag,
    access: 'manager',
    query: reportTicketsQuery,
    answer: 'ReportTicketPage',
    async handle({ parts, query }) {
      const { behind, key } = definitionOf(query.figure);
      if (behind.length === 0) throw new HubError('invalid_input', `figure: no tickets stand behind ${key}`);
      const { timeZone } = parts.config;
      const days = [startOfDay(query.from, timeZone), startOfDay(addDays(query.to, 1), timeZone)] as const;
      const from = new Date(Math.max(days[0], query.since ? Date.parse(query.since) : days[0]));
      const until = new Date(Math.min(days[1], query.until ? Date.parse(query.until) : days[1]));
      const asked = { facts: behind, from, until, filter: query };
      return pageOf(await listEntries(parts.db.sql, asked, sliceOf(momentKey, query)));
    },
  }),
];
