/** What a centre grades by until a manager publishes something else. It asks for no currency, makes no tasks and warns of nothing. */
import type { Condition, FactName, FactTest, GradingPolicy, Operator, TestGroup } from '@patchbay/contracts';

const number = (name: FactName, operator: Operator, value: number, days?: number): FactTest => ({
  fact: { name, ...(days !== undefined && { days }) },
  operator,
  number: value,
});
const all = (...tests: Condition['tests']): Condition => ({ join: 'all', tests });
const any = (...tests: FactTest[]): TestGroup => ({ join: 'any', tests });
/** Nothing for so long, or never anything. */
const quiet = (name: FactName, days: number): TestGroup =>
  any(number(name, 'more-than', days), { fact: { name }, operator: 'unknown' });

const year = 365;
const quarter = 90;

export const defaultGradingPolicy: GradingPolicy = {
  grades: [
    { key: 'vip', nameEn: 'VIP', nameZh: '贵宾', followUpDays: 30, priority: 20 },
    { key: 'high', nameEn: 'High value', nameZh: '高价值', followUpDays: 60, priority: 10 },
    { key: 'medium', nameEn: 'Medium value', nameZh: '中价值', followUpDays: 180, priority: 0 },
    { key: 'low', nameEn: 'Low value', nameZh: '低价值', followUpDays: null, priority: 0 },
  ],
  rules: [
    {
      id: 'vip',
      nameEn: 'Buys every month',
      nameZh: '每月都购买',
      when: all(number('purchase-count', 'at-least', 12, year), number('age-days', 'at-least', year)),
      outcome: { grade: 'vip', value: 'high', loyalty: 'high', vip: true },
    },
    {
      id: 'high',
      nameEn: 'Buys often',
      nameZh: '经常购买',
      when: all(number('purchase-count', 'at-least', 6, year)),
      outcome: { grade: 'high', value: 'high', loyalty: 'medium', vip: false },
    },
    {
      id: 'medium',
      nameEn: 'Has bought again',
      nameZh: '再次购买过',
      when: all(number('purchase-count', 'at-least', 2, year)),
      outcome: { grade: 'medium', value: 'medium', loyalty: 'medium', vip: false },
    },
  ],
  otherwise: { grade: 'low', value: 'low', loyalty: 'low', vip: false },
  complaintTypes: ['complaint'],
  stages: {
    customer: any(number('purchase-count', 'at-least', 1)),
    new: all(number('days-since-first-purchase', 'at-most', quarter)),
    atRisk: all(number('days-since-purchase', 'more-than', 180), quiet('days-since-contact', quarter)),
    lost: all(number('days-since-purchase', 'more-than', year), quiet('days-since-contact', 180)),
    wonBackDays: quarter,
  },
  churn: {
    enabled: false,
    signals: [
      {
        id: 'purchases-fall',
        nameEn: 'Buys half as much or less',
        nameZh: '购买减少一半以上',
        weight: 40,
        when: all(number('purchase-trend', 'at-most', 0.5, quarter)),
      },
      {
        id: 'contacts-fall',
        nameEn: 'Gets in touch half as often or less',
        nameZh: '联系减少一半以上',
        weight: 20,
        when: all(number('contact-trend', 'at-most', 0.5, quarter)),
      },
      {
        id: 'complaints',
        nameEn: 'Complains again and again',
        nameZh: '多次投诉',
        weight: 35,
        when: all(number('complaint-count', 'at-least', 2, quarter)),
      },
      {
        id: 'low-scores',
        nameEn: 'Gave a low mark',
        nameZh: '评分低',
        weight: 30,
        when: all(number('low-score-count', 'at-least', 1, quarter)),
      },
    ],
    warnAt: 50,
    clearBelow: 30,
    taskDays: 3,
  },
  cadence: { enabled: false, leadDays: 3 },
};
