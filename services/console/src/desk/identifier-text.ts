import type { TFunction } from 'i18next';

const conversation = 'conversation:';

/** An identifier as people read it: what only a program made is named and shortened. */
export function identifierText(t: TFunction, { kind, value }: { kind: string; value: string }): string {
  if (kind === 'visitor') return t('customer.visitor', { id: value.slice(0, 8) });
  if (isMachineMade({ kind, value }))
    return t('customer.conversation', { id: value.slice(conversation.length, conversation.length + 8) });
  return value;
}

/** Whether it tells a reader nothing about who the customer is. */
export const isMachineMade = ({ kind, value }: { kind: string; value: string }): boolean =>
  kind === 'visitor' || (kind === 'external' && value.startsWith(conversation));
