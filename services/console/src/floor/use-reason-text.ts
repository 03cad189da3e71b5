import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';

/** Why somebody is away, as the centre names it in the reader's language. */
export function useReasonText(): (key: string) => string {
  const { i18n } = useTranslation();
  const { data } = useQuery({
    queryKey: keys.presenceReasons,
    queryFn: ({ signal }) => api.presenceReasons(signal),
    staleTime: 300_000,
  });
  return (key) => {
    const found = data?.items.find((one) => one.key === key);
    if (!found) return key;
    return i18n.resolvedLanguage === 'zh' ? found.nameZh : found.nameEn;
  };
}
