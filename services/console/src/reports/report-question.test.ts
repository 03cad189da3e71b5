import { describe, expect, it } from 'vitest';
import {
  addressOf,
  changed,
  dayIn,
  firstQuestion,
  presetDays,
  presetOf,
  presets,
  questionOf,
  type Question,
} from './report-question.ts';

const today = '2026-03-05';
const definitions = [
  { key: 'offered', about: 'contacts' as const },
  { key: 'occupancy', about: 'agents' as const },
];
const asked = (change: Partial<Question> = {}): Question => ({ ...firstQuestion(today), ...change });

describe('an address', () => {
  it('holds the whole question', () => {
    const question = asked({
      by: null,
      filter: { queueId: 'none', channel: 'phone', agentId: 'ann' },
      compare: '2026-02-26..2026-02-26',
      target: 0,
    });
    expect(questionOf(new URLSearchParams(addressOf(question).toString()))).toEqual(question);
    expect(questionOf(addressOf(asked({ target: null, interval: null })))).toEqual(
      asked({ target: null, interval: null }),
    );
  });

  it.each(['', 'figures=offered', 'figures=&from=2026-03-01&to=2026-03-02', 'figures=offered&from=2026-13-01&to=x'])(
    '%s asks for nothing',
    (text) => {
      expect(questionOf(new URLSearchParams(text))).toBeNull();
    },
  );
});

describe('presets', () => {
  it.each([
    ['intraday', '2026-03-05', '2026-03-05', '2026-02-26..2026-02-26'],
    ['daily', '2026-02-19', '2026-03-04', 'previous'],
    ['weekly', '2026-01-05', '2026-03-01', 'previous'],
    ['monthly', '2025-03-01', '2026-02-28', 'previous'],
  ] as const)('%s is from %s to %s', (preset, from, to, compare) => {
    expect(presetDays(preset, today)).toMatchObject({ from, to, compare });
  });

  it('are known again', () => {
    for (const preset of presets) expect(presetOf(asked(presetDays(preset, today)), today)).toBe(preset);
    expect(presetOf(asked({ to: '2026-03-06' }), today)).toBeNull();
  });
});

it('it is the day of the centre, not of the reader', () => {
  const at = new Date('2026-03-05T23:30:00Z');
  expect([dayIn('Asia/Shanghai', at), dayIn('America/New_York', at)]).toEqual(['2026-03-06', '2026-03-05']);
});

describe('what cannot be asked together gives way to what was chosen last', () => {
  it.each<[string, Partial<Question>, Partial<Question>, Partial<Question>]>([
    [
      'types after agents',
      { by: 'agent', interval: 'day', compare: null },
      { by: 'type' },
      { by: 'type', interval: 'day' },
    ],
    [
      'an agent after types',
      { by: 'type', interval: 'day', compare: null, filter: { grade: 'gold' } },
      { filter: { grade: 'gold', agentId: 'ann' } },
      { by: null, filter: { agentId: 'ann' } },
    ],
    ['types by the hour', {}, { by: 'type' }, { interval: 'day', compare: null }],
    ['a long time by quarters', {}, { from: '2025-12-01' }, { interval: 'day' }],
    ['two months by quarters', {}, { from: '2026-01-20' }, { interval: '1h' }],
    ['a comparison by members', { by: 'queue', compare: null }, { compare: 'previous' }, { interval: null }],
    ['members in a comparison', {}, { by: 'queue' }, { compare: null, interval: '15m' }],
    ['an end before the beginning', {}, { to: '2026-01-01' }, { from: '2026-01-01', to: '2026-01-01' }],
    ['a beginning after the end', {}, { from: '2026-04-01' }, { from: '2026-04-01', to: '2026-04-01' }],
    [
      'queues with the time of agents',
      { figures: ['offered', 'occupancy'] },
      { by: 'queue' },
      { figures: ['offered'] },
    ],
    ['queues with nothing else', { figures: ['occupancy'] }, { by: 'queue' }, { figures: ['offered', 'answered'] }],
    ['agents with their time', { figures: ['occupancy'] }, { by: 'agent' }, { figures: ['occupancy'] }],
  ])('%s', (_name, before, change, after) => {
    expect(changed(asked(before), change, definitions)).toMatchObject(after);
  });
});
