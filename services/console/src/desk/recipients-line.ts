import type { MailLists } from './mail-choice.ts';

/** Everybody whom a mail goes to on one line, each list by its own word: hidden copies are told from those that all see. */
export function recipientsLine(lists: Partial<MailLists>, word: (list: keyof MailLists) => string): string {
  return (['to', 'cc', 'bcc'] as const)
    .filter((list) => list === 'to' || (lists[list]?.length ?? 0) > 0)
    .map((list) => `${word(list)} ${lists[list]?.join(', ') || '…'}`)
    .join(' · ');
}
