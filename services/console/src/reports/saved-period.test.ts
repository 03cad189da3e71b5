import { reportPeriod } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { firstQuestion } from './report-question.ts';
import { daysOf, periodOf, questionOfSaved, savedQueryOf } from './saved-period.ts';

it.each(['2026-03-01', '2026-01-01', '2028-03-31', '2026-11-25'])(
  'each period on %s is saved and opened again',
  (today) => {
    for (const period of reportPeriod.options) {
      const question = {
        ...firstQuestion(today),
        ...daysOf(period, today),
        interval: null,
        by: 'queue' as const,
        compare: 'previous',
        filter: { channel: 'phone' },
      };
      const found = periodOf(question, today);
      expect(found && daysOf(found, today), period).toEqual({ from: question.from, to: question.to });
      expect(questionOfSaved(savedQueryOf(question, period), today, question.target), period).toEqual(question);
    }
  },
);

it('days that are no period are none', () => {
  expect(periodOf({ ...firstQuestion('2026-03-05'), from: '2026-01-03' }, '2026-03-05')).toBeNull();
});
