import type { ReactNode } from 'react';

/** A titled part of the customer card. */
export function CardSection({ title, icon, children }: { title: string; icon: ReactNode; children: ReactNode }) {
  return (
    <section className="card-section">
      <h3>
        {icon} {title}
      </h3>
      {children}
    </section>
  );
}
