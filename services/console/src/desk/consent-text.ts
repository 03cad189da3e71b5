import type { Consent } from '@patchbay/contracts';
import i18next, { type TFunction } from 'i18next';
import { errorText } from '../feedback/error-text.ts';

/** By what a consent was given or withdrawn, with the words where there are any. */
export function consentText(t: TFunction, { source, reason }: Pick<Consent, 'source' | 'reason'>): string {
  // A carrier's refusal is the hub's own sentence; what a person said or wrote stays theirs.
  const words = source === 'carrier' ? errorText(reason ?? '', i18next.resolvedLanguage) : (reason ?? '');
  return t(`texting.source.${source}`, { reason: words });
}
