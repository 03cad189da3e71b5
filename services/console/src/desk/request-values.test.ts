import type { CustomField, RequestType } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { checkedValues, editableValues, missingFields, ticketFields, withHidden } from './request-values.ts';

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
    expect([...missingFields(type.fields, { day: '2026-01-01' })]).toEqual(['number', 'agreed']);
    expect([...missingFields(type.fields, { number: 'A-1', agreed: true })]).toEqual([]);
    expect([...missingFields([], { number: 'A-1' })]).toEqual([]);
  });

  it('may stay empty, have to fit otherwise, and are only those of the type', () => {
    const given = { number: '17', day: '', agreed: false, stray: 'x' };
    const { fields, problems } = checkedValues(type.fields, given);
    expect(fields).toEqual({ number: '17', agreed: false });
    expect([...problems]).toEqual([['number', 'wrong-form']]);
    expect(checkedValues([], given).fields).toEqual({});
  });

  it('are those of the type and those of every ticket; the centre may require one for some types', () => {
    const own: CustomField = {
      id: '00000000-0000-7000-8000-000000000001',
      scope: 'ticket',
      key: 'plant',
      ...label,
      type: 'multi-choice',
      options: [{ value: 'a', ...label }],
      pattern: null,
      min: null,
      max: null,
      required: false,
      requiredTypes: ['order'],
      requiredGrades: [],
      sensitive: false,
      position: 0,
      standard: false,
      createdAt: type.createdAt,
      updatedAt: type.updatedAt,
    };
    const keysOf = (fields: readonly { key: string }[]) => fields.map(({ key }) => key);
    const custom = [own, { ...own, key: 'day' }, { ...own, key: 'birthday', scope: 'customer' as const }];
    expect(keysOf(ticketFields(type, custom))).toEqual(['number', 'day', 'agreed', 'plant']);
    expect(keysOf(ticketFields(undefined, custom))).toEqual(['plant', 'day']);
    expect([...missingFields(ticketFields(type, custom), { number: 'A-1', agreed: true })]).toEqual(['plant']);
    expect([...missingFields(ticketFields(undefined, custom), {})]).toEqual([]);
  });
});

it('leaves a hidden value as it is shown, unless it is written over or belongs to another type', () => {
  const ticket = { fields: { iban: '••••31', note: 'x' }, hiddenFields: ['iban'] };
  const iban = { key: 'iban', labelEn: 'IBAN', labelZh: 'IBAN', type: 'text', required: false } as const;
  expect(editableValues(ticket)).toEqual({ note: 'x' });
  expect(withHidden(ticket, [iban], { note: 'y' })).toEqual({ iban: '••••31', note: 'y' });
  expect(withHidden(ticket, [iban], { iban: 'DE1' })).toEqual({ iban: 'DE1' });
  expect(withHidden(ticket, [], { note: 'y' })).toEqual({ note: 'y' });
});
