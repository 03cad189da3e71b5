import type { CustomField } from '@patchbay/contracts';
import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNamed } from './use-words.ts';

/** What a field is while it is edited: text, or the options that were chosen. */
export type FieldDraft = string | string[];

export function draftOf(field: Pick<CustomField, 'type'>, value: unknown): FieldDraft {
  if (field.type === 'multi-choice') return Array.isArray(value) ? value.map(String) : [];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

interface FieldInputProps {
  field: Pick<CustomField, 'key' | 'type' | 'options'>;
  label: string;
  value: FieldDraft;
  change: (value: FieldDraft) => void;
  done: () => void;
}

const inputTypes: Partial<Record<CustomField['type'], string>> = {
  date: 'date',
  email: 'email',
  phone: 'tel',
  url: 'url',
};

/** The control that fits the kind of value. */
export function FieldInput({ field, label, value, change, done }: FieldInputProps) {
  const { t } = useTranslation();
  const named = useNamed();
  const shared = { 'aria-label': label, 'data-testid': `field-input-${field.key}`, autoFocus: true } as const;
  const text = Array.isArray(value) ? '' : value;
  switch (field.type) {
    case 'choice':
    case 'multi-choice':
    case 'boolean': {
      const options =
        field.type === 'boolean'
          ? (['true', 'false'] as const).map((one) => ({
              value: one,
              label: t(one === 'true' ? 'file.yes' : 'file.no'),
            }))
          : field.options.map((option) => ({ value: option.value, label: named(option) }));
      return field.type === 'multi-choice' ? (
        <Select
          mode="multiple"
          {...shared}
          value={[...value]}
          options={options}
          onChange={(next: string[]) => change(next)}
        />
      ) : (
        <Select
          {...shared}
          allowClear
          value={text || null}
          options={options}
          onChange={(next: string | null) => change(next ?? '')}
        />
      );
    }
    case 'longtext':
      return <Input.TextArea {...shared} rows={4} value={text} onChange={({ target }) => change(target.value)} />;
    default:
      return (
        <Input
          {...shared}
          type={inputTypes[field.type] ?? 'text'}
          {...(field.type === 'number' ? { inputMode: 'decimal' as const } : {})}
          value={text}
          onChange={({ target }) => change(target.value)}
          onPressEnter={done}
        />
      );
  }
}
