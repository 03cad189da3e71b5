import type { i18n } from 'i18next';

/** A text that somebody gave in both languages: in the reader's, and in the other one where it differs. */
export function bilingual(
  { resolvedLanguage }: Pick<i18n, 'resolvedLanguage'>,
  en: string,
  zh: string,
): { shown: string; other: string } {
  const [shown, other] = resolvedLanguage?.startsWith('zh') ? [zh, en] : [en, zh];
  return { shown: shown || other, other: other === shown ? '' : other };
}
