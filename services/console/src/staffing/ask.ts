import type { StaffingAsked } from '@patchbay/ui';

export type Ask = StaffingAsked & { interval: '15m' | '30m' | '1h' };

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

export const startingAsk = (): Ask => ({
  week: new Date().toISOString().slice(0, 10),
  interval: '30m',
  maximumOccupancy: 0.9,
  shrinkage: 0.3,
});

/** Where the same is answered as a file. */
export function csvAddress(ask: Ask, language: string | undefined): string {
  const given = Object.entries(ask).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const query = new URLSearchParams([...given, ['format', 'csv'], ['language', language === 'zh' ? 'zh' : 'en']]);
  return `/api/v1/staffing?${query.toString()}`;
}
