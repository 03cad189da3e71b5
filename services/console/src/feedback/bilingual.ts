import type { FormLanguage } from '@patchbay/contracts';
import type { i18n } from 'i18next';
import { useTranslation } from 'react-i18next';

/** What somebody named in both languages. */
type Names =
  | { readonly labelEn: string; readonly labelZh: string }
  | { readonly nameEn: string; readonly nameZh: string }
  | { readonly titleEn: string; readonly titleZh: string };

/** The language of the product that the reader has chosen. */
export const languageOf = ({ resolvedLanguage }: Pick<i18n, 'resolvedLanguage'>): FormLanguage =>
  resolvedLanguage?.startsWith('zh') ? 'zh' : 'en';

/** Its name in the reader's language, and in the other one where it differs. */
export function bilingual(language: Pick<i18n, 'resolvedLanguage'>, names: Names): { shown: string; other: string } {
  const [en, zh] = bothOf(names);
  const [shown, other] = languageOf(language) === 'zh' ? [zh, en] : [en, zh];
  return { shown: shown || other, other: other === shown ? '' : other };
}

export function useNamed(): (names: Names) => string {
  const { i18n } = useTranslation();
  return (names) => bilingual(i18n, names).shown;
}

function bothOf(names: Names): readonly [en: string, zh: string] {
  if ('labelEn' in names) return [names.labelEn, names.labelZh];
  return 'nameEn' in names ? [names.nameEn, names.nameZh] : [names.titleEn, names.titleZh];
}
