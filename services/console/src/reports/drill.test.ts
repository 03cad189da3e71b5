import type { Report } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { drillOf } from './drill.ts';
import type { PanelRow, PanelSeries } from './panel.ts';
import { firstQuestion } from './report-question.ts';

const report = (change: Partial<Report>): Report => ({
  from: '2026-03-04',
  to: '2026-03-20',
  starts: [],
  rows: [],
  totals: {},
  timeZone: 'Asia/Shanghai',
  interval: null,
  by: null,
  figures: [],
  seq: 1,
  since: null,
  at: '2026-03-21T00:00:00Z',
  compared: { from: '2026-02-15', to: '2026-03-03', starts: [], rows: [], totals: {} },
  ...change,
});
const question = { ...firstQuestion('2026-03-04'), filter: { channel: 'phone' } };
const value: PanelSeries = { role: 'value', key: 'value', name: null };
const compared: PanelSeries = { role: 'compared', key: 'compared', name: null };
const row = (start: string | null, key: string | null = null): PanelRow => ({
  id: '',
  start,
  member: key === null ? null : { key, name: null },
  values: [],
});

it.each<[string, Partial<Report>, PanelSeries, PanelRow | null, object | null]>([
  ['a total', {}, value, null, { from: '2026-03-04', to: '2026-03-20', channel: 'phone' }],
  ['a total before', {}, compared, null, { from: '2026-02-15', to: '2026-03-03' }],
  [
    'a week that began before',
    { interval: 'week' },
    value,
    row('2026-03-02'),
    { from: '2026-03-04', to: '2026-03-08' },
  ],
  [
    'a month that ends after',
    { interval: 'month' },
    value,
    row('2026-03-01'),
    { from: '2026-03-04', to: '2026-03-20' },
  ],
  [
    'a quarter of the centre’s own day',
    { interval: '15m' },
    value,
    row('2026-03-04T16:00:00.000Z'),
    { from: '2026-03-05', to: '2026-03-05', since: '2026-03-04T16:00:00.000Z', until: '2026-03-04T16:15:00.000Z' },
  ],
  ['a member', { by: 'queue' }, value, row(null, 'q'), { queueId: 'q' }],
  ['no team', { by: 'team' }, compared, row(null, ''), { teamId: 'none', from: '2026-02-15' }],
  [
    'a member on a day',
    { by: 'agent', interval: 'day' },
    { role: 'member', key: 'ann', name: 'Ann' },
    row('2026-03-05'),
    { agentId: 'ann', from: '2026-03-05', to: '2026-03-05' },
  ],
  ['no channel', { by: 'channel' }, value, row(null, ''), null],
  ['an interval before', { interval: 'day' }, compared, row('2026-03-04'), null],
])('%s', (_name, change, series, at, asked) => {
  const found = drillOf(report(change), question, 'offered', series, at);
  if (asked === null) expect(found).toBeNull();
  else expect(found).toMatchObject({ figure: 'offered', ...asked });
});
