import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** What is shown in the browser's tab, in this order; what is open on a page stands for the page itself. */
const parts = { call: '', detail: '', page: '', app: '' };

function show(part: keyof typeof parts, text: string): void {
  parts[part] = text;
  const name = [parts.detail || parts.page, parts.app].filter(Boolean).join(' · ');
  document.title = [parts.call, name].filter(Boolean).join(' ');
}

function useTitlePart(part: keyof typeof parts, text: string): void {
  const { t } = useTranslation();
  const app = t('app.name');
  useEffect(() => {
    parts.app = app;
    show(part, text);
    return () => {
      if (parts[part] === text) show(part, '');
    };
  }, [part, text, app]);
}

/** The tab and the history name the page, and a screen reader says it; `detail` names what is open on it. */
export const usePageTitle = (name: string, part: 'page' | 'detail' = 'page'): void => useTitlePart(part, name);

/** What is said before the name of whatever page is open, for who looks elsewhere; empty for nothing. */
export const useTitleCall = (text: string): void => useTitlePart('call', text);
