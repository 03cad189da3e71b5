import {
  page,
  report,
  reportDefinitions,
  reportMail,
  reportSchedule,
  reportSending,
  reportTicket,
  savedReport,
  type FormLanguage,
  type ReportMailing,
  type ReportScheduleWrite,
  type SavedReportWrite,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

/** What is asked for, as the address of a report has it. */
export type ReportAddress = Record<string, string | undefined>;
/** Everybody's figures, or only those of who asks. */
export type ReportScope = 'all' | 'mine';

const tickets = page(reportTicket);
const schedules = page(reportSchedule).pick({ items: true });
const mails = page(reportMail);
const saved = page(savedReport).pick({ items: true });
const pathOf = (scope: ReportScope): string => (scope === 'mine' ? '/reports/mine' : '/reports');

/** Reports, what is behind them, and those that are saved. */
export function reportCalls(send: Send) {
  return {
    report: (scope: ReportScope, query: ReportAddress, signal?: AbortSignal) =>
      send('GET', pathOf(scope), report, { query, signal }),
    reportDefinitions: (signal?: AbortSignal) => send('GET', '/reports/definitions', reportDefinitions, { signal }),
    reportTickets: (query: ReportAddress, cursor: string | null, signal?: AbortSignal) =>
      send('GET', '/reports/tickets', tickets, { query: { ...query, cursor: cursor ?? undefined }, signal }),
    savedReports: async (signal?: AbortSignal) => (await send('GET', '/saved-reports', saved, { signal })).items,
    createSavedReport: (json: SavedReportWrite) => send('POST', '/saved-reports', savedReport, { json }),
    updateSavedReport: (id: string, json: SavedReportWrite) =>
      send('PUT', `/saved-reports/${id}`, savedReport, { json }),
    deleteSavedReport: (id: string) => send('DELETE', `/saved-reports/${id}`, nothing),
    reportSchedules: async (signal?: AbortSignal) =>
      (await send('GET', '/report-schedules', schedules, { signal })).items,
    putReportSchedule: (id: string, json: ReportScheduleWrite) =>
      send('PUT', `/saved-reports/${id}/schedule`, reportSchedule, { json }),
    mailReport: (id: string, json: ReportMailing) =>
      send('POST', `/saved-reports/${id}/mails`, reportSending, { json }),
    reportMails: (id: string, cursor: string | null, signal?: AbortSignal) =>
      send('GET', `/saved-reports/${id}/mails`, mails, { query: { cursor: cursor ?? undefined }, signal }),
    retryReportMail: (id: string) => send('POST', `/report-mails/${id}/retry`, reportMail),
  };
}

/** Where a report is downloaded as a file. */
export function reportFileUrl(
  scope: ReportScope,
  query: ReportAddress,
  format: 'csv' | 'xlsx',
  language: FormLanguage,
): string {
  const given = Object.entries({ ...query, format, language }).filter(([, value]) => value !== undefined);
  return `/api/v1${pathOf(scope)}?${new URLSearchParams(given as [string, string][]).toString()}`;
}
