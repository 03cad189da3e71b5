import { useQuery } from '@tanstack/react-query';
import type { CustomField } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';

export function useCustomFields(): readonly CustomField[] {
  const { data } = useQuery({
    queryKey: keys.customFields,
    queryFn: ({ signal }) => api.customFields(signal),
    staleTime: 60_000,
  });
  return data ?? [];
}

/** A day as people write it. */
export function useDay(): (at: string) => string {
  const { i18n } = useTranslation();
  return (at) => new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(at));
}
