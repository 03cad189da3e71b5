import type { ReactNode } from 'react';

interface CardSectionProps {
  title: string;
  icon: ReactNode;
  /** Beside the title. */
  action?: ReactNode;
  children: ReactNode;
}

/** A titled part of the customer card. */
export function CardSection({ title, icon, action, children }: CardSectionProps) {
  return (
    <section className="card-section">
      <div className="card-section-head">
        <h3>
          {icon} {title}
        </h3>
        {action}
      </div>
      {children}
    </section>
  );
}
