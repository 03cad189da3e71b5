import type { FieldType, RequestField } from '@patchbay/contracts';
import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNamed } from '../feedback/bilingual.ts';

/** What a field is while it is edited: text, yes or no, or the options that were chosen. */
export type FieldDraft = string | boolean | string[];

export function draftOf({ type }: Pick<RequestField, 'type'>, value: unknown): FieldDraft {
  if (type === 'multi-choice') return Array.isArray(value) ? value.map(String) : [];
  return typeof value === 'boolean' ? value : typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}

interface FieldInputProps {
  field: Pick<RequestField, 'type' | 'options'>;
  testId: string;
  label?: string;
  autoFocus?: boolean;
  /** Enter, where it does not begin a line or open a list. */
  done?: () => void;
  /** A form item gives these. */
  id?: string;
  value?: FieldDraft;
  onChange?: (value: FieldDraft) => void;
}

/** The control that fits the kind of value. Nothing chosen is an empty text. */
export function FieldInput({ field, testId, label, autoFocus = false, done, id, value, onChange }: FieldInputProps) {
  const { t } = useTranslation();
  const named = useNamed();
  const shared = {
    'data-testid': testId,
    autoFocus,
    ...(id !== undefined && { id }),
    ...(label !== undefined && { 'aria-label': label }),
  };
  const change = (next: FieldDraft | null | undefined) => onChange?.(next ?? '');
  const options = field.options?.map((option) => ({ value: option.value, label: named(option) })) ?? [];
  const text = { value: typeof value === 'object' || value === undefined ? '' : `${value}` };
  switch (field.type) {
    case 'boolean':
      return (
        <Select
          {...shared}
          allowClear
          value={typeof value === 'boolean' ? value : null}
          options={[true, false].map((one) => ({ value: one, label: t(one ? 'request.yes' : 'request.no') }))}
          onChange={change}
        />
      );
    case 'choice':
      return <Select {...shared} allowClear value={text.value || null} options={options} onChange={change} />;
    case 'multi-choice':
      return (
        <Select
          {...shared}
          allowClear
          mode="multiple"
          value={Array.isArray(value) ? value : []}
          options={options}
          onChange={change}
        />
      );
    case 'longtext':
      return (
        <Input.TextArea
          {...shared}
          {...text}
          autoSize={{ minRows: 2, maxRows: 8 }}
          onChange={({ target }) => change(target.value)}
        />
      );
    default:
      return (
        <Input
          {...shared}
          {...text}
          {...inputs[field.type]}
          autoComplete="off"
          onChange={({ target }) => change(target.value)}
          {...(done && { onPressEnter: done })}
        />
      );
  }
}

/** A number is typed as text: a browser's number field turns what it cannot read into nothing, unseen. */
const inputs: Partial<Record<FieldType, { type?: string; inputMode?: 'decimal' | 'email' | 'tel' | 'url' }>> = {
  number: { inputMode: 'decimal' },
  date: { type: 'date' },
  email: { inputMode: 'email' },
  url: { type: 'url', inputMode: 'url' },
  phone: { type: 'tel' },
};
