/** Request types between the form that edits them and the hub. */
import type { RequestType } from '@patchbay/contracts';
import type { RequestTypeDraft } from '@patchbay/ui';

type RequestField = RequestType['fields'][number];
/** What a request type asks: fewer kinds than the centre's own fields have. */
type FieldType = RequestField['type'];

export interface OptionDraft {
  value?: string;
  labelEn: string;
  labelZh: string;
}
export interface FieldDraft {
  /** Empty: made from the English label. */
  key?: string;
  /** It has values on tickets already, which know it by its key. */
  kept?: boolean;
  labelEn: string;
  labelZh: string;
  type: FieldType;
  required?: boolean;
  sensitive?: boolean | undefined;
  options?: OptionDraft[];
  pattern?: string | undefined;
  min?: number | string | null | undefined;
  max?: number | string | null | undefined;
}
export interface TypeFields {
  key: string;
  nameEn: string;
  nameZh: string;
  description: string;
  queueId: string | null;
  priority: number;
  fields: FieldDraft[];
}

export const fieldTypes: readonly FieldType[] = [
  'text',
  'longtext',
  'number',
  'date',
  'choice',
  'email',
  'phone',
  'checkbox',
];
/** What the bounds of a field count, where it has any. */
export const boundsOf: Partial<Record<FieldType, 'characters' | 'number' | 'date'>> = {
  text: 'characters',
  longtext: 'characters',
  number: 'number',
  date: 'date',
};

const parts = (label: string): string[] =>
  label
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

/** `Damaged item` → `damaged-item`: what programs and links know a type or a form by. Empty where the label has no Latin letter to begin with. */
export function kebabKey(label: string): string {
  const key = parts(label).join('-').slice(0, 60).replace(/-$/, '');
  return /^[a-z]/.test(key) ? key : '';
}

/** `Order number` → `orderNumber`, and `orderNumber2` where that is taken. */
export function fieldKey(label: string, taken: ReadonlySet<string>): string {
  const [first = '', ...rest] = parts(label);
  const made = first + rest.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
  const stem = /^[a-z]/.test(made) ? made.slice(0, 55) : 'field';
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? stem : `${stem}${number}`;
    if (!taken.has(key)) return key;
  }
}

export function fieldsOf(type: RequestType | null): TypeFields {
  if (!type) return { key: '', nameEn: '', nameZh: '', description: '', queueId: null, priority: 0, fields: [] };
  const { key, nameEn, nameZh, description, queueId, priority } = type;
  const fields = type.fields.map((field) => ({ ...field, options: field.options ?? [], kept: true }));
  return { key, nameEn, nameZh, description, queueId, priority, fields };
}

/** What the hub is given: without what does not belong to a field's kind, each field and option with a key. */
export function draftOf(fields: TypeFields, position: number): RequestTypeDraft & { key: string } {
  const taken = new Set(fields.fields.flatMap(({ key }) => (key?.trim() ? [key.trim()] : [])));
  return {
    key: fields.key.trim() || kebabKey(fields.nameEn),
    nameEn: fields.nameEn.trim(),
    nameZh: fields.nameZh.trim(),
    description: fields.description?.trim() ?? '',
    queueId: fields.queueId ?? null,
    priority: fields.priority ?? 0,
    position,
    fields: fields.fields.map((field) => fieldOf(field, taken)),
  };
}

function fieldOf(draft: FieldDraft, taken: Set<string>): RequestField & { options?: OptionValue[] } {
  const key = draft.key?.trim() || fieldKey(draft.labelEn, taken);
  taken.add(key);
  const { type } = draft;
  const bounded = boundsOf[type] !== undefined;
  const bound = (value: FieldDraft['min']) =>
    bounded && value !== undefined && value !== null && value !== '' ? value : undefined;
  const [min, max] = [bound(draft.min), bound(draft.max)];
  const pattern = type === 'text' ? draft.pattern?.trim() : '';
  return {
    key,
    labelEn: draft.labelEn.trim(),
    labelZh: draft.labelZh.trim(),
    type,
    required: draft.required ?? false,
    ...(draft.sensitive && { sensitive: true }),
    ...(type === 'choice' && { options: optionsOf(draft.options ?? []) }),
    ...(pattern && { pattern }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  };
}

interface OptionValue {
  value: string;
  labelEn: string;
  labelZh: string;
}

function optionsOf(drafts: readonly OptionDraft[]): OptionValue[] {
  const taken = new Set(drafts.flatMap(({ value }) => (value?.trim() ? [value.trim()] : [])));
  return drafts.map(({ value, labelEn, labelZh }) => {
    const kept = value?.trim() || fieldKey(labelEn, taken);
    taken.add(kept);
    return { value: kept, labelEn: labelEn.trim(), labelZh: labelZh.trim() };
  });
}
