import type { ReactNode } from 'react';

/** What the page is for, under the title that the shell shows, and its main action. */
export function PageHead({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <header className="page-head">
      <p className="muted grow">{text}</p>
      {children}
    </header>
  );
}
