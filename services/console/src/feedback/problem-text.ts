import { ApiProblem } from '@patchbay/ui';
import i18next, { type TFunction } from 'i18next';
import { errorText } from './error-text.ts';

/** What went wrong in the reader's language, and the hub's own words where it has any. */
export function problemText(t: TFunction, error: unknown): { title: string; detail: string } {
  if (!(error instanceof ApiProblem)) return { title: t('problem.internal'), detail: '' };
  const issues = error.issues.map((issue) => `${issue.path}: ${issue.message}`).join(' · ');
  return {
    title: t(`problem.${error.code}`),
    detail: issues || (error.message && errorText(error.message, i18next.resolvedLanguage)),
  };
}

/** Both on one line. */
export function problemLine(t: TFunction, error: unknown): string {
  const { title, detail } = problemText(t, error);
  return detail ? `${title} – ${detail}` : title;
}
