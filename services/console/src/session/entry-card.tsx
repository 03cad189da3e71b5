import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../shell/page-title.ts';
import '../style/entry.css';
import { LanguageLinks } from './language-links.tsx';

/** The frame of login and set-up. */
export function EntryCard({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  const { t } = useTranslation();
  usePageTitle(title);
  return (
    <main className="entry">
      <div className="entry-frame">
        <div className="entry-card">
          <div className="entry-brand">
            <img src="/favicon.svg" alt="" />
            {t('app.name')}
          </div>
          <h1>{title}</h1>
          <p className="entry-lead">{lead}</p>
          {children}
        </div>
        <div className="entry-foot">
          <LanguageLinks />
        </div>
      </div>
    </main>
  );
}
