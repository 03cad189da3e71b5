import { reportScheduleWrite, type ReportTimes } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { fieldsOf, mailingOf, scheduleOf } from './mailing-draft.ts';

const write = {
  enabled: false,
  agentIds: ['ann'],
  addresses: ['board@example.org'],
  language: 'zh',
  format: 'csv',
} as const;

it.each<ReportTimes>([
  { every: 'day', hour: 0 },
  { every: 'week', weekday: 7, hour: 23 },
  { every: 'month', day: 31, hour: 6 },
])('a schedule goes through the form as it is: $every', (times) => {
  const schedule = { ...write, agentIds: ['ann'], addresses: ['board@example.org'], times };
  const fields = fieldsOf({ ...schedule, reportId: 'r', nextAt: null, undelivered: 2 }, 'en');
  expect(scheduleOf(fields)).toEqual(schedule);
  expect(reportScheduleWrite.parse(scheduleOf(fields))).toEqual(schedule);
  expect(Object.keys(mailingOf(fields))).toEqual(['agentIds', 'addresses', 'language', 'format']);
});

it('begins with every morning, in the language of who asks', () => {
  expect(scheduleOf(fieldsOf(null, 'zh'))).toMatchObject({ times: { every: 'day', hour: 8 }, language: 'zh' });
});
