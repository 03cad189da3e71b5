import { requestTypeCreate } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { draftOf, fieldKey, fieldsOf, kebabKey, type TypeFields } from './request-type-draft.ts';

describe('request types as they are edited', () => {
  it.each([
    ['Damaged item', 'damaged-item'],
    ['  Überweisung & Rückgabe ', 'uberweisung-ruckgabe'],
    ['3 wishes', ''],
    ['退货', ''],
    ['x'.repeat(80), 'x'.repeat(60)],
  ])('names a type called %j as %j', (label, key) => {
    expect(kebabKey(label)).toBe(key);
  });

  it.each([
    ['Order number', [], 'orderNumber'],
    ['Order number', ['orderNumber', 'orderNumber2'], 'orderNumber3'],
    ['退货原因', [], 'field'],
    ['退货原因', ['field'], 'field2'],
  ])('names a field called %j beside %j as %s', (label, taken, key) => {
    expect(fieldKey(label, new Set(taken))).toBe(key);
  });

  const edited: TypeFields = {
    key: '',
    nameEn: 'Damaged item ',
    nameZh: '物品损坏',
    description: '',
    queueId: null,
    priority: 5,
    fields: [
      { labelEn: 'Photo', labelZh: '照片', type: 'checkbox', required: true, pattern: 'x', min: 3 },
      { labelEn: 'Photo', labelZh: '照片', type: 'date', min: '2026-01-01', max: null },
      { labelEn: 'Why', labelZh: '原因', type: 'choice', options: [{ labelEn: 'Broken glass', labelZh: '玻璃碎了' }] },
      { key: 'photo2', kept: true, labelEn: 'Old', labelZh: '旧', type: 'text', pattern: '[A-Z]+', min: '' },
    ],
  };

  it('gives the hub what it takes: keys that are free, and nothing that is not of the kind', () => {
    const draft = draftOf(edited, 3);
    expect(draft.key).toBe('damaged-item');
    expect(draft.fields).toEqual([
      { key: 'photo', labelEn: 'Photo', labelZh: '照片', type: 'checkbox', required: true },
      { key: 'photo3', labelEn: 'Photo', labelZh: '照片', type: 'date', required: false, min: '2026-01-01' },
      {
        key: 'why',
        labelEn: 'Why',
        labelZh: '原因',
        type: 'choice',
        required: false,
        options: [{ value: 'brokenGlass', labelEn: 'Broken glass', labelZh: '玻璃碎了' }],
      },
      { key: 'photo2', labelEn: 'Old', labelZh: '旧', type: 'text', required: false, pattern: '[A-Z]+' },
    ]);
    expect(requestTypeCreate.safeParse(draft).success).toBe(true);
  });

  it('brings back what it was given', () => {
    const at = '2026-01-01T00:00:00.000Z';
    const draft = draftOf(edited, 3);
    const saved = { ...requestTypeCreate.parse(draft), createdAt: at, updatedAt: at };
    expect(draftOf(fieldsOf(saved), 3)).toEqual(draft);
  });
});
