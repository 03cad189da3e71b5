import type { Report } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { reportFile } from './report-file.ts';

const day = '2026-03-02';
const report: Report = {
  from: day,
  to: day,
  starts: [day],
  rows: [
    { start: day, key: 'a', name: '=HYPERLINK("https://example.org")', values: { 'backlog-change': -3, opened: 0 } },
    { start: day, key: '', name: null, values: { 'backlog-change': 1, opened: null } },
  ],
  totals: { 'backlog-change': -2, opened: 0 },
  timeZone: 'UTC',
  interval: 'day',
  by: 'queue',
  figures: ['backlog-change', 'opened'],
  seq: 1,
  since: day,
  at: `${day}T10:00:00Z`,
  compared: null,
};

it('a negative figure stays a number, nothing stays empty, and a name that begins like a formula is none', async () => {
  expect((await reportFile(report, 'csv', 'en')).toString().split('\r\n')).toEqual([
    '\uFEFFPeriod,Start,Of,Growth of the backlog,Tickets opened',
    `${day}..${day},${day},"'=HYPERLINK(""https://example.org"")",-3,0`,
    `${day}..${day},${day},None,1,`,
    `${day}..${day},Total,,-2,0`,
    '',
  ]);
});
