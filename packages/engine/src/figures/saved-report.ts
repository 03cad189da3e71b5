import type { HubConfig } from '@patchbay/config';
import type { SavedReportWrite } from '@patchbay/contracts';
import { daysOfPeriod, localDate } from '@patchbay/domain';
import type { ReportAsked } from './report.ts';

/** What a saved report asks for on the local day of a moment. */
export function askedOn(
  { config }: { readonly config: Pick<HubConfig, 'timeZone'> },
  at: Date,
  { query: { period, ...query } }: Pick<SavedReportWrite, 'query'>,
): ReportAsked {
  return { ...query, ...daysOfPeriod(period, localDate(at, config.timeZone)) };
}
