import type { ReportMailing, ReportSchedule, ReportScheduleWrite, ReportTimes } from '@patchbay/contracts';

/** A schedule as the form has it. */
export interface MailingFields extends ReportMailing {
  enabled: boolean;
  every: ReportTimes['every'];
  weekday: number;
  day: number;
  hour: number;
}

export function fieldsOf(schedule: ReportSchedule | null, language: 'en' | 'zh'): MailingFields {
  const usual = { every: 'day', weekday: 1, day: 1, hour: 8 } as const;
  if (!schedule) return { ...usual, enabled: true, agentIds: [], addresses: [], language, format: 'xlsx' };
  const { times, enabled, agentIds, addresses, format } = schedule;
  return { ...usual, ...times, enabled, agentIds, addresses, format, language: schedule.language };
}

export const mailingOf = ({ agentIds, addresses, language, format }: MailingFields): ReportMailing => ({
  agentIds,
  addresses,
  language,
  format,
});

export function scheduleOf(fields: MailingFields): ReportScheduleWrite {
  return { ...mailingOf(fields), enabled: fields.enabled, times: timesOf(fields) };
}

function timesOf({ every, weekday, day, hour }: MailingFields): ReportTimes {
  if (every === 'week') return { every, weekday, hour };
  return every === 'month' ? { every, day, hour } : { every, hour };
}
