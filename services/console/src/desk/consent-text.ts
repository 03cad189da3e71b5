import type { Consent } from '@patchbay/contracts';
import type { TFunction } from 'i18next';

/** By what a consent was given or withdrawn, with the words where there are any. */
export function consentText(t: TFunction, { source, reason }: Pick<Consent, 'source' | 'reason'>): string {
  return t(`texting.source.${source}`, { reason: reason ?? '' });
}
