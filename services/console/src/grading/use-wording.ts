import { useQuery } from '@tanstack/react-query';
import type { GradeDefinition } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { useCustomFields } from '../customer-file/use-words.ts';
import { bilingual } from '../feedback/bilingual.ts';
import { api } from '../query-client.ts';
import type { Wording } from './fact-words.ts';

export function useGradingVersion() {
  return useQuery({ queryKey: keys.grading, queryFn: ({ signal }) => api.grading(signal), staleTime: 30_000 });
}

/** How facts and grades are said. @param edited grades that are not published yet */
export function useWording(edited?: readonly GradeDefinition[]): Wording {
  const { t, i18n } = useTranslation();
  const version = useGradingVersion();
  const fields = useCustomFields();
  const grades = edited ?? version.data?.policy.grades ?? [];
  return {
    t,
    language: i18n.language,
    gradeName: (key) => {
      const found = grades.find((grade) => grade.key === key);
      if (!found) return version.isPending && !edited ? '…' : key;
      return bilingual(i18n, found).shown;
    },
    fieldName: (key) => {
      if (key === 'display_name') return t('condition.displayName');
      const field = fields.find((one) => one.scope === 'customer' && one.key === key);
      return field ? bilingual(i18n, field).shown : key;
    },
  };
}
