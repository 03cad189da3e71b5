import type { TFunction } from 'i18next';

const queues = ['Email', 'Messages', 'Chat', 'Phone', 'Web'] as const;

/** A queue's name: those that the hub begins with in the reader's language, others as somebody named them. */
export function queueText(t: TFunction, name: string): string {
  const known = queues.find((one) => one === name);
  return known ? t(`queueName.${known}`) : name;
}

/** A ticket's subject: one that the hub itself gave in the reader's language, others as they were written. */
export function subjectText(t: TFunction, subject: string): string {
  if (subject === '(no subject)') return t('ticket.noSubject');
  const [, kind, from] = /^(Phone|Missed) call from (\+\d+|withheld)$/u.exec(subject) ?? [];
  if (!from) return subject;
  const caller = from === 'withheld' ? t('callSubject.withheld') : from;
  return t(kind === 'Missed' ? 'callSubject.missed' : 'callSubject.phone', { from: caller });
}
