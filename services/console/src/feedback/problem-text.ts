import { ApiProblem } from '@patchbay/ui';
import i18next, { type TFunction } from 'i18next';
import { errorText } from './error-text.ts';

/** What went wrong in the reader's language, and the hub's own words where it has any. */
export function problemText(t: TFunction, error: unknown): { title: string; detail: string } {
  if (!(error instanceof ApiProblem)) return { title: t('problem.internal'), detail: '' };
  const language = i18next.resolvedLanguage;
  const issues = error.issues.map((issue) => issueText(issue, language)).join(' · ');
  return { title: t(`problem.${error.code}`), detail: issues || (error.message && errorText(error.message, language)) };
}

/** Which field it is about, and what is wrong with it. */
function issueText({ path, message }: ApiProblem['issues'][number], language: string | undefined): string {
  return language?.startsWith('zh')
    ? errorText(`${path}: ${message}`, language).replace(/^原文：“(.*)”$/su, '$1')
    : `${path}: ${message}`;
}

/** Both on one line. */
export function problemLine(t: TFunction, error: unknown): string {
  const { title, detail } = problemText(t, error);
  return detail ? `${title} – ${detail}` : title;
}
