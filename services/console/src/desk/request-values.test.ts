import type { RequestType } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { checkedValues, missingFields } from './request-values.ts';

const label = { labelEn: 'x', labelZh: 'x' };
const type: RequestType = {
  key: 'order',
  nameEn: 'Order',
  nameZh: '订单',
  description: '',
  queueId: null,
  priority: 0,
  position: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  fields: [
    { key: 'number', ...label, type: 'text', required: true, pattern: 'A-\\d+' },
    { key: 'day', ...label, type: 'date', required: false },
    { key: 'agreed', ...label, type: 'checkbox', required: true },
  ],
};

describe('the fields of a request', () => {
  it('that are missing are those that are required and empty', () => {
    expect([...missingFields(type, { day: '2026-01-01' })]).toEqual(['number', 'agreed']);
    expect([...missingFields(type, { number: 'A-1', agreed: true })]).toEqual([]);
    expect([...missingFields(undefined, { number: 'A-1' })]).toEqual([]);
  });

  it('may stay empty, have to fit otherwise, and are only those of the type', () => {
    const given = { number: '17', day: '', agreed: false, stray: 'x' };
    const { fields, problems } = checkedValues(type, given);
    expect(fields).toEqual({ number: '17', agreed: false });
    expect([...problems]).toEqual([['number', 'wrong-form']]);
    expect(checkedValues(undefined, given).fields).toEqual({});
  });
});
