import { useQuery } from '@tanstack/react-query';
import type { CustomField } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';

/** Names that a centre gave in both languages, in the reader's. */
export function useNamed(): (names: { labelEn: string; labelZh: string }) => string {
  const { i18n } = useTranslation();
  return ({ labelEn, labelZh }) => (i18n.resolvedLanguage?.startsWith('zh') ? labelZh : labelEn);
}

export function useCustomFields(): readonly CustomField[] {
  const { data } = useQuery({
    queryKey: keys.customFields,
    queryFn: ({ signal }) => api.customFields(signal),
    staleTime: 60_000,
  });
  return data ?? [];
}

/** A value of a field as it is read: options by their names, lists joined. */
export function useFieldText(): (field: CustomField | undefined, value: unknown) => string {
  const { t } = useTranslation();
  const named = useNamed();
  return (field, value) => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'boolean') return t(value ? 'file.yes' : 'file.no');
    const optionText = (one: unknown) => {
      const option = field?.options.find((known) => known.value === one);
      return option ? named(option) : String(one);
    };
    return Array.isArray(value) ? value.map(optionText).join(', ') : optionText(value);
  };
}

/** A day as people write it. */
export function useDay(): (at: string) => string {
  const { i18n } = useTranslation();
  return (at) => new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(at));
}
