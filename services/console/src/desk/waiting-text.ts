import type { OutgoingWait } from '@patchbay/contracts';
import { moment } from '@patchbay/ui';
import type { TFunction } from 'i18next';
import { errorText } from '../feedback/error-text.ts';

/** Why a message has not left: what it waits behind, how the last try ended, how often it was tried, and when it is tried next. */
export function waitingText(t: TFunction, waiting: OutgoingWait, now: number, language: string): string[] {
  const { behind, error, attempts, nextAttemptAt } = waiting;
  return [
    ...(behind
      ? [t(behind.automatic ? 'waiting.behindAutomatic' : 'waiting.behind', { at: moment(behind.at, now, language) })]
      : []),
    ...(error ? [errorText(error, language)] : []),
    ...(error && attempts > 0 ? [t('outbox.attempts', { count: attempts })] : []),
    ...(nextAttemptAt && Date.parse(nextAttemptAt) > now
      ? [t('waiting.next', { at: moment(nextAttemptAt, now, language) })]
      : []),
  ];
}
