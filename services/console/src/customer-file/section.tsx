import type { ReactNode } from 'react';

/** A titled part of the file. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="file-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
