import { useQuery } from '@tanstack/react-query';
import type { GradeDefinition } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';
import type { Wording } from './fact-words.ts';

export function useGradingVersion() {
  return useQuery({ queryKey: keys.grading, queryFn: ({ signal }) => api.grading(signal), staleTime: 30_000 });
}

/** How facts and grades are said. @param edited grades that are not published yet */
export function useWording(edited?: readonly GradeDefinition[]): Wording {
  const { t, i18n } = useTranslation();
  const version = useGradingVersion();
  const grades = edited ?? version.data?.policy.grades ?? [];
  const isChinese = i18n.resolvedLanguage?.startsWith('zh') ?? false;
  return {
    t,
    language: i18n.language,
    gradeName: (key) => {
      const found = grades.find((grade) => grade.key === key);
      return found ? (isChinese ? found.nameZh : found.nameEn) : key;
    },
  };
}

/** The name of the console's language of the two. */
export function useNamed(): (named: { nameEn: string; nameZh: string }) => string {
  const { i18n } = useTranslation();
  return ({ nameEn, nameZh }) => (i18n.resolvedLanguage?.startsWith('zh') ? nameZh : nameEn);
}
