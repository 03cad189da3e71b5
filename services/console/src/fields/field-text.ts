import type { FieldOption } from '@patchbay/contracts';
import type { i18n, TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { bilingual } from '../feedback/bilingual.ts';

interface WithOptions {
  readonly options?: readonly FieldOption[] | undefined;
}

/** A value in words: an option by its name, a checkbox by yes or no, nothing where there is none. */
export function valueText(
  t: TFunction,
  language: Pick<i18n, 'resolvedLanguage'>,
  value: unknown,
  field?: WithOptions,
): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => valueText(t, language, one, field)).join(', ');
  const option = field?.options?.find((one) => one.value === value);
  if (option) return bilingual(language, option).shown;
  if (typeof value === 'boolean') return t(value ? 'request.yes' : 'request.no');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

export function useFieldText(): (field: WithOptions | undefined, value: unknown) => string {
  const { t, i18n } = useTranslation();
  return (field, value) => valueText(t, i18n, value, field);
}
